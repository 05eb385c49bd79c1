"""From a resource to everything it is found by."""

from functools import cache
from typing import Any

from smartbear.fhir.search.branches import Branch, Composite, Part, Walk
from smartbear.fhir.search.parameters import Component, Parameter, SearchType, parameters
from smartbear.fhir.search.paths import NotStaticError, Path, static_paths
from smartbear.fhir.search.values import Indexes


def extract(resource: dict[str, Any]) -> Indexes:
    """Index values of a valid resource as ``fhir.json`` reads it; nothing for a type unknown to R4."""
    walk = Walk(resource)
    _tree(resource["resourceType"]).visit(resource, walk)
    for rows in walk.tables.values():
        for code, values in rows.items():
            if len(values) > 1:
                rows[code] = list(dict.fromkeys(values))
    return Indexes(**walk.tables)


@cache
def _tree(resource_type: str) -> Branch:
    root = Branch()
    for parameter in parameters(resource_type).values():
        for path in _paths(parameter.expression, resource_type, resource_type):
            if parameter.type is SearchType.COMPOSITE:
                root.at(path.steps).composites.append(_composite(parameter, path, resource_type))
            else:
                root.index(path, parameter.type, parameter.code)
    return root


def _composite(parameter: Parameter, path: Path, resource_type: str) -> Composite:
    parts = (_part(component, path.type, resource_type) for component in parameter.components)
    return Composite(parameter.code, tuple(parts))


def _paths(expression: str, start: str, resource_type: str) -> list[Path]:
    try:
        return static_paths(expression, start, resource_type)
    except NotStaticError:
        return []


@cache
def _part(component: Component, start: str, resource_type: str) -> Part:
    paths = _paths(component.expression, start, resource_type)
    part = Part(Branch(), of_resource=any(path.from_resource for path in paths))
    for path in paths:
        part.branch.index(path, component.type, "")
    return part
