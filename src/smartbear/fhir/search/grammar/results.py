"""Parameters that shape the answer (R4 search 3.1.1.5): order, size, totals, summaries, includes."""

from smartbear.fhir import definitions
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.grammar.faults import UnknownParameterError, invalid
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.query import ANY_TYPE, Include, Sort, SummaryMode, TotalMode

_LARGEST_COUNT = 2**31 - 1
_TOTALS: dict[str, TotalMode] = {"none": "none", "estimate": "estimate", "accurate": "accurate"}
_SUMMARIES: dict[str, SummaryMode] = {
    "true": "true", "text": "text", "data": "data", "count": "count", "false": "false",
}  # fmt: skip
_MOST_KEYS = 10
_UNSORTABLE = {SearchType.COMPOSITE, SearchType.SPECIAL}


def count(text: str) -> int:
    """``_count``: how many matches a page may have."""
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= _LARGEST_COUNT):
        raise invalid("_count", "Write a whole number, zero or more.")
    return int(text)


def total(text: str) -> TotalMode:
    """``_total``."""
    if text not in _TOTALS:
        raise invalid("_total", "Write none, estimate or accurate.")
    return _TOTALS[text]


def summary(text: str) -> SummaryMode:
    """``_summary``."""
    if text not in _SUMMARIES:
        raise invalid("_summary", "Write true, text, data, count or false.")
    return _SUMMARIES[text]


def elements(text: str) -> tuple[str, ...]:
    """``_elements``: names of top-level elements, with or without the type in front."""
    return tuple(name for name in text.split(",") if name)


def types(text: str) -> tuple[str, ...]:
    """``_type`` of a search over the whole system."""
    found = tuple(name for name in text.split(",") if name)
    if any(name not in definitions.resource_types() for name in found):
        raise invalid("_type", "Write names of FHIR R4 resource types, joined by commas.")
    return found


def sort(catalogue: Catalogue, resource_type: str | None, text: str) -> tuple[Sort, ...]:
    """``_sort``: codes joined by commas, ``-`` in front for descending."""
    keys = [key for key in text.split(",") if key]
    if len(keys) > _MOST_KEYS:
        raise invalid("_sort", f"Sort by at most {_MOST_KEYS} parameters.")
    return tuple(_key(catalogue, resource_type, key) for key in keys)


def _key(catalogue: Catalogue, resource_type: str | None, key: str) -> Sort:
    parameter = catalogue.of(resource_type).get(key.removeprefix("-"))
    if parameter is None or parameter.type in _UNSORTABLE:
        raise UnknownParameterError("It is not possible to sort by this.")
    return Sort(parameter, descending=key.startswith("-"))


def include(catalogue: Catalogue, name: str, text: str) -> Include:
    """``_include`` or ``_revinclude``, with ``:iterate`` or its older name ``:recurse``."""
    base, _, modifier = name.partition(":")
    if modifier not in {"", "iterate", "recurse"}:
        raise invalid(name, "The only modifier is iterate.")
    reverse, iterate = base == "_revinclude", bool(modifier)
    source, _, rest = text.partition(":")
    if source == ANY_TYPE and not rest:
        return Include(ANY_TYPE, None, None, iterate=iterate, reverse=reverse)
    code, _, target = rest.partition(":")
    if source not in definitions.resource_types() or not code:
        raise invalid(name, "Write Type:parameter or Type:parameter:target type.")
    if target and target not in definitions.resource_types():
        raise invalid(name, "The target is not a FHIR R4 resource type.")
    parameter = None if code == "*" else catalogue.of(source).get(code)
    if code != "*" and (parameter is None or parameter.type is not SearchType.REFERENCE):
        raise invalid(name, "That type has no such reference parameter.")
    return Include(source, parameter, target or None, iterate=iterate, reverse=reverse)
