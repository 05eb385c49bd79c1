"""Search parameters: tokens for ids and back, dates moved, and nothing asked that may not be known.

Inwards a parameter that may not be used is refused; outwards, in the links of an answer, it is left out.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl

from smartbear.fhir.pseudonymisation import dates, policy
from smartbear.fhir.pseudonymisation.draft import Draft
from smartbear.fhir.pseudonymisation.rules import code_forms, is_public_code
from smartbear.fhir.pseudonymisation.searchable import Searchable, searchable
from smartbear.fhir.pseudonymisation.ways import UCUM, is_cut
from smartbear.fhir.references import ID
from smartbear.fhir.search.escapes import split
from smartbear.fhir.search.numbers import approximate_range, implicit_range
from smartbear.fhir.search.parameters import parameters
from smartbear.kit.errors import BadInput, FieldError

_MOST = 200  # parameters
_DATE = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d[0-9T:Z.+-]*)")
_NUMBER = re.compile(r"(?:eq|ne|gt|lt|ge|le|sa|eb|ap)?(-?\d{1,17}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?)")
_REFERENCE = re.compile(rf"(?:(?P<type>[A-Z][A-Za-z]+)/)?(?P<id>{ID})")
_WORDS = re.compile(r"[A-Za-z][A-Za-z.]*(?:,[A-Za-z][A-Za-z.]*)*")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,40}", re.IGNORECASE)
_OF_RESULTS = {
    "_count": re.compile(r"\d{1,6}"),
    "_total": re.compile(r"none|estimate|accurate"),
    "_summary": re.compile(r"true|false|text|data|count"),
    "_elements": _WORDS,
    "_type": _WORDS,
    "_format": re.compile(r"(application/(fhir[+ ])?)?json"),
    "_outputFormat": re.compile(r"(application/(fhir[+ ])?)?ndjson"),
    "_pretty": re.compile(r"true|false"),
    "_cursor": re.compile(r"[A-Za-z0-9_-]{1,400}"),
    "max": re.compile(r"\d{1,6}"),
}
_NOTED = frozenset({"_since", "_until", "_at"})
"""Compared with what the repository noted, which leaves by its day."""
_MOMENTS = frozenset({*_NOTED, "start", "end"})
_WHOLE_DAY = re.compile(r"[^T]*(?:T00:00:00(?:\.0{1,9})?Z)?")
_LAST_DAY = frozenset({"gt", "le", "sa"})  # comparisons with the end of a month or year
_INCLUDES = frozenset({"_include", "_revinclude"})
_DAY = len("2026-01-01")
_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_ID = re.compile(ID)
_SYSTEM_AND_CODE = 2
_HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/CodeSystem/")


class Refused(BadInput):
    """This search is not offered to a project: it asks for what the answers keep back."""

    code = "not_for_projects"


class Piece(NamedTuple):
    """One parameter; the parts of its value are put together when they have their tokens."""

    name: str
    parts: list[str]


Translate = Callable[[str, str, str, Draft], Piece | None]
"""Treats one parameter: type searched ("" for all), name, value, draft. None leaves it out."""


def pairs(query: str) -> list[tuple[str, str]]:
    """Names and values of a query or of a form; Refused if it is not readable."""
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise Refused("The search is not readable.") from None


def inward(kind: str, name: str, value: str, draft: Draft) -> Piece:
    """A parameter of a request; Refused if it is not on the allow-list."""
    piece = _piece(kind, name, value, draft)
    if piece is None:
        code = name.partition(":")[0]
        shown = code if code in parameters(kind) else "parameter"
        raise Refused(errors=(FieldError(shown, "not-supported", "is not offered with this value"),))
    return piece


def outward(kind: str, name: str, value: str, draft: Draft) -> Piece | None:
    """A parameter of a link."""
    return _piece(kind, name, value, draft)


def _piece(kind: str, name: str, value: str, draft: Draft) -> Piece | None:
    piece, mark = Piece(name, []), draft.mark()
    form = _OF_RESULTS.get(name)
    if form is not None:
        is_read = form.fullmatch(value) is not None
        piece.parts.append(value)
    elif name in _MOMENTS:
        is_whole = name not in _NOTED or _WHOLE_DAY.fullmatch(value) is not None
        is_read = is_whole and _moment(value, piece.parts, draft)
    else:
        is_read = _criterion(kind, name, value, piece.parts, draft)
    if is_read:
        return piece
    draft.forget(mark)
    return None


def _moment(value: str, parts: list[str], draft: Draft) -> bool:
    found = dates.moved(value, draft) if len(value) >= _DAY else None
    parts.append(found or "")
    return found is not None


def _criterion(kind: str, name: str, value: str, parts: list[str], draft: Draft) -> bool:
    code, _, modifier = name.partition(":")
    if code in _INCLUDES or name == "_sort":
        parts.append(value)
        return _is_include(value, modifier) if code in _INCLUDES else _is_order(kind, value)
    if name == "_id":
        return kind in policy.released() and _each(_Read(_id, Searchable("id", (kind,))), value, parts, draft)
    found = searchable(kind).get(code)
    if found is None:
        return False
    if modifier == "missing":
        parts.append(value)
        return value in ("true", "false")
    if modifier in found.targets:
        found, modifier = Searchable(found.kind, (modifier,), modifier), ""
    is_plain = not modifier or (modifier == "not" and found.kind in ("token", "code"))
    return is_plain and _each(_Read(_READERS[found.kind], found), value, parts, draft)


def _is_include(value: str, modifier: str) -> bool:
    source, _, rest = value.partition(":")
    code, _, target = rest.partition(":")
    found = searchable(source).get(code)
    is_reference = found is not None and found.kind == "reference"
    return is_reference and modifier in ("", "iterate") and (not target or target in policy.released())


def _is_order(kind: str, value: str) -> bool:
    found = [searchable(kind).get(each.removeprefix("-")) for each in value.split(",")]
    return all(one is not None and one.kind != "quantity" for one in found)


class _Read(NamedTuple):
    """How to read one value of a parameter."""

    read: Callable[[Searchable, str, list[str], Draft], bool]
    parameter: Searchable


def _each(reader: _Read, value: str, parts: list[str], draft: Draft) -> bool:
    """Read the values between commas; False if one of them is not readable."""
    for number, each in enumerate(split(value, ",")):
        if number:
            parts.append(",")
        if not reader.read(reader.parameter, each, parts, draft):
            return False
    return True


def _id(parameter: Searchable, text: str, parts: list[str], draft: Draft) -> bool:
    if not _ID.fullmatch(text):
        return False
    parts.append("")
    draft.want(parts, len(parts) - 1, (parameter.targets[0], text))
    return True


def _reference(parameter: Searchable, text: str, parts: list[str], draft: Draft) -> bool:
    """`Type/id`; a bare id where its type is clear."""
    base = next((base for base in draft.terms.bases if text.startswith(base)), "")
    read = _REFERENCE.fullmatch(text, len(base))
    if read is None or (base and not read["type"]):
        return False
    kind = read["type"] or parameter.bare
    if kind not in parameter.targets:
        return False
    parts += [base, f"{kind}/", ""]
    draft.want(parts, len(parts) - 1, (kind, read["id"]))
    return True


def _date(_parameter: Searchable, text: str, parts: list[str], draft: Draft) -> bool:
    """Moved like the dates of the answers. A month or year is compared by its first or last day."""
    read = _DATE.fullmatch(text)
    if read is None:
        return False
    prefix, point = read[1] or "", read[2]
    if len(point) < _DAY:
        point = _edge(prefix, point)
    found = dates.moved(point, draft)
    parts.append(f"{prefix}{found}")
    return found is not None and len(found) >= _DAY


def _day(parameter: Searchable, text: str, parts: list[str], draft: Draft) -> bool:
    """A date, or the moment in which it begins."""
    return _WHOLE_DAY.fullmatch(text) is not None and _date(parameter, text, parts, draft)


def _edge(prefix: str, point: str) -> str:
    """The day that decides a comparison with a month or year; no day for those with the whole of it."""
    if prefix in ("", "eq", "ne") or not _PARTIAL.fullmatch(point):
        return ""
    year, month = int(point[:4]), int(point[5:] or (12 if prefix in _LAST_DAY else 1))
    day = monthrange(year, month)[1] if prefix in _LAST_DAY else 1
    return f"{year:04}-{month:02}-{day:02}"


def _number(_parameter: Searchable, text: str, parts: list[str], _draft: Draft) -> bool:
    parts.append(text)
    return _NUMBER.fullmatch(text) is not None


def _quantity(_parameter: Searchable, text: str, parts: list[str], _draft: Draft) -> bool:
    """A number with a UCUM unit. Without one it would be compared with amounts that do not leave, too.

    So would a lifetime, which leaves shorter than it is.
    """
    number, *unit = text.split("|")
    read = _NUMBER.fullmatch(number)
    if read is None or len(unit) != _SYSTEM_AND_CODE or unit[0] not in ("", UCUM):
        return False
    parts.append("|".join([number, UCUM, unit[1]]))
    reach = approximate_range if number.startswith("ap") else implicit_range
    return is_public_code(UCUM, unit[1]) and not is_cut(reach(read[1])[1], unit[1])


def _token(_parameter: Searchable, text: str, parts: list[str], _draft: Draft) -> bool:
    """`system|code` of a public system; a bare code is looked for in all listed systems it could be of."""
    system, bar, code = text.rpartition("|")
    if bar:
        parts.append(text)
        return is_public_code(system, code)
    systems = [each for each, form in code_forms().items() if each != UCUM and form.fullmatch(code)]
    parts.append(",".join(f"{each}|{code}" for each in systems))
    return bool(systems)


def _code(_parameter: Searchable, text: str, parts: list[str], _draft: Draft) -> bool:
    """A code of a value set of the specification, with or without its system."""
    system, _, code = text.rpartition("|")
    parts.append(text)
    return _CODE.fullmatch(code) is not None and (not system or system.startswith(_HL7))


_READERS: dict[str, Callable[[Searchable, str, list[str], Draft], bool]] = {
    "code": _code,
    "date": _date,
    "day": _day,
    "number": _number,
    "quantity": _quantity,
    "reference": _reference,
    "token": _token,
}
