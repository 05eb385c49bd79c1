import asyncpg
import psycopg
import pytest

from smartbear.kit.postgres import StartFailed, processes, programs, start


def test_a_cold_start_makes_a_database_and_a_warm_start_finds_its_rows_again(empty_home, query):
    with start(empty_home) as server:
        query(server.url, "CREATE TABLE kept AS SELECT 1 AS one")
    with start(empty_home) as server:
        assert query(server.url, "SELECT one FROM kept") == [(1,)]


async def test_both_drivers_can_use_the_url(home, query):
    with start(home) as server:
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SELECT current_user") == "smartbear"
        await connection.close()
        assert query(server.url, "SELECT current_database()") == [("smartbear",)]


def test_the_server_speaks_the_version_and_the_order_of_text_we_promise(home, query):
    with start(home) as server:
        ((version, provider, locale, checksums),) = query(
            server.url,
            "SELECT current_setting('server_version_num')::int / 10000, datlocprovider, datlocale, "
            "current_setting('data_checksums') FROM pg_database WHERE datname = 'smartbear'",
        )
    assert (version, provider, locale, checksums) == (programs.MAJOR, "b", "C.UTF-8", "on")


def test_a_warm_start_keeps_the_port_and_the_password(home):
    with start(home) as first:
        pass
    with start(home) as second:
        assert second.url == first.url


def test_nobody_gets_in_without_the_password(home):
    with start(home) as server:
        wrong = server.url.replace(":", ":x", 2).replace(":x//", "://")
        assert wrong != server.url
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_the_password_is_readable_by_its_owner_alone(home):
    with start(home):
        assert (home / "postgres" / "password").stat().st_mode & 0o777 == 0o600


def test_a_lost_password_is_replaced_at_the_next_launch(home, query):
    with start(home) as server:
        before = server.url
        (home / "postgres" / "password").unlink()
        with pytest.raises(StartFailed, match="Stop all"):
            start(home)
    with start(home) as server:
        assert server.url != before
        assert query(server.url, "SELECT 1") == [(1,)]


def test_stopping_twice_is_stopping_once(home, data):
    server = start(home)
    server.stop()
    server.stop()
    assert processes.members(data) == []


def test_a_creation_cut_short_is_begun_anew_and_leaves_nothing_behind(empty_home, other, query, eventually):
    def unfinished():
        return list((empty_home / "postgres").glob("new-*"))

    def tidy():
        with start(empty_home) as server:
            return query(server.url, "SELECT 1") == [(1,)] and not unfinished()

    killed = other(empty_home)
    eventually(unfinished)
    killed.kill()
    eventually(tidy)  # not at once while the orphaned initdb still writes


def test_a_home_behind_a_symbolic_link_is_the_same_home(home, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(home)
    with start(home) as direct, start(link) as linked:
        assert linked.url == direct.url
