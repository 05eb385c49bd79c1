"""The order in which notices changed, and being told at once when one does."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from smartbear.contracts.inbox import ItemState, Kind, Level
from smartbear.kit.db import Connection, Database
from smartbear.kit.errors import Unavailable

_CHANNEL = "notifications_change"
_KEPT = timedelta(days=7)
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


@dataclass(frozen=True, slots=True)
class Change:
    """That a notice changed, with what decides who may know."""

    number: int
    at: datetime
    notice_id: str
    kind: Kind
    level: Level
    organisation_id: str
    participant: str
    team_state: ItemState | None
    """The notice's state in the case managers' inbox, None if it is not there."""
    participant_state: ItemState | None


async def one_at_a_time(connection: Connection) -> None:
    """Keep other writers of inboxes waiting until the transaction ends; readers go on."""
    await connection.execute("LOCK TABLE change IN SHARE ROW EXCLUSIVE MODE")


async def record(connection: Connection, notice_ids: Iterable[str], at: datetime) -> None:
    """Say that notices changed, once the transaction commits; call after ``one_at_a_time``."""
    await connection.execute("DELETE FROM change WHERE at < $1", at - _KEPT)
    await connection.executemany(
        "INSERT INTO change (notice_id, at) VALUES ($1, $2)", [(each, at) for each in sorted(notice_ids)]
    )
    await connection.execute("SELECT pg_notify($1, '')", _CHANNEL)


async def latest(connection: Connection) -> int:
    """The number of the newest change, 0 before the first."""
    number: int = await connection.fetchval("SELECT coalesce(max(number), 0) FROM change")
    return number


async def after(connection: Connection, number: int, limit: int) -> list[Change]:
    """The oldest ``limit`` changes later than ``number``, of notices that are not muted, in order."""
    found = await connection.fetch(
        """SELECT c.number, c.at, n.id::text AS notice_id, n.kind, n.level,
                  n.organisation_id::text, n.participant,
                  team.state AS team_state, person.state AS participant_state
           FROM change c JOIN notice n ON n.id = c.notice_id
           LEFT JOIN item team ON team.notice_id = n.id AND team.audience = 'ccm'
               AND NOT EXISTS (SELECT FROM withheld w WHERE w.subject = n.subject)
           LEFT JOIN item person ON person.notice_id = n.id AND person.audience = 'participant'
           WHERE c.number > $1 AND NOT n.muted ORDER BY c.number LIMIT $2""",
        number,
        limit,
    )
    return [Change(**row) for row in found]


class Announcements:
    """A connection that hears of every committed change."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._woken = asyncio.Event()
        self._lost = False

    async def wait(self, seconds: float) -> None:
        """Return when something has changed since the last call, or after so many ``seconds``.

        Unavailable when the connection is gone.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
        if self._lost:
            raise Unavailable

    def heard(self, *_notification: Any) -> None:
        """PostgreSQL announces a change."""
        self._woken.set()

    def closed(self, *_connection: Any) -> None:
        """The connection has ended."""
        self._lost = True
        self._woken.set()


@asynccontextmanager
async def announcements(db: Database) -> AsyncIterator[Announcements]:
    """Listen while the block runs; Unavailable if the database cannot be reached."""
    try:
        async with db.connection() as connection:
            heard = Announcements(connection)
            connection.add_termination_listener(heard.closed)
            await connection.add_listener(_CHANNEL, heard.heard)
            try:
                yield heard
            finally:
                connection.remove_termination_listener(heard.closed)
                if not connection.is_closed():
                    await connection.remove_listener(_CHANNEL, heard.heard)
    except _LOST as error:
        raise Unavailable from error
