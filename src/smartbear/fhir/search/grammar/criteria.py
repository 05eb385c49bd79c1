"""One name and its values → one criterion: modifiers, chains, ``_has`` (R4 search 3.1.1.4.4, 16 and 17)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from smartbear.fhir import definitions
from smartbear.fhir.search.catalogue import CORE, Catalogue
from smartbear.fhir.search.escapes import split, unescape
from smartbear.fhir.search.grammar.budget import Budget
from smartbear.fhir.search.grammar.comparisons import Comparisons
from smartbear.fhir.search.grammar.faults import UnknownParameterError, invalid
from smartbear.fhir.search.grammar.filters import FILTER, read
from smartbear.fhir.search.grammar.simple import Reader
from smartbear.fhir.search.parameters import LIST, Parameter, SearchType
from smartbear.fhir.search.query import (
    Chain,
    Criterion,
    Has,
    Link,
    Match,
    Missing,
    ReferenceValue,
    SearchValue,
    ValueSetValue,
)

_MODIFIERS: dict[SearchType, frozenset[str]] = {
    SearchType.STRING: frozenset({"exact", "contains"}),
    SearchType.TOKEN: frozenset({"text", "not", "in", "not-in", "of-type", "above", "below"}),
    SearchType.REFERENCE: frozenset({"identifier", "above", "below"}),
    SearchType.URI: frozenset({"above", "below"}),
}
_HAS = "_has:"
_UNKNOWN = "There is no such search parameter for this type."
_PENDING = "This search parameter is still being indexed."
_DEEPEST = 4  # chains and _has within one another
_MOST_OTHERS = 1_000  # alternatives of one parameter that are compared one by one
_IN_ONE = {SearchType.TOKEN, SearchType.REFERENCE}  # compared as a list


@dataclass(slots=True)
class CriteriaReader:
    """Reads the criteria of one request; remembers how much it has asked for."""

    now: datetime
    catalogue: Catalogue = CORE
    _budget: Budget = field(default_factory=Budget)

    def criterion(self, resource_type: str | None, name: str, text: str, depth: int = 0) -> Criterion | None:
        """``None`` when the value is empty, which R4 ignores; raises what ``faults`` defines."""
        if depth > _DEEPEST:
            raise invalid(name, f"At most {_DEEPEST} chains or _has may be nested.")
        if name.startswith(_HAS):
            return self._has(resource_type, name, text, depth)
        if name == FILTER:
            tree = read(text)
            return Comparisons(self.catalogue, self._budget, self.now).criterion(resource_type, tree)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        parameter = self.catalogue.of(resource_type).get(code)
        if parameter is None:
            pending = self.catalogue.is_pending(resource_type, code)
            raise UnknownParameterError(_PENDING if pending else _UNKNOWN)
        if dot:
            return self._chain(parameter, modifier, rest, text, depth)
        return self._match(parameter, modifier, name, text)

    def _has(self, resource_type: str | None, name: str, text: str, depth: int) -> Criterion | None:
        source, _, rest = name.removeprefix(_HAS).partition(":")
        code, _, inner = rest.partition(":")
        parameter = self.catalogue.of(source).get(code) if source in definitions.resource_types() else None
        if parameter is None or parameter.type is not SearchType.REFERENCE or not inner:
            raise UnknownParameterError("Write _has:Type:reference parameter:parameter.")
        if resource_type and parameter.targets and resource_type not in parameter.targets:
            raise UnknownParameterError("That reference never points at this type.")
        criterion = self.criterion(source, inner, text, depth + 1)
        return Has(source, parameter, criterion) if criterion else None

    def _chain(self, parameter: Parameter, kind: str, rest: str, text: str, depth: int) -> Criterion | None:
        if parameter.type is not SearchType.REFERENCE:
            raise UnknownParameterError("Only reference parameters can be chained.")
        if kind and kind not in (parameter.targets or definitions.resource_types()):
            raise UnknownParameterError("That reference never points at such a type.")
        targets = (kind,) if kind else parameter.targets or tuple(sorted(definitions.resource_types()))
        links = [link for target in targets if (link := self._link(target, rest, text, depth))]
        if links:
            return Chain(parameter, tuple(links))
        self.criterion(targets[0], rest, text, depth + 1)  # says what is wrong, if anything is
        return None

    def _link(self, target: str, rest: str, text: str, depth: int) -> Link | None:
        self._budget.spend(rest)
        try:
            criterion = self.criterion(target, rest, text, depth + 1)
        except UnknownParameterError:
            return None
        return Link(target, criterion) if criterion else None

    def _match(self, parameter: Parameter, modifier: str, name: str, text: str) -> Criterion | None:
        texts = [part for part in split(text, ",") if part]
        if not texts:
            return None
        self._budget.spend_values(name, len(texts))
        if len(texts) > _MOST_OTHERS and parameter.type not in _IN_ONE:
            raise invalid(name, f"Give at most {_MOST_OTHERS} values of a parameter of this type.")
        if modifier == "missing" and parameter.code != LIST:
            return Missing(parameter, _boolean(name, text))
        if parameter.type is SearchType.REFERENCE and modifier in definitions.resource_types():
            return Match(
                parameter, None, tuple(_typed(parameter, modifier, name, t, self.now) for t in texts)
            )
        if modifier and modifier not in _MODIFIERS.get(parameter.type, ()):
            raise invalid(name, "This modifier is not supported on this parameter.")
        return _modified(parameter, modifier, texts, Reader(name, self.now))


def _modified(parameter: Parameter, modifier: str, texts: list[str], reader: Reader) -> Match:
    values: list[SearchValue]
    match modifier:
        case "in" | "not-in":
            return Match(parameter, modifier, tuple(ValueSetValue(unescape(text)) for text in texts))
        case "text":
            values = [reader.text(text) for text in texts]
        case "of-type":
            values = [reader.identifier_type(text) for text in texts]
        case "identifier":
            values = [reader.token(text) for text in texts]
        case "above" | "below" if parameter.type is not SearchType.URI:
            values = [reader.node(parameter, text) for text in texts]
        case _:
            values = [reader.value(parameter, text) for text in texts]
    return Match(parameter, modifier or None, tuple(values))


def _typed(parameter: Parameter, kind: str, name: str, text: str, now: datetime) -> ReferenceValue:
    if parameter.targets and kind not in parameter.targets:
        raise invalid(name, "This reference never points at such a type.")
    value = Reader(name, now).reference(text)
    if value.url or value.type not in {None, kind}:
        raise invalid(name, "With a type as modifier the value is an id of that type.")
    return replace(value, type=kind)


def _boolean(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise invalid(name, "Write true or false.")
    return text == "true"
