"""The command: two packages in, six tables out."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from smartbear.fhir.definitions.model import TypeDefinition
from smartbear.operations.fhir_definitions import search, structures, terminology
from smartbear.operations.fhir_definitions.package import Resource, read

_encode = msgspec.json.Encoder(order="sorted").encode


def _write(target: Path, rows: dict[str, object]) -> None:
    """One JSON object with a line per key, sorted: diffs are readable and a reader may decode single rows."""
    lines = [_encode(key) + b":" + _encode(row) for key, row in sorted(rows.items())]
    target.write_bytes(b"{\n" + b",\n".join(lines) + b"\n}\n")


def _bound_sets(types: Iterable[TypeDefinition], profiles: Iterable[Resource]) -> set[str]:
    bound = {element.binding for definition in types for element in definition.elements}
    bound = bound.union(*map(structures.bound_sets, profiles))
    return bound - {""}


def _by_url(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {resource["url"]: resource for resource in resources}


def _write_structures(
    definitions: list[Resource], expanded: dict[str, Resource], defined: dict[str, Resource], target: Path
) -> None:
    core = [definition for definition in definitions if structures.is_core_type(definition)]
    types = {kind.name: kind for definition in core for kind in structures.types(definition)}
    profiles = {found["url"]: found for found in map(structures.profile, definitions) if found}
    rules: dict[str, list[object]] = {}
    for definition in core:
        for rule in structures.invariants(definition):
            rules.setdefault(rule.context, []).append(rule)
    sets = sorted(_bound_sets(types.values(), profiles.values()))
    _write(target / "types.json", dict(types))
    _write(target / "profiles.json", dict(profiles))
    _write(target / "invariants.json", dict(rules))
    facts = {url: terminology.value_set(url, expanded.get(url), defined.get(url)) for url in sets}
    _write(target / "value_sets.json", dict(facts))


def generate(examples: Path, expansions: Path, target: Path) -> None:
    """Write the tables into `target` from `hl7.fhir.r4.examples` and `hl7.fhir.r4.expansions` (4.0.1).

    Each package is the tarball as `npm pack` leaves it, or a folder it was unpacked into.
    """
    source = read(examples, ("StructureDefinition", "SearchParameter", "CompartmentDefinition", "ValueSet"))
    expanded = _by_url(read(expansions, ["ValueSet"])["ValueSet"])
    _write_structures(source["StructureDefinition"], expanded, _by_url(source["ValueSet"]), target)
    parameters = filter(search.is_core_parameter, source["SearchParameter"])
    _write(target / "search_parameters.json", {p["id"]: search.search_parameter(p) for p in parameters})
    compartments = (c for c in source["CompartmentDefinition"] if c["id"] != "example")
    _write(target / "compartments.json", {c["code"]: search.compartment(c) for c in compartments})
