"""The order of matches, and how a page begins where the one before it ended.

Keys are followed by the rid, so the order is total, and a resource that stays as it is is met exactly once,
whatever is written meanwhile. Resources without a value come last; undated observations count as the oldest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smartbear.cdr.store.observations import SERVED
from smartbear.cdr.store.search import observation
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import all_of, any_of, select
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.query import Sort

_KEYS = {
    SearchType.TOKEN: ("x.code", "ix_token x", "text"),
    SearchType.STRING: ("x.folded", "ix_text x", "text"),
    SearchType.DATE: ("x.t0", "ix_date x", "timestamptz"),
    SearchType.NUMBER: ("x.low", "ix_number x", "float8"),
    SearchType.QUANTITY: ("coalesce(x.canonical_low, x.low)", "ix_quantity x", "float8"),
    SearchType.REFERENCE: (
        "coalesce(t.id, x.url)",
        "ix_ref x LEFT JOIN resource t ON t.rid = x.target",
        "text",
    ),
    SearchType.URI: ("x.uri", "ix_uri x", "text"),
}
"""What a parameter is ordered by: a column, where it is, and its type."""

_OBSERVED = {
    SearchType.TOKEN: ("x.code", "obs x", "text"),
    SearchType.DATE: ("x.t0", "obs x", "timestamptz"),
    SearchType.QUANTITY: ("coalesce(x.canonical_low, x.low)", "obs x", "float8"),
    SearchType.REFERENCE: ("t.id", "obs x LEFT JOIN resource t ON t.rid = x.patient", "text"),
}
_ROWS = {"component": "x.component", "combo": "TRUE"}
_OF_RESOURCE = {"_id": ("r.id", "text"), "_lastUpdated": ("r.upd", "timestamptz")}


@dataclass(frozen=True, slots=True)
class Key:
    """One key: an expression, its type in PostgreSQL, and whether some resources have no value."""

    expression: str
    kind: str
    descending: bool
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Keys and then rids, which follow the direction of the last key."""

    keys: tuple[Key, ...]
    rid: str

    @property
    def columns(self) -> str:
        """The rid and the keys, named ``rid``, ``k0`` and so on."""
        keys = (f"{key.expression} AS k{n}" for n, key in enumerate(self.keys))
        return ", ".join([f"{self.rid} AS rid", *keys])

    @property
    def by(self) -> str:
        """What goes after ORDER BY; nulls come last in either direction."""
        keys = (
            f"k{n}{' DESC' if key.descending else ''}"
            + (" NULLS LAST" if key.nullable and key.descending else "")
            for n, key in enumerate(self.keys)
        )
        return ", ".join([*keys, f"rid{' DESC' if self._rid_descends else ''}"])

    def after(self, last: Sequence[Any], rid: int, arguments: Arguments) -> str:
        """That a row comes after the one with these keys and this rid."""
        values = [
            None if value is None else arguments.add(value, key.kind)
            for key, value in zip(self.keys, last, strict=True)
        ]
        place = arguments.add(rid, "bigint")
        sign = "<" if self._rid_descends else ">"
        if len(values) == 1 and not self.keys[0].nullable:
            return f"(k0, rid) {sign} ({values[0]}, {place})"
        steps = [_beyond(n, key, value) for n, (key, value) in enumerate(zip(self.keys, values, strict=True))]
        same = [f"k{n} IS NOT DISTINCT FROM {value or 'NULL'}" for n, value in enumerate(values)]
        ties = [*steps, f"rid {sign} {place}"]
        return any_of(all_of([*same[:n], step]) for n, step in enumerate(ties))

    @property
    def _rid_descends(self) -> bool:
        return bool(self.keys) and self.keys[-1].descending


def _beyond(position: int, key: Key, value: str | None) -> str:
    if value is None:  # nulls are last already
        return "FALSE"
    beyond = f"k{position} {'<' if key.descending else '>'} {value}"
    return f"({beyond} OR k{position} IS NULL)" if key.nullable else beyond


def by_arrival(*, all_of_type: bool = False) -> Order:
    """The oldest first. ``+ 0`` keeps the planner from walking all rids in their order to save a sort."""
    return Order((), "r.rid" if all_of_type else "r.rid + 0")


def sorted_by(
    resource_type: str | None, sort: Sequence[Sort], lookups: Lookups, arguments: Arguments
) -> Order:
    """As ``_sort`` asks, on the alias ``r`` of ``resource``."""
    return Order(tuple(_key(resource_type, one, lookups, arguments) for one in sort), "r.rid")


def _key(resource_type: str | None, sort: Sort, lookups: Lookups, arguments: Arguments) -> Key:
    code, kind = sort.parameter.code, sort.parameter.type
    if code in _OF_RESOURCE:
        return Key(*_OF_RESOURCE[code], sort.descending)
    here = "x.rid = r.rid"
    if resource_type == "Observation" and code in SERVED:
        column, source, name = _OBSERVED[kind]
        which = _ROWS.get(code.partition("-")[0], "NOT x.component")
    else:
        column, source, name = _KEYS[kind]
        which = f"x.param = ANY({arguments.add(lookups.parameters(resource_type, code), 'int[]')})"
        if observation.is_trait(resource_type, code):
            here = f"x.rid = ({select('o.traits', 'obs o', 'o.rid = r.rid', 'o.lead')})"
    best = f"{'max' if sort.descending else 'min'}({column})"
    return Key(f"({select(best, source, here, which)})", name, sort.descending, nullable=True)
