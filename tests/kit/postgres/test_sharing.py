import threading

from smartbear.kit.postgres import processes, start


def test_two_processes_share_one_server_and_the_last_to_leave_stops_it(home, data, other, query):
    neighbour = other(home)
    shared = neighbour.url()
    with start(home) as server:
        assert server.url == shared
    assert query(shared, "SELECT 1") == [(1,)]
    neighbour.leave()
    assert processes.members(data) == []


def test_a_server_whose_only_user_was_killed_is_adopted(home, data, other):
    killed = other(home)
    url = killed.url()
    postmaster = processes.postmaster(data)
    killed.kill()
    with start(home) as server:
        assert server.url == url
        assert processes.postmaster(data) == postmaster
    assert processes.members(data) == []


def test_a_killed_user_does_not_keep_the_server_alive(home, data, other):
    killed = other(home)
    killed.url()
    with start(home):
        killed.kill()
    assert processes.members(data) == []


def test_two_uses_in_one_process_are_two_users(home, data, query):
    first, second = start(home), start(home)
    first.stop()
    assert query(second.url, "SELECT 1") == [(1,)]
    second.stop()
    assert processes.members(data) == []


def test_starts_at_the_same_time_make_one_cluster(empty_home):
    servers = []
    threads = [threading.Thread(target=lambda: servers.append(start(empty_home))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers) == len(threads)
    assert len({server.url for server in servers}) == 1
    for server in servers:
        server.stop()
