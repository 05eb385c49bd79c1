"""What is in a compartment, and what that refers to, in pages.

Around some *centres* (patients, or an encounter) the members are the centres themselves, what belongs to them
(``resource.patient``), and what refers to them by a parameter of the compartment: another patient's resource
may be among them. Outside are the resources that members refer to. Both come in the order of rids, members
first; a resource that stays as it is is met exactly once, whatever is written meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.compartment import care_dates, members
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.pages import Row
from smartbear.cdr.store.search.sql import FALSE, TRUE, all_of, any_of, exists, select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir.search.values import DateRange
from smartbear.kit.db import Connection

Part = Literal["members", "outside"]
Compartment = Literal["Patient", "Encounter"]


_PATIENTS_IN = """
    SELECT p.rid FROM ix_ref x JOIN resource p ON p.rid = x.target
    WHERE x.rid = $1 AND x.param = $2 AND p.type_id = $3 AND NOT p.deleted"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Without ``centres``: around every patient the caller sees."""

    compartment: Compartment
    centres: Sequence[int] | None
    types: frozenset[str]
    since: datetime | None
    care: DateRange | None
    """Members whose care was wholly outside this time are left out; undated ones are not."""


async def page(
    connection: Connection,
    wanted: Wanted,
    access: Access,
    lookups: Lookups,
    part: Part,
    after: int,
    limit: int,
    seconds: float,
) -> list[Row]:
    """Rid, ver and upd of at most ``limit`` resources of one part beyond the rid ``after``."""
    arguments = Arguments()
    statement = _Statement(wanted, arguments, lookups, Visibility(access, arguments, lookups), access.reads)
    sql, values = arguments.bind(statement.page(part, after, limit))
    rows: list[Row] = await connection.fetch(sql, *values, timeout=seconds)
    return rows


async def patients_in(connection: Connection, dictionary: Dictionary, group: int) -> list[int]:
    """Rids of the patients that a group, given by its rid, has as members."""
    member, patient = dictionary.keys["Group"]["member"], dictionary.types["Patient"]
    rows = await connection.fetch(_PATIENTS_IN, group, member, patient)
    return [row["rid"] for row in rows]


@dataclass(frozen=True, slots=True)
class _Statement:
    """Conditions on aliases of ``resource``."""

    wanted: Wanted
    arguments: Arguments
    lookups: Lookups
    visibility: Visibility
    readable: frozenset[str]

    def page(self, part: Part, after: int, limit: int) -> str:
        wanted = (
            f"r.rid > {self.arguments.add(after, 'bigint')}",
            self._seen("r", self.wanted.types & self.readable),
            f"r.upd >= {self.arguments.add(self.wanted.since, 'timestamptz')}" if self.wanted.since else TRUE,
        )
        columns = "r.rid, r.ver, r.upd"
        members = part == "members"
        found = self._members(columns, *wanted) if members else self._outside(columns, *wanted)
        return f"{found} ORDER BY rid LIMIT {self.arguments.add(limit, 'bigint')}"

    def _seen(self, alias: str, types: frozenset[str]) -> str:
        numbers = self.arguments.add(sorted(self.lookups.type(kind) for kind in types), "int[]")
        known = [f"NOT {alias}.deleted", f"{alias}.type_id = ANY({numbers})"]
        return all_of([*known, self.visibility.of(alias, types)])

    def _members(self, columns: str, *conditions: str) -> str:
        """Members, as ``r``, that meet conditions.

        Around centres, what belongs to them is read as it lies in its index; nearly all that refers to them
        is among that, and only the rest is looked up, one by one.
        """
        known = (self._timely("r"), *conditions)
        if self.wanted.centres is None:
            return select(columns, "resource r", self._inside("r"), *known)
        centres = self._centres(self.wanted.centres)
        others = f"{select('c.rid', 'resource c', f'c.rid {centres}')} UNION {self._referring(centres)}"
        owned = []
        if self.wanted.compartment == "Patient":
            owned = [select(columns, "resource r", f"r.patient {centres}", *known)]
            others = f"({others}) EXCEPT {select('o.rid', 'resource o', f'o.patient {centres}')}"
        row = select("r.*", "resource r", "r.rid = o.rid")
        rest = select(columns, f"({others}) o CROSS JOIN LATERAL ({row} OFFSET 0) r", *known)
        return " UNION ALL ".join([*owned, rest])

    def _outside(self, columns: str, *conditions: str) -> str:
        """Referred to by a member that the caller sees, and no member."""
        reference = select("y.target", "ix_ref y", "y.rid = m.rid", "y.target IS NOT NULL")
        members = f"({self._members('r.rid', self._seen('r', self.readable))}) m"
        targets = f"SELECT DISTINCT y.target FROM {members} CROSS JOIN LATERAL ({reference} OFFSET 0) y"  # noqa: S608 - as above
        row = select("r.*", "resource r", "r.rid = t.target")
        source = f"({targets}) t CROSS JOIN LATERAL ({row} OFFSET 0) r"
        return select(columns, source, f"({self._inside('r')}) IS NOT TRUE", *conditions)

    def _inside(self, alias: str) -> str:
        """Whether a resource is in the compartment of a centre; not known of one without an owner."""
        refers = f"x.rid = {alias}.rid AND x.param = ANY({self._keys()})"
        if self.wanted.centres is None:
            by_reference = select(
                "", "ix_ref x JOIN resource p ON p.rid = x.target", refers, self._patient("p")
            )
            owner = select("", "resource p", f"p.rid = {alias}.patient", self._patient("p"))
            return any_of([exists(owner), exists(by_reference)])
        centres = self._centres(self.wanted.centres)
        owned = f"{alias}.patient {centres}" if self.wanted.compartment == "Patient" else FALSE
        referring = exists(select("", "ix_ref x", refers, f"x.target {centres}"))
        return any_of([f"{alias}.rid {centres}", owned, referring])

    def _referring(self, centres: str) -> str:
        return select("x.rid", "ix_ref x", f"x.target {centres}", f"x.param = ANY({self._keys()})")

    def _centres(self, rids: Sequence[int]) -> str:
        """Equal to a centre. A generic plan takes a list for ten, and would read the whole table for them."""
        if len(rids) == 1:
            return f"= {self.arguments.add(rids[0], 'bigint')}"
        return f"= ANY({self.arguments.add(list(rids), 'bigint[]')})"

    def _patient(self, alias: str) -> str:
        return self._seen(alias, frozenset({"Patient"}) & self.readable)

    def _keys(self) -> str:
        """Index keys of the references that put a resource into the compartment."""
        known = self.lookups.dictionary.keys
        named = ((kind, kept_as(kind, code)) for kind, code in members(self.wanted.compartment))
        numbers = {known[kind][code] for kind, code in named if code in known[kind]}
        return self.arguments.add(sorted(numbers), "int[]")

    def _timely(self, alias: str) -> str:
        """Whether the care was in the time asked for, at least partly, or has no date."""
        care = self.wanted.care
        if care is None:
            return TRUE
        start = self.arguments.add(care.start, "timestamptz")
        end = self.arguments.add(care.end, "timestamptz")
        known = self.lookups.dictionary.keys
        named = care_dates().items()
        keys = self.arguments.add(sorted(known[kind][code] for kind, code in named), "int[]")
        overlaps = f"d.t0 < {end} AND d.t1 > {start}"
        elsewhere = []
        for table, dated in (("ix_date", f"d.param = ANY({keys})"), ("obs", "d.lead AND d.t1 IS NOT NULL")):
            here = select("", f"{table} d", f"d.rid = {alias}.rid", dated)
            timely = f"{here} AND {overlaps}"
            elsewhere.append(any_of([f"NOT {exists(here)}", exists(timely)]))
        return all_of(elsewhere)
