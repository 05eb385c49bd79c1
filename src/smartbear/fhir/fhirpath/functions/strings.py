"""Text (section 5.6) with the additions of 2.1: trim, split, join, encode, escape.

Regular expressions are Python's, which agrees with the language on everything R4 uses; see ``patterns``.
"""

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Sequence

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame, bounded_text
from smartbear.fhir.fhirpath.functions.function import Function, of_kind, on_single
from smartbear.fhir.fhirpath.functions.patterns import effort
from smartbear.fhir.fhirpath.functions.patterns import pattern as compiled
from smartbear.fhir.fhirpath.items import Items, single, system_value

_JSON_ESCAPE = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_GROUP = re.compile(r"\$(\d+)|\$\{(\w+)\}")


def _substring(text: str, start: int, length: int | None = None) -> str | None:
    if not 0 <= start < len(text):
        return None
    return text[start:] if length is None else text[start : start + max(0, length)]


def _replace_matches(text: str, pattern: str, replacement: str) -> str:
    """``$1`` and ``${name}`` in the replacement are groups; an empty pattern replaces nothing."""
    if not pattern:
        return text
    template = _GROUP.sub(lambda m: rf"\g<{m[1] or m[2]}>", replacement.replace("\\", r"\\"))
    try:
        return bounded_text(compiled(pattern).sub(template, text))
    except (re.error, IndexError) as error:
        raise EvaluationError("A replacement names a group that the pattern does not have.") from error


def _join(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    separator = of_kind(single(arguments[0](frame)), str) if arguments else ""
    texts = [of_kind(system_value(item), str) for item in items]
    return [bounded_text((separator or "").join(texts))] if items else []


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "urlbase64": base64.urlsafe_b64encode,
    "hex": binascii.hexlify,
}
_DECODERS: dict[str, Callable[[str], bytes]] = {
    "base64": base64.b64decode,
    "urlbase64": base64.urlsafe_b64decode,
    "hex": binascii.unhexlify,
}


def _encode(text: str, form: str) -> str | None:
    return _ENCODERS[form](text.encode()).decode() if form in _ENCODERS else None


def _decode(text: str, form: str) -> str | None:
    try:
        return _DECODERS[form](text).decode() if form in _DECODERS else None
    except ValueError:
        return None


def _escape(text: str, form: str) -> str | None:
    if form == "html":
        return html.escape(text)
    return json.dumps(text, ensure_ascii=False)[1:-1] if form == "json" else None


def _unescape(text: str, form: str) -> str | None:
    if form == "html":
        return html.unescape(text)
    if form != "json":
        return None
    found = _JSON_ESCAPE.sub(_unescaped, text)
    return None if _HALF_CHARACTER.search(found) else found


def _unescaped(match: re.Match[str]) -> str:
    return str(json.loads(f'"{match.group()}"'))


FUNCTIONS = {
    "indexOf": on_single(str.find, str, str),
    "lastIndexOf": on_single(str.rfind, str, str),
    "substring": on_single(_substring, str, int, int, optional=1),
    "startsWith": on_single(str.startswith, str, str),
    "endsWith": on_single(str.endswith, str, str),
    "contains": on_single(lambda text, part: part in text, str, str),
    "upper": on_single(str.upper, str),
    "lower": on_single(str.lower, str),
    "length": on_single(len, str),
    "toChars": on_single(list, str),
    "trim": on_single(str.strip, str),
    "split": on_single(lambda text, by: text.split(by) if by else [text], str, str),
    "join": Function(_join, 0, 1),
    "replace": on_single(lambda text, old, new: bounded_text(text.replace(old, new)), str, str, str),
    "matches": on_single(
        lambda text, pattern: compiled(pattern).search(text) is not None, str, str, effort=effort
    ),
    "matchesFull": on_single(
        lambda text, pattern: compiled(pattern).fullmatch(text) is not None, str, str, effort=effort
    ),
    "replaceMatches": on_single(_replace_matches, str, str, str, effort=effort),
    "encode": on_single(_encode, str, str),
    "decode": on_single(_decode, str, str),
    "escape": on_single(_escape, str, str),
    "unescape": on_single(_unescape, str, str),
}
