"""Running a plan: a page of matches with their bodies or its outline, and a count."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search.statements import BODIES, COLUMNS, OUTLINE, Place, Statement
from smartbear.kit.db import Reader

_BODY = len(COLUMNS)
_ALONG = OUTLINE.index("along")


Row = asyncpg.Record
"""Of an outline: begins with rid, ver and upd."""


class Hit(NamedTuple):
    """A match, and the keys it is ordered by, as asyncpg reads them."""

    rid: int
    keys: tuple[Any, ...]
    stored: Stored

    @property
    def place(self) -> Place:
        """Where it stands."""
        return _place(self.rid, self.keys)


class Outline(NamedTuple):
    """Rows that begin with rid, ver and upd: of matches, and of what comes along with them.

    Last of the matches is the first of the next page, if there is one.
    ``total`` is the number of all matches, if it was asked for and any is on the page.
    """

    matches: list[Row]
    along: list[Row]
    total: int | None
    keys: int

    def place(self, match: int) -> Place:
        """Where a match stands."""
        row = self.matches[match]
        return _place(row[0], row[_ALONG + 1 : _ALONG + 1 + self.keys])


async def page(connection: Reader, dictionary: Dictionary, statement: Statement, seconds: float) -> list[Hit]:
    """The matches that ``statements.page`` asks for."""
    rows = await connection.fetch(statement.sql, *statement.values, timeout=seconds)
    keys = slice(_BODY, _BODY + statement.keys)
    return [Hit(row[0], row[keys], stored(dictionary, row)) for row in rows]


async def outline(connection: Reader, statement: Statement, seconds: float) -> Outline:
    """What ``statements.outline`` asks for."""
    rows = await connection.fetch(statement.sql, *statement.values, timeout=seconds)
    end = next((n for n, row in enumerate(rows) if row[_ALONG]), len(rows))
    total = rows[0]["total"] if statement.counted and rows else None
    return Outline(rows[:end], rows[end:], total, statement.keys)


def _place(rid: int, keys: tuple[Any, ...]) -> Place:
    """As it can be sent back: the infinities are read as instants without a zone."""
    zoned = (
        key.replace(tzinfo=UTC) if isinstance(key, datetime) and key.tzinfo is None else key for key in keys
    )
    return Place(rid, tuple(zoned))


async def count(connection: Reader, statement: Statement, seconds: float) -> int:
    """How many matches there are."""
    found: int = await connection.fetchval(statement.sql, *statement.values, timeout=seconds)
    return found


async def bodies(connection: Reader, dictionary: Dictionary, rids: Sequence[int]) -> list[tuple[int, Stored]]:
    """The current versions of some resources that are still there, in the order of their rids."""
    rows = await connection.fetch(_BY_RID, list(rids))
    return [(row["rid"], stored(dictionary, row)) for row in rows]


_BY_RID = f"""
    SELECT m.rid, c.type_id, c.id, c.ver, c.upd, b.method, b.content
    FROM unnest($1::bigint[]) AS m (rid) {BODIES} WHERE NOT c.deleted
    ORDER BY m.rid"""  # noqa: S608 - a constant above


def stored(dictionary: Dictionary, row: asyncpg.Record) -> Stored:
    """A resource of a row that begins with ``COLUMNS``."""
    _, type_id, resource_id, version, updated, method, content = row[:_BODY]
    target = LocalId(dictionary.type_names[type_id], resource_id)
    return Stored(target, version, updated, unpack(method, content), None)
