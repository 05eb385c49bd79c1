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


def _listed(defined: Resource | None) -> list[Resource]:
    """The parts of a set that names its codes one by one; none if it says in another way what it contains."""
    compose = (defined or {}).get("compose", {})
    parts: list[Resource] = compose.get("include", [])
    is_list = all("concept" in part and "valueSet" not in part for part in parts)
    return parts if is_list and "exclude" not in compose else []


def value_set(url: str, expanded: Resource | None, defined: Resource | None = None) -> ValueSet:
    """The codes of one set; not enumerable when it lists none and HL7 publishes no complete expansion."""
    if expanded is None and (parts := _listed(defined)):
        listed = {part["system"]: tuple(sorted(c["code"] for c in part["concept"])) for part in parts}
        return ValueSet(url, listed)
    expansion = expanded["expansion"] if expanded else {}
    partial = any(extension["url"] in _INCOMPLETE for extension in expansion.get("extension", []))
    if expanded is None or partial:
        return ValueSet(url, enumerable=False)
    systems: dict[str, list[str]] = defaultdict(list)
    for concept in _concepts(expansion.get("contains", [])):
        if not concept.get("abstract", False):
            systems[concept["system"]].append(concept["code"])
    return ValueSet(url, {system: tuple(sorted(set(systems[system]))) for system in sorted(systems)})
