"""The walk over the resources of one type that are exported, in the order of their rids.

Of each resource it takes the newest version that was visible when the job began, so that what is updated or
deleted meanwhile is neither lost nor there twice. What belongs to the export (a search, a compartment, what
the caller may see) is decided when the walk comes by.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.criteria import Criteria
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.sql import TRUE, all_of, any_of, exists, select
from smartbear.cdr.store.search.values import Values
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir import definitions
from smartbear.fhir.search.query import Query
from smartbear.kit.db import Connection, Database

_FETCH = 1000  # rows at a time
_LARGE = 1 << 14  # bytes, packed; what is larger is read by itself, so that memory stays bounded
_SECONDS = 600.0  # for the first row of a walk that has to sort or to search

Rows = list[asyncpg.Record]
"""rid, id, and of the version: ver (null if none is to be exported), upd, method, size (null if it is the
deletion) and content (null also if it is large: see ``large``)."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What of one type is exported. ``patients``: rids; None if it is not about patients' compartments."""

    job: str
    type: str
    access: Access
    lookups: Lookups
    queries: Sequence[Query] = ()
    since: datetime | None = None
    until: datetime | None = None
    of_patients: bool = False
    patients: list[int] | None = None

    def statement(self, after: int, limit: int) -> tuple[str, list[object]]:
        """The rows of at most ``limit`` resources after a rid."""
        arguments = Arguments()
        visibility = Visibility(self.access, arguments, self.lookups)
        chosen = self._chosen(arguments, visibility, after, limit)
        job = arguments.add(self.job, "text")
        seen = f"pg_visible_in_snapshot(b.xid, ({select('seen', 'bulk_job', f'id = {job}')}))"
        size = "octet_length(b.content) AS size"
        content = f"CASE WHEN octet_length(b.content) <= {_LARGE} THEN b.content END AS content"
        columns = f"b.ver, b.upd, b.method, {size}, {content}, b.patient"
        newest = f"{select(columns, 'body b', 'b.rid = r.rid', seen)} ORDER BY b.ver DESC LIMIT 1"
        wanted = [visibility.of("b", {self.type})]
        if self.since:
            wanted.append(f"b.upd > {arguments.add(self.since, 'timestamptz')}")
        if self.until:
            wanted.append(f"b.upd <= {arguments.add(self.until, 'timestamptz')}")
        source = f"({chosen}) r LEFT JOIN LATERAL ({newest}) b ON {all_of(wanted)}"
        rows = select("r.rid, r.id, b.ver, b.upd, b.method, b.size, b.content", source)
        return arguments.bind(f"{rows} ORDER BY r.rid")

    def _chosen(self, arguments: Arguments, visibility: Visibility, after: int, limit: int) -> str:
        kind = f"r.type_id = {arguments.add(self.lookups.type(self.type), 'int')}"
        beyond = f"r.rid > {arguments.add(after, 'bigint')}"
        narrowed = [
            visibility.of("r", {self.type}),
            self._compartment(arguments),
            self._found(arguments, visibility),
        ]
        # A narrow walk must not look for its few rows along the rids of all (see store/search/order.py); one
        # that is of any patient is not narrow.
        broad = visibility.is_whole(self.type) and not self.queries and self.patients is None
        rid = "r.rid" if broad else "r.rid + 0 AS rid"
        living = select(f"{rid}, r.id", "resource r", kind, beyond, "NOT r.deleted", *narrowed)
        gone = select(f"{rid}, r.id", "resource r", kind, beyond, "r.deleted", "r.ver > 0", *narrowed)
        size = arguments.add(limit, "bigint")
        return f"{select('rid, id', f'({living} UNION ALL {gone}) c')} ORDER BY rid LIMIT {size}"

    def _found(self, arguments: Arguments, visibility: Visibility) -> str:
        """Any of the searches; what has been deleted is found by none."""
        if not self.queries:
            return TRUE
        criteria = Criteria(arguments, self.lookups, visibility, Values(arguments, self.lookups))
        return any_of(
            all_of(criteria.condition("r", self.type, criterion) for criterion in query.criteria)
            for query in self.queries
        )

    def _compartment(self, arguments: Arguments) -> str:
        """In the compartment of a patient: as its owner says, or as any of its references does."""
        if not self.of_patients:
            return TRUE
        compartment = definitions.compartment("Patient")
        codes = compartment.members.get(self.type, ()) if compartment else ()
        known = (
            self.lookups.parameter(self.type, kept_as(self.type, code)) for code in codes if code[0] != "{"
        )
        keys = f"x.param = ANY({arguments.add(sorted(set(known)), 'int[]')})"
        if self.patients is not None:
            these = arguments.add(self.patients, "bigint[]")
            own = select("o.rid", "resource o", f"o.patient = ANY({these})")
            referring = select("x.rid", "ix_ref x", f"x.target = ANY({these})", keys)
            return f"r.rid IN ({own} UNION {referring})"
        person = f"p.type_id = {arguments.add(self.lookups.type('Patient'), 'int')}"
        named = select("", "ix_ref x JOIN resource p ON p.rid = x.target", "x.rid = r.rid", keys, person)
        return any_of(["r.patient IS NOT NULL", exists(named)])


_CONTENT = "SELECT method, content FROM body WHERE rid = $1 AND ver = $2"
# The next type that is there, by its index: for a type that is not, an EXISTS would read the whole table.
_PRESENT = """
    SELECT t.type_id FROM unnest($1::int[]) AS t (type_id)
    WHERE t.type_id IN (
        (SELECT r.type_id FROM resource r WHERE r.type_id >= t.type_id AND NOT r.deleted
            ORDER BY r.type_id LIMIT 1),
        (SELECT r.type_id FROM resource r WHERE r.type_id >= t.type_id AND r.deleted AND r.ver > 0
            ORDER BY r.type_id LIMIT 1))"""


async def present(connection: Connection, dictionary: Dictionary, types: Iterable[str]) -> list[str]:
    """Those of some types of which there is or was a resource, by name."""
    rows = await connection.fetch(_PRESENT, [dictionary.types[kind] for kind in types])
    return sorted(dictionary.type_names[row["type_id"]] for row in rows)


async def large(connection: Connection, rid: int, version: int) -> tuple[int, bytes] | None:
    """Method and content of a version that a walk left out for its size; None if it has been expunged."""
    row = await connection.fetchrow(_CONTENT, rid, version)
    return row and (row["method"], row["content"])


@asynccontextmanager
async def walking(db: Database, walk: Walk, after: int, limit: int) -> AsyncIterator[AsyncIterator[Rows]]:
    """The rows of a walk, some at a time and read ahead, while the block runs."""
    sql, values = walk.statement(after, limit)
    async with db.transaction() as tx:
        await tx.execute(f"SET LOCAL statement_timeout = {int(_SECONDS * 1000)}")
        async with aclosing(_read_ahead(tx, sql, values)) as rows:
            yield rows


async def _read_ahead(tx: Connection, sql: str, values: list[object]) -> AsyncGenerator[Rows, None]:
    cursor = await tx.cursor(sql, *values, timeout=_SECONDS)
    coming = asyncio.ensure_future(cursor.fetch(_FETCH, timeout=_SECONDS))
    try:
        while rows := await coming:
            coming = asyncio.ensure_future(cursor.fetch(_FETCH, timeout=_SECONDS))
            await asyncio.sleep(0)  # PostgreSQL works on the next rows while these are
            yield rows
    finally:
        await asyncio.wait((coming,))
