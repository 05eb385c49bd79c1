"""Code lists of required bindings, out of expanded ValueSets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from smartbear.fhir.definitions.model import ValueSet
from smartbear.operations.fhir_definitions.package import Resource

_INCOMPLETE = {
    "http://hl7.org/fhir/StructureDefinition/valueset-toocostly",
    "http://hl7.org/fhir/StructureDefinition/valueset-unclosed",
}


def _concepts(contains: Iterable[Resource]) -> Iterator[Resource]:
    for concept in contains:
        yield concept
        yield from _concepts(concept.get("contains", []))


def value_set(url: str, expanded: Resource | None) -> ValueSet:
    """The codes of one set; not enumerable when HL7 publishes no complete expansion of it."""
    expansion = expanded["expansion"] if expanded else {}
    partial = any(extension["url"] in _INCOMPLETE for extension in expansion.get("extension", []))
    if expanded is None or partial:
        return ValueSet(url, enumerable=False)
    systems: dict[str, list[str]] = defaultdict(list)
    for concept in _concepts(expansion.get("contains", [])):
        if not concept.get("abstract", False):
            systems[concept["system"]].append(concept["code"])
    return ValueSet(url, {system: tuple(sorted(set(systems[system]))) for system in sorted(systems)})
