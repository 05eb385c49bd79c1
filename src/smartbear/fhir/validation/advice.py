"""Good practice: the invariants of R4 that are warnings. Nobody is refused for them, so writes do not ask."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.items import Element, resource_element
from smartbear.fhir.issues import Issue
from smartbear.fhir.occurrences import children
from smartbear.fhir.validation import invariants
from smartbear.fhir.validation.fault import LIMIT


def advise(resource: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Warnings about a valid resource, at most `fault.LIMIT`; contained resources need no advice."""
    element = resource_element(resource)
    return tuple(islice(_advice(element, element.type), LIMIT))


def _advice(element: Element, place: str) -> Iterator[Issue]:
    if element.is_primitive:
        return
    for fault in invariants.broken(invariants.warnings(element.type), element.value):
        yield Issue("warning", fault.code, fault.message, place + fault.path)
    for name in definitions.elements(element.type):
        for step, child in children(element, name) if name != "contained" else ():
            yield from _advice(child, place + step)
