"""The concepts of a CodeSystem (https://hl7.org/fhir/R4/codesystem.html), one after the other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smartbear.fhir import json

Resource = Mapping[str, Any]

LONGEST_CODE = 256
"""Characters; what is longer is no code that anybody could look up."""

_DETAIL = ("definition", "designation", "property")
_UPWARDS = frozenset({"parent", "subsumedBy"})


class Concept(NamedTuple):
    """A concept as it is found; ``detail`` is JSON of its definition, designations and properties."""

    system: str
    version: str | None
    code: str
    display: str | None = None
    inactive: bool = False
    abstract: bool = False
    detail: str | None = None

    def described(self) -> Resource:
        """Definition, designations and properties."""
        found: Resource = json.decode(self.detail.encode()) if self.detail else {}
        return found


class Head(NamedTuple):
    """What a CodeSystem says of itself."""

    url: str
    version: str | None
    name: str | None
    case_sensitive: bool


class Node(NamedTuple):
    """A place of a concept in the hierarchy. Only the first (``lead``) says more than the code."""

    position: int
    code: str
    above: str | None
    lead: bool
    inactive: bool = False
    abstract: bool = False
    display: str | None = None
    detail: str | None = None


def head_of(code_system: Resource) -> Head | None:
    """None for a code system without an address, which nothing could refer to."""
    url = code_system.get("url")
    if not url:
        return None
    name = code_system.get("name") or code_system.get("title")
    return Head(url, code_system.get("version"), name, bool(code_system.get("caseSensitive", True)))


def nodes_of(code_system: Resource) -> Iterator[Node]:
    """Every place: below the concept it is nested in, and below those that properties name.

    Such properties are ``parent`` and ``subsumedBy`` of the one below, and ``child`` of the one above.
    """
    flat = [one for one in _flat(code_system.get("concept", ()), None) if len(one[0]["code"]) <= LONGEST_CODE]
    above: dict[str, dict[str, None]] = {}
    for concept, parent in flat:
        places = above.setdefault(concept["code"], {})
        for other in [parent, *_named(concept, _UPWARDS)]:
            if other is not None:
                places[other] = None
    for concept, _ in flat:
        for lower in _named(concept, frozenset({"child"})):
            above.setdefault(lower, {})[concept["code"]] = None
    firsts = {concept["code"]: concept for concept, _ in reversed(flat)}
    position = 0
    for code in dict.fromkeys(concept["code"] for concept, _ in flat):
        for place, other in enumerate(above[code] or (None,)):
            position += 1
            yield _node(firsts[code], position, other, lead=place == 0)


def _flat(concepts: Iterable[Resource], above: str | None) -> Iterator[tuple[Resource, str | None]]:
    for concept in concepts:
        yield concept, above
        yield from _flat(concept.get("concept", ()), concept["code"])


def _named(concept: Resource, properties: frozenset[str]) -> Iterator[str]:
    for one in concept.get("property", ()):
        other = one.get("valueCode")
        if one.get("code") in properties and other and len(other) <= LONGEST_CODE:
            yield other


def _node(concept: Resource, position: int, above: str | None, *, lead: bool) -> Node:
    if not lead:
        return Node(position, concept["code"], above, lead)
    said = {name: concept[name] for name in _DETAIL if name in concept}
    return Node(
        position,
        concept["code"],
        above,
        lead,
        is_inactive(concept),
        any(_is_so(one, "notSelectable") for one in concept.get("property", ())),
        concept.get("display"),
        json.encode(said).decode() if said else None,
    )


def is_inactive(concept: Resource) -> bool:
    """By the properties ``inactive`` and ``status`` (https://hl7.org/fhir/R4/codesystem.html#status)."""
    return any(
        _is_so(one, "inactive") or (one.get("code") == "status" and one.get("valueCode") in _INACTIVE)
        for one in concept.get("property", ())
    )


_INACTIVE = frozenset({"retired", "inactive"})


def _is_so(one: Resource, code: str) -> bool:
    return one.get("code") == code and one.get("valueBoolean") is True
