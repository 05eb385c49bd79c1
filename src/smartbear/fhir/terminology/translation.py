"""Translating codes by ConceptMaps (https://hl7.org/fhir/R4/conceptmap-operation-translate.html)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from smartbear.fhir.terminology.answers import Parameters, parameters
from smartbear.fhir.terminology.concepts import Resource

_REVERSED = {
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}
_NO_MATCH = frozenset({"unmatched", "disjoint"})


class Found(NamedTuple):
    """A concept that a code corresponds to, and the map that says so."""

    equivalence: str
    concept: dict[str, Any]
    source: str | None


def translations(
    concept_map: Resource, system: str | None, code: str, target_system: str | None, *, reverse: bool
) -> Iterator[Found]:
    """What a map says of a code. With ``reverse`` the code is one of the map's targets."""
    for group in concept_map.get("group", ()):
        here, there = ("target", "source") if reverse else ("source", "target")
        if system not in (None, group.get(here)) or target_system not in (None, group.get(there)):
            continue
        pairs = _backwards(group, code) if reverse else _forwards(group, code)
        for equivalence, concept in pairs:
            known = {"system": group[there]} if there in group else {}
            yield Found(equivalence, known | concept, concept_map.get("url"))


def _forwards(group: Resource, code: str) -> Iterator[tuple[str, dict[str, Any]]]:
    elements = [one for one in group.get("element", ()) if one.get("code") == code]
    for element in elements:
        for target in element.get("target", ()):
            yield target["equivalence"], _coding(target)
    unmapped = group.get("unmapped", {})
    if not elements and unmapped.get("mode") == "provided":
        yield "equal", {"code": code}
    elif not elements and unmapped.get("mode") == "fixed":
        yield "inexact", _coding(unmapped)


def _backwards(group: Resource, code: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for element in group.get("element", ()):
        for target in element.get("target", ()):
            if target.get("code") == code:
                yield _REVERSED.get(target["equivalence"], target["equivalence"]), _coding(element)


def _coding(one: Resource) -> dict[str, Any]:
    return {name: one[name] for name in ("code", "display") if name in one}


def translated(found: Iterable[Found]) -> Parameters:
    """The answer to ``$translate``."""
    listed = list(dict.fromkeys((one.equivalence, tuple(one.concept.items()), one.source) for one in found))
    well = any(equivalence not in _NO_MATCH for equivalence, _, _ in listed)
    answer: list[dict[str, Any]] = [{"name": "result", "valueBoolean": well}]
    if not listed:
        answer.append({"name": "message", "valueString": "No map that is held here maps this code."})
    return parameters([*answer, *(_match(Found(one[0], dict(one[1]), one[2])) for one in listed)])


def _match(found: Found) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"name": "equivalence", "valueCode": found.equivalence}]
    parts += [{"name": "concept", "valueCoding": found.concept}] if "code" in found.concept else []
    parts += [{"name": "source", "valueUri": found.source}] if found.source else []
    return {"name": "match", "part": parts}
