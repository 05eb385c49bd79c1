"""Strict JSON of FHIR (https://hl7.org/fhir/R4/json.html): bytes to plain values and back.

Refused, with the place named: text that is not UTF-8, NaN and infinities, a property named twice, lone
surrogates, control characters (XML and PostgreSQL cannot carry them), nesting below `MAX_DEPTH`, numbers no
double can hold, anything after the value.

Values are dict, list, str, bool, int, None and, for numbers written with a fraction or an exponent,
Decimal: `1.50` keeps its precision, so `encode(decode(text))` is deep-equal to `text`.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec

from smartbear.fhir.issues import step
from smartbear.kit.errors import BadInput, FieldError

MAX_DEPTH = 64
_MIN_EXPONENT, _MAX_EXPONENT = -307, 307  # within a double: indexes and clients compute with doubles

_MAX_ERRORS = 50  # enough to see what is wrong

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_AT_BYTE = re.compile(r"(?:JSON is malformed: )?(.*) \(byte (\d+)\)")
_CONTROL_ESCAPE = re.compile(rb"\\(?:[bf]|u00(?:0[0-8bcefBCEF]|1))")  # or «\\b», which is none
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _number(text: str) -> Decimal | None:
    """None for a number no double can hold: what it is encoded as then gives the text away as unusable."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return number if _MIN_EXPONENT <= number.adjusted() <= _MAX_EXPONENT else None


_decode = msgspec.json.Decoder(float_hook=_number).decode
encode = msgspec.json.Encoder(decimal_format="number").encode


def decode(data: bytes) -> Any:
    """Parse one JSON value, or raise BadInput with every fault that leaves the text readable located."""
    try:
        value = _decode(data)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise _malformed(data, error) from None
    except RecursionError:
        raise _too_deep() from None
    if _is_too_deep(data, value):
        raise _too_deep()
    if not _is_plain(data, value):
        errors = tuple(islice(_faults(_pairs(data)), _MAX_ERRORS))
        if errors:
            raise BadInput("The JSON is not usable as a FHIR resource.", errors=errors)
    return value


def _is_too_deep(data: bytes, value: object) -> bool:
    """Peel brackets from the inside: a round takes at most two levels off.

    Brackets inside strings may not pair up; then the values themselves are walked.
    """
    brackets = data.translate(None, _NOT_BRACKETS)
    if len(brackets) <= 2 * MAX_DEPTH and brackets.count(b"[") + brackets.count(b"{") <= MAX_DEPTH:
        return False
    for _ in range(MAX_DEPTH // 2):
        before, brackets = len(brackets), brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return False
        if len(brackets) == before:
            break
    return _is_deeper(value, MAX_DEPTH)


def _is_deeper(value: object, limit: int) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if children is None:
        return False
    return limit == 0 or any(_is_deeper(child, limit - 1) for child in children)


def _is_plain(data: bytes, value: object) -> bool:
    """Whether the value says all that the text says: no name dropped, no number replaced, nothing hidden.

    The parser keeps the last of two equal names. A text that equals its own re-encoding had none to drop;
    indentation is taken out first where there is some. What still differs (an escape, `1e2`) or may
    hold a control character is read again by a parser that reports every pair.
    """
    if _CONTROL_ESCAPE.search(data):
        return False
    canonical = encode(value)
    return canonical == data or canonical == msgspec.json.format(data, indent=-1)


class _Members(list[tuple[str, Any]]):
    """A JSON object with every name it was written with."""


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


def _pairs(data: bytes) -> Any:
    return json.loads(data.decode(), object_pairs_hook=_Members, parse_float=_Literal)


def _faults(value: object, path: str = "") -> Iterator[FieldError]:
    path = path or _root(value)
    if isinstance(value, _Members):
        seen: set[str] = set()
        for name, child in value:
            place = path + step(name)
            if name in seen:
                yield FieldError(place, "structure", "is given more than once in the same object")
            if _CONTROL.search(name):
                yield FieldError(place, "structure", "has a control character in its name")
            seen.add(name)
            yield from _faults(child, place)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _faults(child, f"{path}[{index}]")
    elif isinstance(value, _Literal):
        if _number(value) is None:
            yield FieldError(path, "value", "is a number no double-precision number can stand for")
    elif isinstance(value, str) and _CONTROL.search(value):
        yield FieldError(path, "value", "contains a control character")


def _root(value: object) -> str:
    """Locations start with the resource type, as FHIRPath writes them."""
    named = dict(value).get("resourceType") if isinstance(value, _Members) else None
    return step(named)[1:] if isinstance(named, str) else "$this"


def _too_deep() -> BadInput:
    return BadInput(f"The JSON is nested more than {MAX_DEPTH} levels deep.")


def _malformed(data: bytes, error: Exception) -> BadInput:
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        return BadInput(f"The body is not UTF-8: {_place(data, fault.start)}.")
    located = _AT_BYTE.fullmatch(str(error))
    reason, offset = (located[1], int(located[2])) if located else (str(error), len(data))
    return BadInput(f"The body is not valid JSON: {reason} at {_place(data, offset)}.")


def _place(data: bytes, offset: int) -> str:
    line = data.count(b"\n", 0, offset) + 1
    column = offset - data.rfind(b"\n", 0, offset)
    return f"line {line}, column {column} (byte {offset})"
