"""Which FHIR types a parameter type can index, how, and where the values go in ``Indexes``.

A type that is missing under a parameter type (a ``string`` where a date is searched) is not indexed: R4 says
so.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from smartbear.fhir.search import dates, numbers, references, strings, tokens
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.values import Position


class Converter(NamedTuple):
    """``convert`` turns one element into values; ``table`` is the field of ``Indexes`` they go to."""

    convert: Callable[[Any], list[Any]]
    table: str


def _uri(value: str) -> list[str]:
    return [value]


def _canonical_uri(value: str) -> list[str]:
    """A canonical in a uri parameter (``_profile``) is found with its version and without."""
    url, version, _ = value.partition("|")
    return [url, value] if version else [url]


def _position(value: dict[str, Any]) -> list[Position]:
    return [Position(numbers.decimal(value["latitude"]), numbers.decimal(value["longitude"]))]


def _same(
    types: Iterable[str], convert: Callable[[Any], list[Any]], table: str
) -> dict[str, tuple[Converter, ...]]:
    return dict.fromkeys(types, (Converter(convert, table),))


_QUANTITIES = ("Quantity", "Age", "Duration", "Count", "Distance")

_CONVERTERS: Mapping[SearchType, Mapping[str, tuple[Converter, ...]]] = {
    SearchType.TOKEN: {
        **_same(("code", "string", "uri", "url", "canonical", "oid", "uuid"), tokens.code, "tokens"),
        **_same(("id",), tokens.identity, "tokens"),
        **_same(("boolean",), tokens.boolean, "tokens"),
        **_same(("Coding",), tokens.coding, "tokens"),
        **_same(("CodeableConcept",), tokens.concept, "tokens"),
        **_same(("ContactPoint",), tokens.contact_point, "tokens"),
        "Identifier": (
            Converter(tokens.identifier, "tokens"),
            Converter(tokens.identifier_type, "identifier_types"),
        ),
    },
    SearchType.STRING: {
        **_same(("string", "markdown"), strings.text, "strings"),
        **_same(("HumanName",), strings.human_name, "strings"),
        **_same(("Address",), strings.address, "strings"),
    },
    SearchType.DATE: {
        **_same(("date", "dateTime", "instant"), dates.moment, "dates"),
        **_same(("Period",), dates.period, "dates"),
        **_same(("Timing",), dates.timing, "dates"),
    },
    SearchType.NUMBER: {
        **_same(("decimal", "integer", "positiveInt", "unsignedInt"), numbers.point, "numbers"),
        **_same(("Range",), numbers.number_range, "numbers"),
    },
    SearchType.QUANTITY: {
        **_same(_QUANTITIES, numbers.quantity, "quantities"),
        **_same(("Range",), numbers.quantity_range, "quantities"),
        **_same(("Money",), numbers.money, "quantities"),
        **_same(("SampledData",), numbers.sampled, "quantities"),
    },
    SearchType.REFERENCE: {
        "Reference": (
            Converter(references.reference, "references"),
            Converter(references.reference_identifier, "reference_identifiers"),
        ),
        **_same(("canonical", "uri"), references.canonical, "references"),
        **_same(("Resource",), references.resource, "references"),
    },
    SearchType.URI: {
        **_same(("uri", "url", "oid", "uuid"), _uri, "uris"),
        **_same(("canonical",), _canonical_uri, "uris"),
    },
    SearchType.SPECIAL: _same(("Location.position",), _position, "positions"),
}


def converters(search_type: SearchType, fhir_type: str) -> tuple[Converter, ...]:
    """Empty when the parameter type does not index the FHIR type."""
    return _CONVERTERS.get(search_type, {}).get(fhir_type, ())
