"""Search parameters and compartments."""

from smartbear.fhir.definitions.model import Compartment, SearchComponent, SearchParameter
from smartbear.operations.fhir_definitions.package import Resource

_EXAMPLES = {"example", "example-extension", "example-reference", "filter"}


def is_core_parameter(definition: Resource) -> bool:
    """Neither an example of the page about search parameters nor one over extensions.

    Those over extensions are published without `base` or `expression`, or with placeholders for them.
    """
    return definition["id"] not in _EXAMPLES and "-extensions-" not in definition["id"]


def search_parameter(definition: Resource) -> SearchParameter:
    """The facts of one definition."""
    return SearchParameter(
        id=definition["id"],
        code=definition["code"],
        base=tuple(sorted(definition["base"])),
        type=definition["type"],
        expression=definition.get("expression", ""),
        targets=tuple(sorted(definition.get("target", []))),
        components=tuple(
            SearchComponent(part["definition"].rsplit("/", 1)[1], part["expression"])
            for part in definition.get("component", [])
        ),
        comparators=tuple(definition.get("comparator", [])),
        modifiers=tuple(definition.get("modifier", [])),
        multiple_or=definition.get("multipleOr"),
        multiple_and=definition.get("multipleAnd"),
    )


def compartment(definition: Resource) -> Compartment:
    """Membership of each resource type; types that are never members are left out."""
    members = {r["code"]: tuple(r["param"]) for r in definition["resource"] if r.get("param")}
    return Compartment(definition["code"], members)
