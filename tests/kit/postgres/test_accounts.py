import os
import shutil
from pathlib import Path

import pytest

from smartbear.kit.postgres import account, place, processes, programs, start

DAEMON = 1
NAMELESS = 54_321

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(autouse=True)
def _programs_are_reachable():
    if not programs._runs(programs._installed(), account.Account(DAEMON, DAEMON)):
        pytest.skip("the virtual environment lies where ordinary users cannot reach it")


def owner(data):
    return Path(f"/proc/{processes.postmaster(data).pid}").stat().st_uid


def test_root_runs_the_server_as_somebody_else(home, data):
    with start(home):
        assert owner(data) not in (0, DAEMON)


def test_an_ordinary_user_runs_the_server_and_root_joins_it(empty_home, data, other, query):
    os.chown(empty_home, DAEMON, DAEMON)
    user = other(empty_home, uid=DAEMON)
    url = user.url()
    assert owner(data) == DAEMON
    with start(empty_home) as server:
        assert server.url == url
        user.leave()
        assert query(url, "SELECT 1") == [(1,)]
    with start(empty_home):
        assert owner(data) == DAEMON


def test_a_user_is_told_whose_cluster_it_is(home, other):
    with start(home):
        assert "database_owner" in other(home, uid=DAEMON).leave()


def test_a_user_without_a_name_is_told_so(empty_home, other):
    os.chown(empty_home, NAMELESS, NAMELESS)
    assert "no entry in /etc/passwd" in other(empty_home, uid=NAMELESS).leave()


def test_a_home_the_account_cannot_enter_leads_to_a_folder_of_the_machine(empty_home, query, monkeypatch):
    machine, closed = empty_home / "machine", empty_home / "closed"
    monkeypatch.setattr(place, "_MACHINE", machine)
    empty_home.chmod(0o711)
    closed.mkdir(mode=0o700)
    for _ in range(2):
        with start(closed / "home") as server:
            assert query(server.url, "SELECT 1") == [(1,)]
    assert (closed / "home" / "postgres").resolve().is_relative_to(machine)
    assert len(list(machine.iterdir())) == 1
    shutil.rmtree(machine)
    with start(closed / "home") as server:
        assert query(server.url, "SELECT 1") == [(1,)]


def test_a_folder_that_may_not_be_written_is_named(empty_home, other):
    assert "database_folder_unreachable" in other(empty_home / "new", uid=DAEMON).leave()


def test_programs_that_the_account_cannot_reach_are_copied(empty_home, data, other, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (programs._PACKAGE, programs._LIBRARIES):
        (closed / part).symlink_to(programs._installed() / part)
    user = other(empty_home, PYTHONPATH=str(closed))
    assert user.url()
    program = Path(f"/proc/{processes.postmaster(data).pid}/exe").readlink()
    assert program.is_relative_to(empty_home / "postgres")
    user.leave()
