"""Reading a request's body: bounded, and strict about what counts as JSON.

Python's own parser takes NaN, repeated keys and any depth; a clinical record must not.
"""

import json
import re
from typing import Any

from starlette.requests import ClientDisconnect, Request

from smartbear.kit.errors import BadInput, FieldError, TooLarge

MAX_DEPTH = 64
MAX_BYTES = 1 << 20  # 1 MB outside FHIR
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_OPENING = b"[{"
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


async def read_bytes(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The whole body, or TooLarge as soon as it passes ``limit`` bytes; BadInput if the caller goes first."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The body may have at most {limit} bytes.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise TooLarge(f"The body may have at most {limit} bytes.")
    except ClientDisconnect:
        raise BadInput("The caller went before the request was whole.") from None
    return bytes(body)


async def read_json(request: Request, limit: int = MAX_BYTES) -> Any:
    """The body as JSON; see ``parse_json`` for what is refused."""
    return parse_json(await read_bytes(request, limit))


def parse_json(body: bytes) -> Any:
    """Strict JSON: UTF-8, at most 64 levels, no repeated key, no NaN, no Infinity, no lone surrogate.

    Raises BadInput that says where, never what.
    """
    _check_depth(body)
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise BadInput("The body is not UTF-8.", errors=(_at(f"byte {error.start}", "encoding"),)) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BadInput("The body is not JSON.", errors=(_at(place, "syntax"),)) from None
    except ValueError:  # Python reads integers of 4,300 digits and no more
        raise BadInput("A number is too large.", errors=(_at("", "not_a_number"),)) from None
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _check_depth(body: bytes) -> None:
    """Refuse deep nesting before a recursive parser meets it."""
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            place = _at("", "too_deep")
            raise BadInput(f"The body nests deeper than {MAX_DEPTH} levels.", errors=(place,))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadInput("A field is given twice.", errors=(_at(name[:64], "duplicate_field"),))
    return value


def _refuse_constant(_name: str) -> float:
    raise BadInput("NaN and Infinity are not JSON.", errors=(_at("", "not_a_number"),))


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadInput("A number is too large.", errors=(_at("", "not_a_number"),))
    return value


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput("A text holds half a surrogate pair.", errors=(_at("", "encoding"),)) from None


def _at(place: str, code: str) -> FieldError:
    return FieldError(place, code, code.replace("_", " "))
