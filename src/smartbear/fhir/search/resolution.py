"""Values that stand for others: value sets, and everything above or below a concept or a resource.

What they stand for is in the terminology and the tree of resources that a server holds, so a query is read
without it: ``needs`` says what it asks about, and ``resolved`` puts the answers in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from smartbear.fhir.search.parameters import Parameter, SearchType
from smartbear.fhir.search.query import (
    AllOf,
    AnyOf,
    Chain,
    Criterion,
    Has,
    Match,
    Missing,
    Not,
    Query,
    ReferenceValue,
    SearchValue,
    TokenValue,
    ValueSetValue,
)

_TREES = frozenset({SearchType.TOKEN, SearchType.REFERENCE})


class Need(NamedTuple):
    """What a value stands for: members of a value set, or what is above or below, itself included."""

    relation: Literal["in", "above", "below"]
    value: ValueSetValue | TokenValue | ReferenceValue
    targets: tuple[str, ...] = ()
    """Types that a reference without one may point at."""


Answers = Mapping[Need, tuple[SearchValue, ...]]


def needs(criteria: Iterable[Criterion]) -> Iterator[Need]:
    """Everything that has to be known before the criteria mean something."""
    for criterion in criteria:
        match criterion:
            case Match():
                yield from _needed(criterion).values()
            case Missing():
                pass
            case _:
                yield from needs(inner(criterion))


def inner(criterion: Chain | Has | AllOf | AnyOf | Not) -> tuple[Criterion, ...]:
    """The criteria within a criterion, whichever resources they are about."""
    match criterion:
        case Chain(_, links):
            return tuple(link.criterion for link in links)
        case AllOf(criteria) | AnyOf(criteria):
            return criteria
        case Has(_, _, one) | Not(one):
            return (one,)


def resolved(query: Query, answers: Answers) -> Query:
    """The query with the answers to all its needs in the place of what they answer."""
    return replace(query, criteria=tuple(_resolved(criterion, answers) for criterion in query.criteria))


def _resolved(criterion: Criterion, answers: Answers) -> Criterion:
    match criterion:
        case Match():
            return _match(criterion, answers)
        case Missing():
            return criterion
        case Chain(parameter, links):
            return Chain(
                parameter, tuple(replace(one, criterion=_resolved(one.criterion, answers)) for one in links)
            )
        case AllOf(criteria) | AnyOf(criteria):
            return replace(criterion, criteria=tuple(_resolved(one, answers) for one in criteria))
        case Has(_, _, one) | Not(one):
            return replace(criterion, criterion=_resolved(one, answers))


def _match(criterion: Match, answers: Answers) -> Match:
    needed = _needed(criterion)
    if not needed:
        return criterion
    implied = criterion.parameter.code_systems
    values = [found for value in criterion.values for found in answers[needed[value]]]
    return Match(
        criterion.parameter,
        "not" if criterion.modifier == "not-in" else None,
        tuple(dict.fromkeys(_as_indexed(value, implied) for value in values)),
    )


def _as_indexed(value: SearchValue, implied: tuple[str, ...]) -> SearchValue:
    """A code without the system that the element's binding implies."""
    if isinstance(value, TokenValue) and value.system in implied:
        return replace(value, system=None)
    return value


def _needed(criterion: Match) -> dict[SearchValue, Need]:
    parameter = criterion.parameter
    match criterion.modifier:
        case "in" | "not-in":
            return {
                value: Need("in", value) for value in criterion.values if isinstance(value, ValueSetValue)
            }
        case "above" | "below" as relation if parameter.type in _TREES:
            return {
                value: Need(relation, value, _targets(parameter, value))
                for value in criterion.values
                if isinstance(value, TokenValue | ReferenceValue)
            }
        case _:
            return {}


def _targets(parameter: Parameter, value: TokenValue | ReferenceValue) -> tuple[str, ...]:
    return parameter.targets if isinstance(value, ReferenceValue) and value.type is None else ()
