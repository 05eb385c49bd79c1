import contextlib
import itertools
import os
import subprocess

import psycopg
import pytest

from smartbear.kit.postgres import DiskFull, account, processes, programs, start


@pytest.fixture
def disk(empty_home):
    """``empty_home`` on a disk of its own of 16 MB; ``disk(megabytes)`` changes its size."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = _mount(empty_home, "size=16m,mode=0755")
    if mounted.returncode:
        pytest.skip(f"this machine does not let us mount a small disk: {mounted.stderr}")
    yield lambda megabytes: _mount(empty_home, f"remount,size={megabytes}m")
    subprocess.run(["umount", "--lazy", empty_home], check=True)


def _mount(folder, options):
    return subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False
    )


def test_a_cluster_that_does_not_fit_says_so_and_is_made_once_there_is_space(empty_home, disk, query):
    with pytest.raises(DiskFull, match="Free some space"):
        start(empty_home)
    disk(400)  # room for the programs too, where the account cannot reach the installed ones
    with start(empty_home) as server:
        assert query(server.url, "SELECT 1") == [(1,)]


def test_a_full_disk_loses_nothing_that_was_acknowledged(empty_home, data, disk, query):
    disk(120 + _copied_programs(empty_home))
    with start(empty_home) as server:
        acknowledged = _write_until_full(server.url)
    _fill(empty_home / "ballast")
    with pytest.raises(DiskFull, match="Free some space"):
        start(empty_home)
    assert processes.members(data) == []
    disk(800)
    with start(empty_home) as server:
        kept = {number for (number,) in query(server.url, "SELECT number FROM kept")}
    assert acknowledged
    assert set(range(acknowledged)) <= kept


def _copied_programs(home):
    """Megabytes of the copy that is made where the account cannot reach the installed programs."""
    site, runner = programs._installed(), account.choose(home, home / "none")
    if programs._runs(site, runner):
        return 0
    folders = (site / programs._PROGRAMS, site / programs._LIBRARIES)
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    ]
    return 1 + (sum(path.stat().st_size for path in files) >> 20)


def _write_until_full(url):
    """How many rows were acknowledged before the disk was full."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int, bytes bytea)")
        for number in itertools.count():
            try:
                connection.execute("INSERT INTO kept VALUES (%s, %s)", (number, os.urandom(500_000)))
            except (
                psycopg.OperationalError
            ):  # 53100 when it is a table that cannot grow, else the WAL's panic
                return number
    raise AssertionError


def _fill(path):
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(65_536)):
            pass
