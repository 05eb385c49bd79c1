"""The ways a single value is treated on its way out: a value and a draft to a value, None for nothing."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.units import unit
from smartbear.fhir.pseudonymisation import dates
from smartbear.fhir.pseudonymisation.draft import Draft
from smartbear.fhir.pseudonymisation.rules import is_public_code, parameter_names

Way = Callable[[Any, Draft], Any]

OLDEST = 90
"""Ages from here on are one age (HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C))."""
UCUM = "http://unitsofmeasure.org"

_YEARS = {"a": OLDEST, "mo": OLDEST * 12, "wk": OLDEST * 52, "d": OLDEST * 365}
_LIFETIME = OLDEST * 52 * 7 * 86400
"""Seconds: the least of the amounts above."""
_NUMBERS = (int, Decimal, float)
_SAMPLES = re.compile(r"(?:(?:-?\d+(?:\.\d+)?|[ELU])(?: |$))*")
_COUNTRY = re.compile(r"[A-Z]{2,3}")
_VERSION = re.compile(r"\d{1,10}")
_ETAG = re.compile(r'W/"\d{1,10}"')
_STATUS = re.compile(r"(\d{3})(?: .*)?", re.DOTALL)
_PATH = re.compile(r"[A-Z][A-Za-z]*(?:\.[a-z][A-Za-z]*(?:\[\d{1,6}\])?)*")
_WORD = re.compile(r"[A-Za-z]+")
_LINKS = frozenset({"self", "next", "previous", "prev", "first", "last", "search", "edit"})
_CANONICAL = re.compile(r"http://hl7\.org/fhir/[A-Za-z0-9/.-]{1,120}(?:\|\d{1,3}(?:\.\d{1,3}){0,2})?")


def number(value: Any, _draft: Draft) -> Any:
    """A number and no text that pretends to be one."""
    return value if value.__class__ in _NUMBERS else None


def flag(value: Any, _draft: Draft) -> Any:
    """True or false."""
    return value if value.__class__ is bool else None


def _one_of(words: frozenset[str]) -> Way:
    def way(value: Any, _draft: Draft) -> Any:
        return value if value.__class__ is str and value in words else None

    return way


def _matching(form: re.Pattern[str]) -> Way:
    def way(value: Any, _draft: Draft) -> Any:
        return value if value.__class__ is str and form.fullmatch(value) else None

    return way


@cache
def listed_code(binding: str) -> Way:
    """A code of the required value set, for sets that list theirs; nothing for others."""
    found = definitions.value_set(binding)
    return _one_of(
        frozenset(code for codes in found.systems.values() for code in codes) if found else frozenset()
    )


def resource_type(value: Any, _draft: Draft) -> Any:
    """The name of a resource type."""
    return value if value.__class__ is str and value in definitions.resource_types() else None


def birth_year(value: Any, draft: Draft) -> Any:
    """The year, not before that of whoever is `OLDEST` now."""
    if value.__class__ is not str or not value[:4].isdecimal():
        return None
    return f"{max(int(value[:4]), draft.terms.today.year - OLDEST):04}"


def status(value: Any, _draft: Draft) -> Any:
    """The number of an HTTP status without its words."""
    read = _STATUS.fullmatch(value) if value.__class__ is str else None
    return read and read[1]


def parameter_name(value: Any, _draft: Draft) -> Any:
    """A name that answers of the repository use."""
    return value if value.__class__ is str and value in parameter_names() else None


@cache
def _element_names() -> frozenset[str]:
    types = definitions.type_names()
    return frozenset(
        name for each in types for name in (*definitions.fields(each), *definitions.elements(each))
    )


def expression(value: Any, _draft: Draft) -> Any:
    """A simple path all of whose words the specification defines."""
    if value.__class__ is not str or not _PATH.fullmatch(value):
        return None
    first, *rest = _WORD.findall(value)
    known = first in definitions.resource_types() and _element_names().issuperset(rest)
    return value if known else None


def coding(value: Any, _draft: Draft) -> Any:
    """System and code, if both are public; never the display."""
    if value.__class__ is not dict:
        return None
    system, code = value.get("system"), value.get("code")
    if not is_public_code(system, code):
        return None
    made = {"system": system, "code": code}
    if value.get("userSelected").__class__ is bool:
        made["userSelected"] = value["userSelected"]
    return made


def quantity(value: Any, _draft: Draft) -> Any:
    """Number, comparator, UCUM code; nothing where a unit is only spelt: the bare number would mislead."""
    if value.__class__ is not dict or value.get("value").__class__ not in _NUMBERS:
        return None
    system, code, amount = value.get("system"), value.get("code"), value["value"]
    made: dict[str, Any] = {"value": amount}
    if value.get("comparator") in _COMPARATORS:
        made["comparator"] = value["comparator"]
    if system == UCUM and is_public_code(system, code):
        most = most_of(str(code))
        made |= {"value": amount if most is None else min(amount, most), "system": UCUM, "code": code}
    elif "unit" in value or "code" in value:
        return None
    return made


@lru_cache(maxsize=256)
def most_of(code: str) -> int | None:
    """The amount of a unit of time beyond which amounts are one; None for other units."""
    known = unit(code)
    if known is None or known.dimension != "s":
        return None
    return _YEARS.get(code, int(_LIFETIME / known.ratio))


def is_cut(amount: Decimal, code: str) -> bool:
    """Whether amounts from here on may leave as a smaller one, whatever unit of time they have."""
    known = unit(code)
    return known is not None and known.dimension == "s" and known.to_base(amount) >= _LIFETIME


_COMPARATORS = ("<", "<=", ">=", ">")


def country(value: Any, _draft: Draft) -> Any:
    """Of an address the country, if it is written as a code."""
    found = value.get("country") if value.__class__ is dict else None
    return {"country": found} if found.__class__ is str and _COUNTRY.fullmatch(found) else None


VALUES: dict[str, Way] = {
    "birth year": birth_year,
    "coding": coding,
    "country": country,
    "day": dates.day_moved,
    "etag": _matching(_ETAG),
    "expression": expression,
    "link relation": _one_of(_LINKS),
    "parameter name": parameter_name,
    "public canonical": _matching(_CANONICAL),
    "quantity": quantity,
    "resource type": resource_type,
    "samples": _matching(_SAMPLES),
    "status": status,
    "version": _matching(_VERSION),
}
"""By the `how` of a rule."""

KEPT: dict[str, Way] = {
    "boolean": flag,
    "decimal": number,
    "integer": number,
    "positiveInt": number,
    "unsignedInt": number,
    "time": _matching(dates.TIME),
}
"""By the primitive type of an element that is kept."""
