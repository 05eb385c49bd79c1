"""A search evaluated in memory, straight from the definitions: slow, and the measure of what is right.

References are followed among the resources that the caller hands over; none are fetched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smartbear.fhir.search.agreement import agrees
from smartbear.fhir.search.extract import extract
from smartbear.fhir.search.parameters import LIST, Parameter, SearchType
from smartbear.fhir.search.query import (
    AllOf,
    AnyOf,
    Chain,
    Criterion,
    Has,
    ListValue,
    Match,
    Missing,
    Not,
    Query,
    ReferenceValue,
    SearchValue,
    TokenValue,
    ValueSetValue,
    WordsValue,
)
from smartbear.fhir.search.resolution import Need, needs, resolved
from smartbear.fhir.search.values import Indexes
from smartbear.fhir.search.vocabulary import core_members, listed_members, relatives

Resource = Mapping[str, Any]


def matches(resource: Resource, query: Query, known: Iterable[Resource] = ()) -> bool:
    """Whether the resource is a match of the query.

    Chains, ``_has`` and everything else that looks beyond the resource look among ``known``.
    """
    kind = resource["resourceType"]
    if kind != query.type and (query.type or (query.types and kind not in query.types)):
        return False
    found = {(item["resourceType"], item.get("id")): extract(dict(item)) for item in (*known, resource)}
    world = _World(found)
    others = {(item["resourceType"], item.get("id")): item for item in known}
    query = resolved(query, {need: tuple(_answer(need, world, others)) for need in needs(query.criteria)})
    return all(world.meets((kind, resource.get("id")), criterion) for criterion in query.criteria)


PART_OF = ("partof", "part-of")
"""Reference parameters whose chains make a hierarchy of resources of one type."""

Identity = tuple[str, str | None]  # type and id


@dataclass(frozen=True, slots=True)
class _World:
    indexes: Mapping[Identity, Indexes]

    def meets(  # noqa: PLR0911 - one case for each kind of criterion
        self, identity: Identity, criterion: Criterion
    ) -> bool:
        here = self.indexes[identity]
        match criterion:
            case Missing(parameter, missing):
                return missing != any(parameter.code in table for table in _tables(here))
            case Match(Parameter(code), _, values) if code == LIST:
                return any(self._lists(value, identity) for value in values)
            case Match():
                return _any_value(here, criterion)
            case AllOf(criteria):
                return all(self.meets(identity, one) for one in criteria)
            case AnyOf(criteria):
                return any(self.meets(identity, one) for one in criteria)
            case Not(one):
                return not self.meets(identity, one)
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

    def _lists(self, value: SearchValue, identity: Identity) -> bool:
        named = self.indexes.get(("List", value.id)) if isinstance(value, ListValue) else None
        return named is not None and identity in self._targets(named, "item")

    def relatives(self, starts: set[Identity], relation: str) -> set[Identity]:
        """Everything above or below, by the parameter that says of what a resource is part."""
        found = open_ = {one for one in starts if one in self.indexes}
        while open_:
            steps = {
                (part, whole)
                for part, here in self.indexes.items()
                for code in PART_OF
                for whole in self._targets(here, code)
                if whole[0] == part[0]
            }
            open_ = (
                {part for part, whole in steps if whole in open_}
                if relation == "below"
                else {whole for part, whole in steps if part in open_}
            )
            open_ -= found
            found = found | open_
        return found

    def _targets(self, here: Indexes, code: str) -> set[Identity]:
        """Known resources that a parameter refers to; an untyped reference fits any type."""
        return {
            identity
            for reference in here.references.get(code, ())
            for identity in self.indexes
            if reference.url is None and reference.id == identity[1] and reference.type in {None, identity[0]}
        }


def _answer(need: Need, world: "_World", known: Mapping[Identity, Resource]) -> Iterable[SearchValue]:
    match need.value:
        case ValueSetValue(name):
            found = [
                one for one in known.values() if one["resourceType"] == "ValueSet" and one.get("url") == name
            ]
            return core_members(name) or (listed_members(found[0]) if found else None) or ()
        case TokenValue(system, code):
            found = [
                one for one in known.values() if one["resourceType"] == "CodeSystem" and one["url"] == system
            ]
            codes = relatives(found[0], code or "", need.relation) if found else {code}
            return [TokenValue(system, one) for one in codes]
        case ReferenceValue(kind, name):
            starts = {(one, name) for one in ((kind,) if kind else need.targets)}
            return [ReferenceValue(one, two, None) for one, two in world.relatives(starts, need.relation)]


def _tables(here: Indexes) -> Iterable[Mapping[str, object]]:
    return (getattr(here, name) for name in Indexes.__dataclass_fields__)


def _any_value(here: Indexes, criterion: Match) -> bool:
    if isinstance(criterion.values[0] if criterion.values else None, WordsValue):
        words = set(here.words.get(criterion.parameter.code, ()))
        return any(isinstance(one, WordsValue) and words.issuperset(one.words) for one in criterion.values)
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
