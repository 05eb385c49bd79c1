"""A search evaluated in memory, straight from the definitions: slow, and the measure of what is right.

References are followed among the resources that the caller hands over; none are fetched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smartbear.fhir.search.agreement import agrees
from smartbear.fhir.search.extract import extract
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.query import Chain, Criterion, Has, Match, Missing, Query
from smartbear.fhir.search.values import Indexes

Resource = Mapping[str, Any]


def matches(resource: Resource, query: Query, known: Iterable[Resource] = ()) -> bool:
    """Whether the resource is a match of the query; chains and ``_has`` look among ``known``."""
    kind = resource["resourceType"]
    if kind != query.type and (query.type or (query.types and kind not in query.types)):
        return False
    found = {(item["resourceType"], item.get("id")): extract(dict(item)) for item in (*known, resource)}
    world = _World(found)
    return all(world.meets((kind, resource.get("id")), criterion) for criterion in query.criteria)


Identity = tuple[str, str | None]  # type and id


@dataclass(frozen=True, slots=True)
class _World:
    indexes: Mapping[Identity, Indexes]

    def meets(self, identity: Identity, criterion: Criterion) -> bool:
        here = self.indexes[identity]
        match criterion:
            case Missing(parameter, missing):
                return missing != any(parameter.code in table for table in _tables(here))
            case Match():
                return _any_value(here, criterion)
            case Chain(parameter, links):
                targets = self._targets(here, parameter.code)
                return any(
                    target[0] == link.type and self.meets(target, link.criterion)
                    for target in targets
                    for link in links
                )
            case Has(kind, parameter, inner):
                return any(
                    source[0] == kind
                    and identity in self._targets(found, parameter.code)
                    and self.meets(source, inner)
                    for source, found in self.indexes.items()
                )

    def _targets(self, here: Indexes, code: str) -> set[Identity]:
        """Known resources that a parameter refers to; an untyped reference fits any type."""
        return {
            identity
            for reference in here.references.get(code, ())
            for identity in self.indexes
            if reference.url is None and reference.id == identity[1] and reference.type in {None, identity[0]}
        }


def _tables(here: Indexes) -> Iterable[Mapping[str, object]]:
    return (getattr(here, name) for name in Indexes.__dataclass_fields__)


def _any_value(here: Indexes, criterion: Match) -> bool:
    indexed = getattr(here, _table(criterion)).get(criterion.parameter.code, ())
    found = any(agrees(item, value, criterion.modifier) for item in indexed for value in criterion.values)
    return found != (criterion.modifier == "not")


def _table(criterion: Match) -> str:
    """Field of ``Indexes``: the modifier may look elsewhere than the parameter's type."""
    if criterion.modifier in _MODIFIER_TABLES:
        return _MODIFIER_TABLES[criterion.modifier]
    return _TABLES[criterion.parameter.type]


_MODIFIER_TABLES = {"of-type": "identifier_types", "identifier": "reference_identifiers"}
_TABLES = {
    SearchType.TOKEN: "tokens",
    SearchType.STRING: "strings",
    SearchType.DATE: "dates",
    SearchType.NUMBER: "numbers",
    SearchType.QUANTITY: "quantities",
    SearchType.REFERENCE: "references",
    SearchType.URI: "uris",
    SearchType.COMPOSITE: "composites",
    SearchType.SPECIAL: "positions",
}
