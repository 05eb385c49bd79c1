"""The tree of a ``_filter`` → a criterion on resources of one type (https://hl7.org/fhir/R4/search_filter.html).

A test holds if it holds for some value of the parameter: ``ne`` asks for a value that is another, and is not
the opposite of ``eq`` where there are several values or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartbear.fhir import definitions
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.escapes import escape
from smartbear.fhir.search.grammar.budget import Budget
from smartbear.fhir.search.grammar.faults import InvalidSearch, UnknownParameterError, invalid
from smartbear.fhir.search.grammar.filters import FILTER, Combination, Comparison, Negation, Step, Tree
from smartbear.fhir.search.grammar.simple import Reader
from smartbear.fhir.search.parameters import LIST, Parameter, SearchType
from smartbear.fhir.search.query import (
    AllOf,
    AnyOf,
    Chain,
    Criterion,
    DateValue,
    Link,
    Match,
    Missing,
    Not,
    Prefix,
    ValueSetValue,
)

_ORDERED = frozenset({SearchType.DATE, SearchType.NUMBER, SearchType.QUANTITY})
_MODIFIERS: Mapping[SearchType, Mapping[str, str | None]] = {
    SearchType.STRING: {
        "eq": "eq", "ne": "ne", "co": "contains", "sw": None, "ew": "ends",
        "gt": "gt", "lt": "lt", "ge": "ge", "le": "le",
    },
    SearchType.URI: {"eq": None, "ne": "ne", "co": "contains", "sw": "starts", "ew": "ends"},
    SearchType.TOKEN: {"eq": None, "ne": "ne", "ss": "below", "sb": "above", "in": "in", "ni": "not-in"},
    SearchType.REFERENCE: {"eq": None, "ne": "ne", "re": None},
    SearchType.COMPOSITE: {"eq": None},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Turns the trees of one request into criteria."""

    catalogue: Catalogue
    budget: Budget
    now: datetime

    def criterion(self, resource_type: str | None, tree: Tree) -> Criterion:
        """Raises ``InvalidSearch``; what is not known here too, since without it more would be found."""
        try:
            return self._criterion(resource_type, tree)
        except UnknownParameterError as error:
            raise invalid(FILTER, str(error)) from None

    def _criterion(self, kind: str | None, tree: Tree) -> Criterion:
        match tree:
            case Combination("and", (one,)):
                return self._criterion(kind, one)
            case Combination(word, trees):
                criteria = tuple(self._criterion(kind, one) for one in trees)
                return AllOf(criteria) if word == "and" else AnyOf(criteria)
            case Negation(one):
                return Not(self._criterion(kind, one))
            case Comparison():
                return self._along(kind, tree.path, tree)

    def _along(self, kind: str | None, path: tuple[Step, ...], test: Comparison) -> Criterion:
        step, *rest = path
        code, _, target = step.name.partition(":")
        parameter = self.catalogue.of(kind).get(code)
        if parameter is None:
            raise UnknownParameterError(
                f"There is no search parameter for the name in place {_place(path, test)}."
            )
        if not rest:
            if target or step.condition:
                raise invalid(FILTER, "A type or a bracket is followed by a point and a name.")
            return self._test(parameter, test)
        if parameter.type is not SearchType.REFERENCE:
            raise invalid(FILTER, "Only references can be followed.")
        targets = parameter.targets or tuple(sorted(definitions.resource_types()))
        if target and target not in targets:
            raise invalid(FILTER, "That reference never points at such a type.")
        links = [self._link(one, step, tuple(rest), test) for one in ([target] if target else targets)]
        found = tuple(link for link in links if link)
        if not found:
            raise UnknownParameterError("The path leads to no type that has such a search parameter.")
        return Chain(parameter, found)

    def _link(self, target: str, step: Step, rest: tuple[Step, ...], test: Comparison) -> Link | None:
        self.budget.spend()
        try:
            meant = self._along(target, rest, test)
            condition = self._criterion(target, step.condition) if step.condition else None
        except UnknownParameterError:
            return None
        return Link(target, AllOf((condition, meant)) if condition else meant)

    def _test(self, parameter: Parameter, test: Comparison) -> Criterion:
        reader = Reader(FILTER, self.now)
        operator, text = test.operator, test.value
        if operator == "pr" and parameter.code != LIST:
            if text not in {"true", "false"}:
                raise invalid(FILTER, "pr is followed by true or false.")
            return Missing(parameter, text == "false")
        if parameter.type in _ORDERED:
            return self._ordered(parameter, operator, text, reader)
        modifiers = _MODIFIERS.get(parameter.type, {})
        if operator not in modifiers:
            raise _impossible()
        modifier = modifiers[operator]
        if modifier in {"in", "not-in"}:
            return Match(parameter, modifier, (ValueSetValue(text),))
        if modifier in {"above", "below"}:
            return Match(parameter, modifier, (reader.node(parameter, text),))
        plain = escape(text) if parameter.type in {SearchType.STRING, SearchType.URI} else text
        return Match(parameter, modifier, (reader.value(parameter, plain),))

    def _ordered(self, parameter: Parameter, operator: str, text: str, reader: Reader) -> Criterion:
        if operator == "po" and parameter.type is SearchType.DATE:
            return Match(parameter, None, (DateValue(Prefix.AP, reader.date(text).range),))
        if operator not in set(Prefix):
            raise _impossible()
        return Match(parameter, None, (reader.value(parameter, operator + text),))


def _place(path: tuple[Step, ...], test: Comparison) -> int:
    return len(test.path) - len(path) + 1


def _impossible() -> InvalidSearch:
    return invalid(FILTER, "An operator cannot be used on a parameter of that type.")
