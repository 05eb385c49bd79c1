import contextlib
import os
import signal
import uuid

import psycopg
import pytest

from smartbear.kit.postgres import configuration, start


@pytest.fixture
def url(home):
    with start(home) as server:
        yield server.url


def test_every_setting_of_ours_is_in_force(url, query):
    rejected = query(url, "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL")
    file_settings = {name for (name,) in query(url, "SELECT name FROM pg_file_settings WHERE applied")}
    assert rejected == []
    assert {setting.name for setting in configuration._SETTINGS} <= file_settings


def test_the_server_is_durable_and_listens_on_loopback_alone(url, query):
    names = ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "unix_socket_directories")
    values = [query(url, f"SHOW {name}")[0][0] for name in names]
    assert values == ["on", "on", "on", "127.0.0.1", ""]


def test_the_log_quotes_neither_rows_nor_parameters_nor_statements(home, url, query):
    canary = f"canary{uuid.uuid4().hex}"
    query(url, "CREATE TABLE secrets (value text UNIQUE, number int)")
    query(url, "INSERT INTO secrets (value) VALUES (%s)", canary)
    for statement, parameters in (
        ("INSERT INTO secrets (value) VALUES (%s)", (canary,)),
        (f"INSERT INTO secrets (value) VALUES ('{canary}')", ()),
        ("INSERT INTO secrets (number) VALUES (%s::text::int)", (canary,)),
        (f"SELECT {canary}", ()),
    ):
        with pytest.raises(psycopg.Error):
            query(url, statement, *parameters)
    logged = "".join(path.read_text() for path in (home / "postgres" / "log").iterdir())
    assert "database system is ready" in logged
    assert canary not in logged


def test_the_log_of_a_crash_does_not_quote_what_was_running(home, url, query, eventually):
    sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as victim:
        victim.pgconn.send_query(b"SELECT 'canary-of-a-crash', pg_sleep(60)")
        ((backend,),) = eventually(lambda: query(url, sleeping))
        os.kill(backend, signal.SIGKILL)
        eventually(lambda: query(url, "SELECT 1"))
    logged = "".join(path.read_text() for path in (home / "postgres" / "log").iterdir())
    assert "was terminated by signal 9" in logged
    assert "canary-of-a-crash" not in logged


def test_what_an_operator_alters_outlives_a_restart(home, query):
    with start(home) as server:
        query(server.url, "ALTER SYSTEM SET work_mem = '32MB'")
    with start(home) as server:
        assert query(server.url, "SHOW work_mem") == [("32MB",)]
        query(server.url, "ALTER SYSTEM RESET work_mem")


def test_a_path_with_a_quote_in_it_is_a_path(tmp_path):
    assert "log_directory = '/o''clock/log'" in configuration.render(tmp_path.__class__("/o'clock/log"))
