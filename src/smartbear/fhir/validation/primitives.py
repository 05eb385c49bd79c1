"""Primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive): JSON type, lexical space, range."""

import binascii
import math
import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from smartbear.fhir import definitions, narrative
from smartbear.fhir.validation.fault import Check, Fault, Faults

MAX_STRING = 1024 * 1024  # characters
_MAX_INT = 2**31 - 1
_LARGEST = 10**308  # what `json` lets through for numbers with a fraction holds for integers too
_ALWAYS_VALID_DAY = 28

_INTEGERS = {"integer": -_MAX_INT - 1, "unsignedInt": 0, "positiveInt": 1}
_DATES = {"date", "dateTime", "instant"}
_TEXTS = {"string", "markdown"}

_SPACE = re.compile(r"\s")

_FORMS = {
    "id": "must be 1 to 64 letters, digits, hyphens and dots",
    "code": "must be a code: no space at either end and single spaces inside",
    "uri": "must be an address without spaces",
    "url": "must be an address without spaces",
    "canonical": "must be an address without spaces",
    "oid": "must be an OID as urn:oid:1.2.3",
    "uuid": "must be a UUID as urn:uuid: and lower-case hexadecimal digits",
    "date": "must be a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "must be a date, or a date and time with seconds and time zone",
    "instant": "must be a date and time with seconds and time zone",
    "time": "must be a time of day as hh:mm:ss",
}


def _mismatch(kind: str) -> list[Fault]:
    return [Fault("structure", f"must be a JSON {kind}")]


def _boolean(value: Any) -> Faults:
    return None if value.__class__ is bool else _mismatch("boolean")


def _decimal(value: Any) -> Faults:
    if value.__class__ is Decimal:
        return None
    if value.__class__ is int and -_LARGEST < value < _LARGEST:
        return None
    if value.__class__ is float and math.isfinite(value):
        return None
    return _mismatch("number") if value.__class__ is not int else [Fault("value", "is too large a number")]


def _text(value: Any) -> Faults:
    if value.__class__ is not str:
        return _mismatch("string")
    if not value:
        return [Fault("value", "must not be empty")]
    return None if len(value) <= MAX_STRING else [Fault("value", f"is longer than {MAX_STRING} characters")]


def element_id_check(value: Any) -> Faults:
    """The check of Element.id (R4 element.html): a string without spaces."""
    found = _text(value)
    if found or not _SPACE.search(value):
        return found
    return [Fault("value", "must not contain spaces")]


def xhtml_check(value: Any) -> Faults:
    """The check of the text of Narrative.div."""
    if value.__class__ is not str:
        return _mismatch("string")
    problem = narrative.problem(value)
    return [Fault("invariant", problem)] if problem else None


def _base64(value: Any) -> Faults:
    if value.__class__ is not str:
        return _mismatch("string")
    try:
        content = binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except (binascii.Error, ValueError):
        content = b""
    return None if content else [Fault("value", "must be base64 of at least one byte")]


def _integer(smallest: int) -> Check:
    def check(value: Any) -> Faults:
        if value.__class__ is not int:
            return [Fault("structure", "must be a JSON number without fraction or exponent")]
        if smallest <= value <= _MAX_INT:
            return None
        return [Fault("value", f"must be between {smallest} and {_MAX_INT}")]

    return check


def _lexical(name: str, regex: str) -> Check:
    # The published expressions assume ASCII classes; where they allow the empty string, JSON does not.
    matches = re.compile(regex, re.ASCII).fullmatch
    form = _FORMS[name]

    def check(value: Any) -> Faults:
        if value.__class__ is not str:
            return _mismatch("string")
        return None if value and matches(value) else [Fault("value", form)]

    return check


def _calendar(lexical: Check) -> Check:
    def check(value: Any) -> Faults:
        found = lexical(value)
        if found or len(value) < len("YYYY-MM-DD") or int(value[8:10]) <= _ALWAYS_VALID_DAY:
            return found
        try:
            date.fromisoformat(value[:10])
        except ValueError:
            return [Fault("value", "is a day that is not in the calendar")]
        return None

    return check


@cache
def primitive_check(name: str) -> Check:
    """The check of a primitive's value. The content of xhtml is the narrative's business: here it is text."""
    if name in _INTEGERS:
        return _integer(_INTEGERS[name])
    plain = {"boolean": _boolean, "decimal": _decimal, "base64Binary": _base64, "xhtml": _text}
    if name in plain or name in _TEXTS:
        return plain.get(name, _text)
    definition = definitions.find_type(name)
    assert definition is not None
    lexical = _lexical(name, definition.regex)
    return _calendar(lexical) if name in _DATES else lexical
