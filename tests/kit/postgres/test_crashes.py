import os
import signal
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest

from smartbear.kit.postgres import processes, start


def test_the_next_start_recovers_from_a_killed_postmaster(home, data, query, kill_postmaster):
    with start(home) as server:
        query(server.url, "CREATE TABLE recovered AS SELECT 1 AS one")
        kill_postmaster(data)
    with start(home) as server:
        assert query(server.url, "SELECT one FROM recovered") == [(1,)]


def test_supervision_restarts_a_killed_postmaster_at_the_same_address(
    home, data, query, kill_postmaster, eventually
):
    with start(home) as server:
        server.supervise()
        query(server.url, "CREATE TABLE supervised AS SELECT 1 AS one")
        for _ in range(2):
            kill_postmaster(data)
            assert eventually(lambda: query(server.url, "SELECT one FROM supervised")) == [(1,)]


def test_another_process_restarts_the_server_at_the_address_its_users_hold(
    home, data, other, query, kill_postmaster
):
    neighbour = other(home)
    url = neighbour.url()
    kill_postmaster(data)
    with start(home):
        assert query(url, "SELECT 1") == [(1,)]
    neighbour.leave()


def test_a_zombie_is_not_taken_for_a_live_postmaster(home, data, other, kill_postmaster, eventually):
    parent = other(home)
    url = parent.url()
    parent.process.send_signal(signal.SIGSTOP)  # so that it does not reap
    zombie = kill_postmaster(data)
    eventually(lambda: " Z " in Path(f"/proc/{zombie}/stat").read_text())
    with start(home) as server:
        assert server.url == url
        assert processes.postmaster(data).pid != zombie
        parent.process.send_signal(signal.SIGCONT)
        parent.leave()


def test_a_backend_that_outlives_its_postmaster_is_ended(home, data, query, kill_postmaster, eventually):
    with start(home) as server:
        busy = threading.Thread(target=_count_for_ever, args=(server.url,))
        busy.start()
        counting = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT count%' AND state = 'active'"
        ((backend,),) = eventually(lambda: query(server.url, counting))
        kill_postmaster(data)
        assert backend in processes.members(data)
        with start(home):
            assert backend not in processes.members(data)
        busy.join()


def _count_for_ever(url):
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("SELECT count(*) FROM generate_series(1, 1e12) /* until the server dies */")


@pytest.mark.parametrize("pid", ["reused", "unused", "garbled"])
def test_a_stale_pid_file_is_recognised(home, data, query, pid):
    with start(home):
        owner = data.stat()
        lines = (data / "postmaster.pid").read_text().splitlines()
    user = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], cwd=data, **user) as stranger:
        lines[0] = {"reused": str(stranger.pid), "unused": "4194304", "garbled": "?"}[pid]
        (data / "postmaster.pid").write_text("\n".join(lines))
        with start(home) as server:
            assert query(server.url, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_a_killed_server_leaves_no_shared_memory_behind_its_successor(home, data, kill_postmaster):
    with start(home) as server:
        postmaster = processes.postmaster(data).pid
        segment = (data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        mapped = Path(f"/proc/{postmaster}/maps").read_text()
        files = {Path(line.split()[-1]) for line in mapped.splitlines() if "/dev/shm/PostgreSQL" in line}
        assert files
        kill_postmaster(data)
        assert server.port
    with start(home):
        pass
    assert not any(path.exists() for path in files)
    assert segment not in {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}


def test_a_server_that_hangs_is_stopped_all_the_same(home, data, monkeypatch):
    monkeypatch.setattr(processes, "_FAST_STOP", 0.2)
    server = start(home)
    with psycopg.connect(server.url) as connection:
        backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        threading.Timer(0.5, os.kill, (backend, signal.SIGCONT)).start()
        server.stop()
    assert processes.members(data) == []
