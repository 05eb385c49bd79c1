"""Which codes a ValueSet lists and which a CodeSystem puts above and below one another, for searches."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.search.query import TokenValue
from smartbear.fhir.search.tokens import fold_code

Resource = Mapping[str, Any]


def core_members(url: str) -> tuple[TokenValue, ...] | None:
    """The codes of a value set of R4 that is bound somewhere; None if it is not one that lists codes."""
    found = definitions.value_set(url.partition("|")[0])
    if found is None or not found.enumerable:
        return None
    return tuple(
        TokenValue(system, fold_code(code)) for system, codes in found.systems.items() for code in codes
    )


def listed_members(value_set: Resource) -> tuple[TokenValue, ...] | None:
    """The codes that a ValueSet names one by one; None if it says what it contains in another way."""
    expansion = value_set.get("expansion")
    if expansion is not None:
        return tuple(_contained(expansion.get("contains", ())))
    compose = value_set.get("compose") or {}
    parts = [*compose.get("include", ()), *compose.get("exclude", ())]
    if not parts or any("concept" not in part or "valueSet" in part for part in parts):
        return None
    out = set(_enumerated(compose.get("exclude", ())))
    return tuple(dict.fromkeys(one for one in _enumerated(compose["include"]) if one not in out))


def _enumerated(parts: Iterable[Resource]) -> Iterator[TokenValue]:
    for part in parts:
        for concept in part["concept"]:
            yield TokenValue(part.get("system", ""), fold_code(concept["code"]))


def _contained(contains: Iterable[Resource]) -> Iterator[TokenValue]:
    for one in contains:
        if "code" in one and not one.get("abstract"):
            yield TokenValue(one.get("system", ""), fold_code(one["code"]))
        yield from _contained(one.get("contains", ()))


def relatives(code_system: Resource, code: str, relation: str) -> frozenset[str]:
    """The folded codes above or below one that is folded, and the code itself.

    A concept is below the one it is nested in, and below those its properties ``parent`` or ``subsumedBy``
    name; one that names others as ``child`` is above them.
    """
    edges: dict[str, set[str]] = {}
    for higher, lower in _edges(code_system.get("concept", ()), None):
        start, end = (higher, lower) if relation == "below" else (lower, higher)
        edges.setdefault(fold_code(start), set()).add(fold_code(end))
    found, open_ = {code}, [code]
    while open_:
        new = edges.get(open_.pop(), set()) - found
        found |= new
        open_ += new
    return frozenset(found)


def _edges(concepts: Iterable[Resource], above: str | None) -> Iterator[tuple[str, str]]:
    for concept in concepts:
        code = concept["code"]
        if above is not None:
            yield above, code
        for one in concept.get("property", ()):
            other = one.get("valueCode")
            if other and one["code"] in {"parent", "subsumedBy"}:
                yield other, code
            elif other and one["code"] == "child":
                yield code, other
        yield from _edges(concept.get("concept", ()), code)
