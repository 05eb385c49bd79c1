"""Numbered, forward-only changes of the components' schemas.

A component keeps ``migrations/NNNN_pre_name.sql`` (before the new code runs) and ``NNNN_post_name.sql``
(after the old code is gone). One replica applies, the others wait: a session lock of PostgreSQL decides. Each
file runs in a transaction of its own together with its entry in the ledger, so an interruption leaves either
all of it or nothing, and the next start goes on from there.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import asyncpg

from smartbear.kit.audit import schema as audit
from smartbear.kit.db import Connection, role_of
from smartbear.kit.errors import PlatformError
from smartbear.kit.jobs import schema as jobs

_LOCK = 0x5B_4D49_4752  # any fixed number, the same in every release
_NAME = re.compile(r"(\d{4})_(pre|post)_[a-z0-9_]+\.sql")

Phase = Literal["pre", "post"]


class ChangedMigration(PlatformError):
    """A migration that has already been applied was edited afterwards; restore the file and add a new one."""

    code = "changed_migration"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL and the component it belongs to."""

    component: str
    number: int
    phase: Phase
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, to notice edits of what was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def discover(component: str) -> tuple[Migration, ...]:
    """The migrations shipped with a component, in order."""
    folder = files("smartbear") / component / "migrations"
    if not folder.is_dir():
        return ()
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        match = _NAME.fullmatch(entry.name)
        if match:
            phase: Phase = "pre" if match[2] == "pre" else "post"
            text = entry.read_text(encoding="utf-8")
            found.append(Migration(component, int(match[1]), phase, entry.name, text))
    return tuple(found)


async def migrate(url: str, components: Sequence[str], phases: Iterable[Phase] = ("pre", "post")) -> int:
    """Bring every component's schema up to date; returns how many migrations were applied by this call."""
    wanted = frozenset(phases)
    applied = 0
    async with _locked(url) as connection:
        await connection.execute(_LEDGER)
        for component in components:
            await _own_schema(connection, component)
        await jobs.install(connection, tuple(components))
        await audit.install(connection, tuple(components))
        for component in components:
            for migration in discover(component):
                if migration.phase in wanted:
                    applied += await _apply(connection, migration)
    return applied


_LEDGER = """
CREATE SCHEMA IF NOT EXISTS kit;
CREATE TABLE IF NOT EXISTS kit.migration (
    component text NOT NULL, name text NOT NULL, digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (component, name));
COMMENT ON TABLE kit.migration IS 'owner: kit; personal: no; retention: for ever';
"""


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[Connection]:
    connection: asyncpg.Connection[Any] = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        yield connection
    finally:
        await connection.close()  # and with it the lock


async def _own_schema(connection: Connection, component: str) -> None:
    """Give the component a role without login and a schema only that role may enter."""
    role = role_of(component)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):  # roles span databases
            await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    async with connection.transaction():
        await connection.execute(f"GRANT {role} TO CURRENT_USER")
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {component} AUTHORIZATION {role}")


async def _apply(connection: Connection, migration: Migration) -> int:
    known = await connection.fetchval(
        "SELECT digest FROM kit.migration WHERE component = $1 AND name = $2",
        migration.component,
        migration.name,
    )
    if known == migration.digest:
        return 0
    if known is not None:
        raise ChangedMigration(f"{migration.component}/migrations/{migration.name} was edited after it ran.")
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {role_of(migration.component)}")
        await connection.execute(f"SET LOCAL search_path = {migration.component}")
        await connection.execute(migration.sql)
        await connection.execute("RESET ROLE")
        await connection.execute(
            "INSERT INTO kit.migration (component, name, digest) VALUES ($1, $2, $3)",
            migration.component,
            migration.name,
            migration.digest,
        )
    return 1
