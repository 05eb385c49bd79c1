"""The settings of the embedded server. An operator's ``ALTER SYSTEM`` overrides them."""

from pathlib import Path
from typing import NamedTuple


class Setting(NamedTuple):
    """One line of ``postgresql.conf`` and why it is there."""

    name: str
    value: str
    reason: str


_SETTINGS = (
    Setting("listen_addresses", "127.0.0.1", "loopback only: nothing off this machine may connect"),
    Setting("unix_socket_directories", "", "one way in; a socket's path would have a length limit"),
    Setting("fsync", "on", "what was acknowledged survives a power cut"),
    Setting("synchronous_commit", "on", "a commit returns when it is on the disk"),
    Setting("full_page_writes", "on", "a torn page can be repaired"),
    Setting(
        "wal_compression", "on", "full pages are most of the WAL of a small write; the build has pglz alone"
    ),
    Setting("max_connections", "400", "pools of every component in each process, full at the same time"),
    Setting("shared_buffers", "128MB", "a laptop's share; the system's page cache does the rest"),
    Setting("effective_cache_size", "1GB", "what the page cache of a small machine can be trusted to hold"),
    Setting("work_mem", "8MB", "sorts of a page of results stay in memory, even on many connections"),
    Setting("random_page_cost", "1.1", "solid state disks"),
    Setting("jit", "off", "compiling costs more than our short queries take"),
    Setting(
        "max_parallel_workers_per_gather",
        "0",
        "one report must not take every core; containers have 64 MB of /dev/shm",
    ),
    Setting("autovacuum_naptime", "5s", "a count reads rows that no vacuum has seen one by one"),
    Setting(
        "autovacuum_vacuum_insert_scale_factor", "0.01", "index-only scans of append-only tables need it soon"
    ),
    Setting("idle_in_transaction_session_timeout", "5min", "a forgotten transaction holds back vacuum"),
    Setting("client_connection_check_interval", "10s", "a query whose caller has gone is not finished"),
    Setting("timezone", "UTC", "times are kept in UTC"),
    Setting("log_timezone", "UTC", "the log tells the same time"),
    Setting("logging_collector", "on", "the server keeps its own log when we are gone"),
    Setting("log_filename", "postgresql-%a.log", "a file for each day of the week"),
    Setting("log_rotation_age", "1d", "so that no file outlives a week by much"),
    Setting("log_rotation_size", "0", "a second file of the same day would have the same name"),
    Setting("log_truncate_on_rotation", "on", "last week's is overwritten"),
    Setting(
        "log_min_messages", "log", "messages of failed statements quote personal data; the caller gets them"
    ),
    Setting("log_min_error_statement", "panic", "no statement is logged, short of a crash"),
    Setting("log_error_verbosity", "terse", "details quote rows and statements"),
    Setting("log_parameter_max_length", "0", "values of parameters are never logged"),
    Setting("log_parameter_max_length_on_error", "0", "not even of a statement that fails"),
)


def render(log: Path) -> str:
    """The text of ``postgresql.conf`` with the server's log kept in the folder ``log``."""
    settings = (*_SETTINGS, Setting("log_directory", str(log), "beside the data, out of its backups"))
    lines = [f"{name} = {_quoted(value)}  # {reason}" for name, value, reason in settings]
    return "\n".join(["# Written by the platform; change a value with ALTER SYSTEM.", *lines, ""])


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
