"""Versions of one resource, of a type or of everything, newest first.

Bodies are only ever added, so what one snapshot sees is fixed: every page of a history is read as the first
one was, and neither skips nor repeats a version, whatever is written meanwhile. Who asks for what is new
*since* an instant gets only versions behind which no write is still under way: asked again later, nothing
that was committed late is missed.

A caller sees a version of a resource that was in a record of theirs at that version; a history of many
resources tells only of those that still are.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Verb
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.criteria import Criteria
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import TRUE, exists, select
from smartbear.cdr.store.search.values import Values
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.cdr.store.verbs import verb_of
from smartbear.fhir.search.query import Criterion
from smartbear.fhir.search.values import DateRange
from smartbear.kit.db import Connection

_FEW = 5_000  # resources: reading all their versions costs less than passing over those of all others
_COLUMNS = "b.rid, r.type_id, r.id, b.ver, b.upd, b.method, b.content"


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what, and from when: versions made since an instant, or current at some time within a range.

    ``list_id`` is that of the List which ``criteria`` hold to.
    """

    type: str | None
    id: str | None
    since: datetime | None = None
    at: DateRange | None = None
    list_id: str | None = None
    criteria: tuple[Criterion, ...] = field(default=(), repr=False)


class Place(NamedTuple):
    """The last version of the page before, and the snapshot in which the first page was read."""

    rid: int
    version: int
    updated: datetime
    snapshot: str


class Told(NamedTuple):
    """A version, how it came about, and whether there was no resource before it."""

    stored: Stored
    verb: Verb
    new: bool


async def page(
    connection: Connection,
    lookups: Lookups,
    access: Access,
    asked: Asked,
    after: Place | None,
    limit: int,
    room: int,
    seconds: float,
) -> tuple[list[tuple[Place, Told]], bool]:
    """At most ``limit`` versions that the caller may see, and whether more follow.

    No more come once ``room`` bytes are full.
    """
    chosen = asked.type is not None or access.rows != "all" or asked.criteria
    narrow = asked.id is None and chosen
    few = await _few(connection, lookups, access, asked, seconds) if narrow else None
    sql, values = _Statement(lookups, access, asked).page(after, limit + 1, few)
    rows = await connection.fetch(sql, *values, timeout=seconds)
    found: list[tuple[Place, Told]] = []
    for row in rows[:limit]:
        found.append(_version(lookups, row))
        room -= len(found[-1][1].stored.content or b"")
        if room <= 0:
            break
    return found, len(rows) > len(found)


async def _few(
    connection: Connection, lookups: Lookups, access: Access, asked: Asked, seconds: float
) -> list[int] | None:
    """Rids of the resources that the history may be about; None if there are many."""
    sql, values = _Statement(lookups, access, asked).candidates(_FEW + 1)
    rows = await connection.fetch(sql, *values, timeout=seconds)
    return [row["rid"] for row in rows] if len(rows) <= _FEW else None


class _Statement:
    """Aliases: ``b`` is the version, ``r`` its resource."""

    def __init__(self, lookups: Lookups, access: Access, asked: Asked) -> None:
        self._lookups, self._access, self._asked = lookups, access, asked
        self._arguments = Arguments()
        self._visibility = Visibility(access, self._arguments, lookups)
        self._criteria = Criteria(
            self._arguments, lookups, self._visibility, Values(self._arguments, lookups)
        )

    def candidates(self, limit: int) -> tuple[str, list[Any]]:
        """Resources, deleted ones too, of the types and owners that may be told about."""
        chosen = select("r.rid", "resource r", *self._resources(), self._visibility.of("r", self._types()))
        return self._arguments.bind(f"{chosen} LIMIT {self._arguments.add(limit, 'bigint')}")

    def page(self, after: Place | None, limit: int, few: list[int] | None) -> tuple[str, list[Any]]:
        """Either the versions of a ``few`` resources, or a walk back through time.

        What the planner shall not use to find rows is hidden from it: the time of a few, the owner of many.
        """
        asked, add = self._asked, self._arguments.add
        snapshot = f"{add(after.snapshot, 'text')}::pg_snapshot" if after else "pg_current_snapshot()"
        conditions = [*self._resources(), self._settled(snapshot), self._at()]
        aliases = ("b",) if asked.id else ("b", "r")
        conditions += (f"({self._visibility.of(alias, self._types(), 'r')}) IS TRUE" for alias in aliases)
        time = "b.upd"
        if few is not None:
            time = "(b.upd + interval '0')"
            conditions.append(f"b.rid = ANY({add(few, 'bigint[]')})")
        if asked.since:
            conditions.append(f"{time} >= {add(asked.since, 'timestamptz')}")
        keys = ("b.ver",) if asked.id else (time, "b.rid", "b.ver")
        if after:
            last = [add(after.updated, "timestamptz"), add(after.rid, "bigint"), add(after.version, "int")]
            conditions.append(f"({', '.join(keys)}) < ({', '.join(last[-len(keys) :])})")
        columns = f"{_COLUMNS}, {snapshot}::text AS snapshot"
        chosen = select(columns, "body b JOIN resource r ON r.rid = b.rid", *conditions)
        order = ", ".join(f"{key} DESC" for key in keys)
        return self._arguments.bind(f"{chosen} ORDER BY {order} LIMIT {add(limit, 'bigint')}")

    def _resources(self) -> list[str]:
        """Which resources may be told about at all."""
        asked, add = self._asked, self._arguments.add
        numbers = add(sorted(self._lookups.type(kind) for kind in self._types()), "int[]")
        chosen = [self._criteria.condition("r", asked.type, one) for one in asked.criteria]
        named = f"r.id = {add(asked.id, 'text')}" if asked.id else TRUE
        return [f"r.type_id = ANY({numbers})", named, *chosen]

    def _types(self) -> frozenset[str]:
        asked = self._asked.type
        return self._access.reads & {asked} if asked else self._access.reads

    def _settled(self, snapshot: str) -> str:
        if self._asked.since and self._asked.id is None:
            return f"b.xid < pg_snapshot_xmin({snapshot})"
        own = "b.xid = pg_current_xact_id_if_assigned()"  # in a transaction that has written before it asks
        return f"(pg_visible_in_snapshot(b.xid, {snapshot}) OR {own})"

    def _at(self) -> str:
        """Made before the end of the range, and not followed by another before its start."""
        if self._asked.at is None:
            return TRUE
        start, end = (self._arguments.add(moment, "timestamptz") for moment in self._asked.at)
        followed = select("", "body n", "n.rid = b.rid", "n.ver = b.ver + 1", f"n.upd <= {start}")
        return f"b.upd < {end} AND NOT {exists(followed)}"


def _version(lookups: Lookups, row: Any) -> tuple[Place, Told]:
    content = None if row["content"] is None else unpack(row["method"], row["content"])
    target = LocalId(lookups.dictionary.type_names[row["type_id"]], row["id"])
    place = Place(row["rid"], row["ver"], row["upd"], row["snapshot"])
    verb, new = verb_of(row["method"])
    stored = Stored(target, row["ver"], row["upd"], content, None)
    return place, Told(stored, Verb.DELETE if content is None else verb, new)
