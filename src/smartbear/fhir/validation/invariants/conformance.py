"""Invariants whose expressions look at the whole resource again for each of its elements.

That takes a time quadratic in the size of the resource; here it is linear.
"""

import re

from smartbear.fhir import definitions, references
from smartbear.fhir.validation.invariants.rule import Object, Rule, repeated

_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}")


def _repeated_codes(code_system: Object) -> list[str]:
    return repeated(code_system, "concept", "code")


def _paths(form: Object) -> list[str]:
    return [element["path"] for element in form.get("element", ()) if "path" in element]


def _is_snapshot_of_type(definition: Object) -> bool:
    paths = _paths(definition.get("snapshot", {}))
    own_type = definition["kind"] == "logical" or paths[:1] == [definition["type"]]
    return not paths or (own_type and all(path.startswith(f"{paths[0]}.") for path in paths[1:]))


def _is_differential_of_type(definition: Object) -> bool:
    paths = _paths(definition.get("differential", {}))
    own_type = definition["kind"] == "logical" or "".join(paths[:1]).startswith(definition["type"])
    root = "".join(paths[:1]).partition(".")[0]
    return not paths or (own_type and all(path.startswith(f"{root}.") for path in paths[1:]))


def _guide_resources(guide: Object) -> list[Object]:
    return list(guide.get("definition", {}).get("resource", ()))


def _are_versions_of_guide(guide: Object) -> bool:
    versions = set(guide.get("fhirVersion", ()))
    return all(versions.issuperset(one.get("fhirVersion", ())) for one in _guide_resources(guide))


def _are_groups_of_guide(guide: Object) -> bool:
    groups = {one.get("id") for one in guide.get("definition", {}).get("grouping", ())}
    return groups.issuperset(one["groupingId"] for one in _guide_resources(guide) if "groupingId" in one)


def _not_on_behalf(team: Object) -> list[str]:
    """Participants who act on behalf of others and are known to be no practitioners."""
    inside = {f"#{one.get('id')}": one.get("resourceType") for one in team.get("contained", ())}
    places = []
    for index, one in enumerate(team.get("participant", ())):
        text = one.get("member", {}).get("reference", "") if "onBehalfOf" in one else ""
        if (inside.get(text) or references.parse(text).type or "Practitioner") != "Practitioner":
            places.append(f".participant[{index}]")
    return places


def _is_usable_name(value: Object) -> bool:
    return "name" not in value or bool(_NAME.fullmatch(value["name"]))


def naming(resource_type: str) -> tuple[Rule, ...]:
    """«Name should be usable as an identifier»: each conformance resource says it under a key of its own."""
    stated = (r for r in definitions.invariants(resource_type) if r.expression.startswith("name.matches("))
    return tuple(Rule(r.key, resource_type, _is_usable_name) for r in stated)


RULES: dict[str, tuple[Rule, ...]] = {
    "CareTeam": (Rule("ctm-1", "CareTeam.participant", lambda o: not _not_on_behalf(o), _not_on_behalf),),
    "CodeSystem": (Rule("csd-1", "CodeSystem", lambda o: not _repeated_codes(o), _repeated_codes),),
    "ImplementationGuide": (
        Rule("ig-1", "ImplementationGuide.definition", _are_groups_of_guide),
        Rule("ig-2", "ImplementationGuide", _are_versions_of_guide),
    ),
    "StructureDefinition": (
        Rule("sdf-8", "StructureDefinition.snapshot", _is_snapshot_of_type),
        Rule("sdf-8a", "StructureDefinition.differential", _is_differential_of_type),
    ),
}
