"""Whether one indexed value is what one searched value asks for (R4 search 3.1.1.4.5 to 3.1.1.4.15)."""

from collections.abc import Callable
from math import asin, cos, radians, sin, sqrt
from typing import Any

from smartbear.fhir.search.intervals import date_test, holds, number_test
from smartbear.fhir.search.query import (
    CompositeValue,
    DateValue,
    IdentifierTypeValue,
    NearValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    SearchValue,
    TextValue,
    TokenValue,
    UriValue,
)
from smartbear.fhir.search.values import (
    DateRange,
    IdentifierType,
    Number,
    Position,
    Quantity,
    Reference,
    Text,
    Token,
)

_EARTH_RADIUS = 6_371_008.8  # metres, mean (IUGG)


def agrees(indexed: Any, wanted: SearchValue, modifier: str | None = None) -> bool:
    """``indexed`` is a value from the table of ``Indexes`` that the parameter and modifier look at."""
    if modifier == "ne":
        named = not isinstance(indexed, Token) or indexed.code is not None
        return named and not _TESTS[type(indexed)](indexed, wanted, "eq")
    return _TESTS[type(indexed)](indexed, wanted, modifier)


def _token(token: Token, wanted: TokenValue | TextValue, _modifier: str | None) -> bool:
    if isinstance(wanted, TextValue):
        return token.text is not None and token.text.startswith(wanted.folded)
    if wanted.system is not None and (token.system or "") != wanted.system:
        return False
    return token.code is not None and wanted.code in {None, token.code}


def _identifier_type(found: IdentifierType, wanted: IdentifierTypeValue, _modifier: str | None) -> bool:
    return found == (wanted.system, wanted.code, wanted.value)


def _text(text: Text, wanted: TextValue, modifier: str | None) -> bool:
    if modifier == "exact":
        return text.exact == wanted.exact
    test = _ON_TEXT.get(modifier or "", str.startswith)
    return bool(test(text.folded, wanted.folded))


_ON_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "ends": str.endswith,
    "eq": str.__eq__,
    "gt": str.__gt__,
    "lt": str.__lt__,
    "ge": str.__ge__,
    "le": str.__le__,
}


def _date(found: DateRange, wanted: DateValue, _modifier: str | None) -> bool:
    return holds(date_test(wanted), found.start, found.end)


def _number(found: Number, wanted: NumberValue, _modifier: str | None) -> bool:
    return holds(number_test(wanted), found.low, found.high)


def _quantity(quantity: Quantity, wanted: QuantityValue, _modifier: str | None) -> bool:
    if wanted.canonical is not None and wanted.canonical_number is not None:
        low, high = quantity.canonical_low, quantity.canonical_high
        if low is None or high is None or quantity.canonical != wanted.canonical:
            return False
        return holds(number_test(wanted.canonical_number), low, high)
    system = wanted.system is None or quantity.system == wanted.system
    unit = wanted.code is None or wanted.code in {quantity.code, quantity.unit}
    return system and unit and holds(number_test(wanted.number), quantity.low, quantity.high)


def _reference(reference: Reference, wanted: ReferenceValue, _modifier: str | None) -> bool:
    """By address when one was given, else by id among the relative references."""
    if wanted.version and reference.version != wanted.version:
        return False
    if wanted.url:
        return reference.url == wanted.url
    typed = wanted.type is None or reference.type == wanted.type
    return typed and reference.url is None and reference.id == wanted.id


def _uri(indexed: str, wanted: UriValue, modifier: str | None) -> bool:
    if modifier == "below":
        return indexed == wanted.uri or indexed.startswith(wanted.uri.rstrip("/") + "/")
    if modifier == "above":
        return indexed == wanted.uri or wanted.uri.startswith(indexed.rstrip("/") + "/")
    test = _ON_URI.get(modifier or "", str.__eq__)
    return bool(test(indexed, wanted.uri))


_ON_URI: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "starts": str.startswith,
    "ends": str.endswith,
}


def _near(position: Position, wanted: NearValue, _modifier: str | None) -> bool:
    """Along the surface of the earth (haversine formula)."""
    latitude, other = radians(float(position.latitude)), radians(float(wanted.latitude))
    across = sin((other - latitude) / 2) ** 2
    around = sin(radians(float(wanted.longitude - position.longitude)) / 2) ** 2
    angle = 2 * asin(min(1.0, sqrt(across + cos(latitude) * cos(other) * around)))
    return angle * _EARTH_RADIUS <= float(wanted.metres)


def _composite(found: tuple[Any, ...], wanted: CompositeValue, _modifier: str | None) -> bool:
    return all(agrees(item, part) for item, part in zip(found, wanted.parts, strict=True))


_TESTS: dict[type, Callable[[Any, Any, str | None], bool]] = {
    Token: _token,
    IdentifierType: _identifier_type,
    Text: _text,
    DateRange: _date,
    Number: _number,
    Quantity: _quantity,
    Reference: _reference,
    str: _uri,
    Position: _near,
    tuple: _composite,
}
