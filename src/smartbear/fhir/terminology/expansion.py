"""An expanded ValueSet (https://hl7.org/fhir/R4/valueset-operation-expand.html), a page of it at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.fhir.terminology.concepts import Concept, Resource

_TAKEN_OUT = frozenset({"compose", "expansion", "text", "contained"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants to see of an expansion."""

    text: str = ""
    offset: int = 0
    count: int | None = None
    active_only: bool = False
    without_abstract: bool = False
    designations: bool = False
    definition: bool = False
    language: str = ""

    def is_detailed(self) -> bool:
        """Whether an answer needs more than codes and displays."""
        return self.designations or bool(self.language)


def wanted(found: Iterable[Concept], wish: Wish) -> list[Concept]:
    """The concepts that a filter by words and by status leaves. Each word must be in the display or code."""
    words = wish.text.casefold().split()
    return [
        one
        for one in found
        if not (wish.active_only and one.inactive)
        and not (wish.without_abstract and one.abstract)
        and _has(one, words)
    ]


def _has(concept: Concept, words: Sequence[str]) -> bool:
    if not words:
        return True
    said = f"{concept.display or ''}\n{concept.code}".casefold()
    return all(word in said for word in words)


def page(found: Sequence[Concept], wish: Wish) -> Sequence[Concept]:
    """The concepts of the page that is asked for."""
    end = None if wish.count is None else wish.offset + wish.count
    return found[wish.offset : end]


def expanded(
    value_set: Resource, total: int, shown: Sequence[Concept], wish: Wish, *, name: str, now: datetime
) -> dict[str, Any]:
    """The value set with its expansion; ``name`` identifies this one."""
    head = {key: value for key, value in value_set.items() if wish.definition or key not in _TAKEN_OUT}
    head.pop("expansion", None)
    expansion: dict[str, Any] = {
        "identifier": f"urn:uuid:{name}",
        "timestamp": now.isoformat(timespec="seconds"),
        "total": total,
    }
    if wish.count is not None or wish.offset:
        expansion["offset"] = wish.offset
    if parameters := list(_parameters(wish, shown)):
        expansion["parameter"] = parameters
    if shown:
        expansion["contains"] = [_contained(one, wish) for one in shown]
    return {"status": "active", **head, "resourceType": "ValueSet", "expansion": expansion}


def _parameters(wish: Wish, shown: Iterable[Concept]) -> Iterable[dict[str, Any]]:
    if wish.text:
        yield {"name": "filter", "valueString": wish.text}
    if wish.count is not None:
        yield {"name": "count", "valueInteger": wish.count}
    if wish.active_only:
        yield {"name": "activeOnly", "valueBoolean": True}
    if wish.language:
        yield {"name": "displayLanguage", "valueCode": wish.language}
    for version in dict.fromkeys(f"{one.system}|{one.version}" for one in shown if one.version):
        yield {"name": "version", "valueUri": version}


def _contained(concept: Concept, wish: Wish) -> dict[str, Any]:
    said: dict[str, Any] = {"system": concept.system} if concept.system else {}
    said |= {"abstract": True} if concept.abstract else {}
    said |= {"inactive": True} if concept.inactive else {}
    said |= {"version": concept.version} if concept.version else {}
    described = concept.described() if wish.is_detailed() else {}
    display = in_language(described, wish.language) or concept.display
    said |= {"code": concept.code} | ({"display": display} if display else {})
    designations = described.get("designation") if wish.designations else None
    return said | ({"designation": designations} if designations else {})


def in_language(described: Mapping[str, Any], language: str) -> str | None:
    """The designation in a language; that of «pt» serves «pt-PT», and the other way round."""
    for one in described.get("designation", ()) if language else ():
        given = one.get("language", "").lower()
        if given and given.split("-")[0] == language.lower().split("-")[0]:
            return str(one["value"])
    return None
