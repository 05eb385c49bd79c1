import shutil
import socket

import pytest

from smartbear.kit.postgres import (
    FolderUnreachable,
    OtherMajorVersion,
    PortTaken,
    StartFailed,
    account,
    processes,
    programs,
    start,
)


@pytest.fixture
def listener():
    """``listener(port)`` occupies a port of the loopback interface until it is closed."""
    opened = []

    def listen(port):
        opened.append(socket.create_server(("127.0.0.1", port)))
        return opened[-1]

    yield listen
    for one in opened:
        one.close()


def test_a_cluster_of_another_major_version_is_refused_and_left_as_it_was(empty_home, data):
    data.parent.mkdir()
    data.mkdir()
    runner = account.choose(empty_home, data.parent / "none")
    runner.give(data)
    older = programs._installed() / programs._PACKAGE / "pginstall"
    empty_home.chmod(0o711)
    if not programs._runs(programs._installed(), runner):  # a checkout the account cannot enter
        libraries = programs._installed() / programs._LIBRARIES
        shutil.copytree(libraries, empty_home / programs._LIBRARIES, symlinks=True)
        older = shutil.copytree(older, empty_home / programs._PACKAGE / "pginstall", symlinks=True)
    older = older / "bin" / "initdb"
    programs.run(older, f"--pgdata={data}", "--no-sync", account=runner, folder=data.parent)
    with pytest.raises(OtherMajorVersion, match=r"PostgreSQL 16.* brings 18.*Dump it"):
        start(empty_home)
    assert (data / "PG_VERSION").read_text() == "16\n"


def test_a_data_folder_that_is_no_cluster_is_refused_and_left_as_it_was(empty_home, data):
    data.mkdir(parents=True)
    (data / "photograph").touch()
    with pytest.raises(OtherMajorVersion, match="unknown version"):
        start(empty_home)
    assert (data / "photograph").exists()


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(FolderUnreachable, match="SMARTBEAR_HOME"):
        start(tmp_path / "home")


def test_a_taken_port_is_avoided_when_nobody_holds_it(home, listener):
    with start(home) as server:
        before = server.port
    listener(before)
    with start(home) as server:
        assert server.port != before


def test_a_chosen_port_that_is_taken_is_named(home, listener):
    taken = listener(0).getsockname()[1]
    with pytest.raises(PortTaken, match=f"port {taken}.*End that program"):
        start(home, port=taken)


def test_a_chosen_port_is_used(home, listener):
    probe = listener(0)
    free = probe.getsockname()[1]
    probe.close()
    with start(home, port=free) as server:
        assert server.port == free


def test_a_port_that_users_hold_is_not_changed_under_them(home, data, kill_postmaster, listener):
    with start(home) as server:
        kill_postmaster(data)
        thief = listener(server.port)
        with pytest.raises(PortTaken):
            start(home)
        thief.close()
        with start(home) as again:
            assert again.url == server.url


def test_a_server_that_cannot_start_says_why_and_where_to_read_more(home, data):
    with start(home):
        pass
    (data / "global" / "pg_control").rename(data / "global" / "gone")
    with pytest.raises(StartFailed, match=r"pg_control.*postgres/log"):
        start(home)
    (data / "global" / "gone").rename(data / "global" / "pg_control")
    start(home).stop()
    assert processes.members(data) == []
