"""The value of one parameter, by its type (R4 search 3.1.1.4.5 to 3.1.1.4.15)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from smartbear.fhir.fhirpath.units import UCUM, Unit, unit
from smartbear.fhir.references import parse as parse_reference
from smartbear.fhir.search.dates import approximately, date_range
from smartbear.fhir.search.escapes import split, unescape
from smartbear.fhir.search.grammar.faults import invalid
from smartbear.fhir.search.numbers import approximate_range, implicit_range, number
from smartbear.fhir.search.parameters import LIST, Parameter, SearchType
from smartbear.fhir.search.query import (
    CompositeValue,
    DateValue,
    IdentifierTypeValue,
    ListValue,
    NearValue,
    NumberValue,
    Prefix,
    QuantityValue,
    ReferenceValue,
    SearchValue,
    SimpleValue,
    TextValue,
    TokenValue,
    UriValue,
    WordsValue,
)
from smartbear.fhir.search.strings import fold
from smartbear.fhir.search.tokens import fold_code
from smartbear.fhir.search.words import CONTENT, NARRATIVE, words

_PREFIX = re.compile(rf"({'|'.join(Prefix)})(?=[\d+.-])", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_METRES = "m"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values of one parameter; ``name`` is how the request spelled it and ``now`` what ``ap`` needs."""

    name: str
    now: datetime

    def value(self, parameter: Parameter, text: str) -> SearchValue:
        """``text`` is one alternative, still escaped."""
        match parameter.type:
            case SearchType.COMPOSITE:
                return self._composite(parameter, text)
            case SearchType.SPECIAL:
                return self._special(parameter, text)
            case SearchType.TOKEN:
                return self.token(text, systems=parameter.code_systems, folded=parameter.code != "_id")
            case kind:
                return self._simple(kind)(text)

    def _special(self, parameter: Parameter, text: str) -> SearchValue:
        if parameter.code == LIST:
            if not _ID.fullmatch(text):
                raise invalid(self.name, "Write the id of a List: functional lists are not supported.")
            return ListValue(text)
        if parameter.code in {CONTENT, NARRATIVE}:
            found = words(unescape(text))
            if not found:
                raise invalid(self.name, "Write one or more words.")
            return WordsValue(tuple(found))
        return self.near(text)

    def node(self, parameter: Parameter, text: str) -> TokenValue | ReferenceValue:
        """Where ``:above`` or ``:below`` starts: a concept with its system, or a resource."""
        if parameter.type is SearchType.TOKEN:
            concept = self.token(text)
            if not (concept.system and concept.code):
                raise invalid(self.name, "Write the concept as system|code.")
            return concept
        target = self.reference(text)
        if target.url or target.version or not target.id:
            raise invalid(self.name, "Write the id of a resource, with or without its type.")
        return target

    def _simple(self, kind: SearchType) -> Callable[[str], SimpleValue]:
        readers: dict[SearchType, Callable[[str], SimpleValue]] = {
            SearchType.TOKEN: self.token,
            SearchType.STRING: self.text,
            SearchType.DATE: self.date,
            SearchType.NUMBER: self.number,
            SearchType.QUANTITY: self.quantity,
            SearchType.REFERENCE: self.reference,
            SearchType.URI: self.uri,
        }
        return readers[kind]

    def _composite(self, parameter: Parameter, text: str) -> CompositeValue:
        parts = split(text, "$")
        if len(parts) != len(parameter.components):
            raise invalid(self.name, f"Give {len(parameter.components)} values joined by $.")
        kinds = (component.type for component in parameter.components)
        return CompositeValue(
            tuple(self._simple(kind)(part) for kind, part in zip(kinds, parts, strict=True))
        )

    def token(self, text: str, *, systems: tuple[str, ...] = (), folded: bool = True) -> TokenValue:
        """``code``, ``system|code``, ``|code`` or ``system|``."""
        parts = [unescape(part) for part in split(text, "|")]
        if len(parts) == 1:
            return TokenValue(None, fold_code(parts[0]) if folded else parts[0])
        system, code = self._exactly(parts, 2, "system|code")
        implied = system in systems
        return TokenValue(None if implied else system, (fold_code(code) if folded else code) or None)

    def _exactly(self, parts: list[str], count: int, shape: str) -> list[str]:
        if len(parts) != count or not any(parts):
            raise invalid(self.name, f"Write the value as {shape}.")
        return parts

    def identifier_type(self, text: str) -> IdentifierTypeValue:
        """``:of-type``."""
        shape = "type system|type code|value"
        parts = [unescape(part) for part in split(text, "|")]
        system, code, value = self._exactly(parts, 3, shape)
        if not (system and code and value):
            raise invalid(self.name, f"Write the value as {shape}.")
        return IdentifierTypeValue(system, fold_code(code), fold_code(value))

    def text(self, text: str) -> TextValue:
        """A string."""
        exact = unescape(text)
        return TextValue(fold(exact), exact)

    def uri(self, text: str) -> UriValue:
        """An address, compared as it is."""
        return UriValue(unescape(text))

    def date(self, text: str) -> DateValue:
        """A plus sign of an offset that arrived as a space is understood."""
        prefix, rest = _prefixed(unescape(text).replace(" ", "+"))
        found = date_range(rest)
        if found is None:
            raise invalid(self.name, "Write a date or time such as 2024, 2024-05-01 or 2024-05-01T08:00:00Z.")
        return DateValue(prefix, approximately(found, self.now) if prefix is Prefix.AP else found)

    def number(self, text: str) -> NumberValue:
        """A decimal number with an optional prefix."""
        prefix, rest = _prefixed(unescape(text))
        value = number(rest)
        if value is None:
            raise invalid(self.name, "Write a number, with a point and no separators.")
        low, high = approximate_range(rest) if prefix is Prefix.AP else implicit_range(rest)
        return NumberValue(prefix, value, low, high)

    def quantity(self, text: str) -> QuantityValue:
        """``number``, ``number|system|code`` or ``number||unit``."""
        figure, *units = split(text, "|")
        found = self.number(figure)
        if not units:
            return QuantityValue(found, None, None, None, None)
        system, code = self._exactly([unescape(part) for part in units], 2, "number|system|code")
        known = unit(code) if system == UCUM else None
        if known is None:
            return QuantityValue(found, system or None, code, None, None)
        return QuantityValue(found, system, code, _in_base(found, known), known.dimension)

    def reference(self, text: str) -> ReferenceValue:
        """``id``, ``Type/id`` or an address; a canonical's version comes after a bar."""
        address, _, version = unescape(text).partition("|")
        if _ID.fullmatch(address):
            return ReferenceValue(None, address, None)
        found = parse_reference(address)
        url = None if found.kind == "relative" else address.partition("/_history/")[0]
        return ReferenceValue(found.type or None, found.id or None, url, found.version or version or None)

    def near(self, text: str) -> NearValue:
        """``latitude|longitude|distance|unit``; kilometres when no unit is given."""
        parts = [unescape(part) for part in split(text, "|")]
        numbers = [number(part) for part in parts[:3]]
        length = unit(parts[3] if len(parts) > len(numbers) else "km")
        latitude, longitude, distance = numbers if len(numbers) == 3 else (None, None, None)  # noqa: PLR2004
        if latitude is None or longitude is None or distance is None:
            raise invalid(self.name, "Write latitude|longitude|distance|unit.")
        if length is None or length.dimension != _METRES:
            raise invalid(self.name, "Give the distance in a UCUM unit of length such as km or [mi_i].")
        return NearValue(latitude, longitude, length.to_base(distance))


def _prefixed(text: str) -> tuple[Prefix, str]:
    match = _PREFIX.match(text)
    return (Prefix(match.group()), text[match.end() :]) if match else (Prefix.EQ, text)


def _in_base(found: NumberValue, known: Unit) -> NumberValue:
    def base(value: Decimal) -> Decimal:
        return known.to_base(value)

    return replace(found, value=base(found.value), low=base(found.low), high=base(found.high))
