"""Parts of a resource: ``_summary`` and ``_elements`` (https://hl7.org/fhir/R4/search.html#summary)."""

from collections.abc import Callable
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Element
from smartbear.fhir.json import decode, encode
from smartbear.fhir.search.query import SummaryMode

_TAG = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}
_ALWAYS = frozenset({"resourceType", "id", "meta"})

_Keep = Callable[[Element], bool]


def of(resource: bytes, summary: SummaryMode | None, elements: tuple[str, ...]) -> bytes:
    """The resource, or what was asked of it, tagged as a part."""
    keep = _keep(summary, elements)
    if keep is None:
        return resource
    whole: dict[str, Any] = decode(resource)
    fields = definitions.fields(whole["resourceType"])
    part = {
        name: value
        for name, value in whole.items()
        if name in _ALWAYS or ((field := fields.get(name.removeprefix("_"))) and keep(field.element))
    }
    part["meta"] = {**whole["meta"], "tag": [*whole["meta"].get("tag", ()), _TAG]}
    return encode(part)


def _keep(summary: SummaryMode | None, elements: tuple[str, ...]) -> _Keep | None:
    """Which top-level elements stay; mandatory ones always do. None: all."""
    if elements:
        named = {name.rpartition(".")[2] for name in elements}
        return lambda element: element.name in named or element.min > 0
    match summary:
        case "true":
            return lambda element: element.summary or element.min > 0
        case "text":
            return lambda element: element.name == "text" or element.min > 0
        case "data":
            return lambda element: element.name != "text"
        case _:
            return None
