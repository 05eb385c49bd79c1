"""From a resource to everything it is found by."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any, NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.expression import Expression, compiled
from smartbear.fhir.fhirpath.frame import Environment
from smartbear.fhir.fhirpath.items import Element
from smartbear.fhir.fhirpath.types import type_of
from smartbear.fhir.search.branches import Branch, Composite, Part, Walk
from smartbear.fhir.search.converters import converters
from smartbear.fhir.search.parameters import Component, Parameter, SearchType, parameters
from smartbear.fhir.search.paths import NotStaticError, Path, static_paths
from smartbear.fhir.search.values import Indexes
from smartbear.fhir.search.words import words_of
from smartbear.fhir.terminology.concepts import head_of, nodes_of

_MOST_STEPS = 100_000  # that the expressions of added parameters take together: every write waits for them


def extract(resource: dict[str, Any]) -> Indexes:
    """Index values of a valid resource as ``fhir.json`` reads it; nothing for a type unknown to R4."""
    walk = Walk(resource)
    kind = resource["resourceType"]
    plan = _plan(kind if kind in definitions.resource_types() else "")
    plan.tree.visit(resource, walk)
    for parameter, expression in plan.computed:
        _compute(parameter, expression, walk, Environment())
    walk.tables["words"] = words_of(resource)
    found = _distinct(walk)
    if kind == "CodeSystem" and (head := head_of(resource)):
        found.concepts[head] = list(nodes_of(resource))
    return found


def with_added(found: Indexes, resource: dict[str, Any], added: Iterable[Parameter]) -> Indexes:
    """The index values with those of parameters beyond the core; none where an expression fails."""
    walk = Walk(resource)
    plan = _planned(resource["resourceType"], tuple(added))
    plan.tree.visit(resource, walk)
    together = Environment(budget=Budget(_MOST_STEPS))
    for parameter, expression in plan.computed:
        with suppress(EvaluationError):
            _compute(parameter, expression, walk, together)
    more = _distinct(walk)
    both = {one.name: getattr(found, one.name) | getattr(more, one.name) for one in fields(found) if one.init}
    merged = Indexes(**both)
    merged.concepts = found.concepts
    return merged


def _distinct(walk: Walk) -> Indexes:
    for rows in walk.tables.values():
        for code, values in rows.items():
            if len(values) > 1:
                rows[code] = list(dict.fromkeys(values))
    return Indexes(**walk.tables)


class _Plan(NamedTuple):
    """How a type is indexed: by paths and, where a parameter is more than paths, by its expression."""

    tree: Branch
    computed: list[tuple[Parameter, Expression]]


@cache
def _plan(resource_type: str) -> _Plan:
    return _planned(resource_type, tuple(one for one in parameters(resource_type).values() if one.expression))


@lru_cache(maxsize=512)  # types and the sets of parameters they have had
def _planned(resource_type: str, chosen: tuple[Parameter, ...]) -> _Plan:
    plan = _Plan(Branch(), [])
    for parameter in chosen:
        try:
            paths = static_paths(parameter.expression, resource_type, resource_type)
        except NotStaticError:
            plan.computed.append((parameter, compiled(parameter.expression)))
        else:
            _grow(plan.tree, parameter, paths, resource_type)
    return plan


def _grow(tree: Branch, parameter: Parameter, paths: list[Path], resource_type: str) -> None:
    for path in paths:
        if parameter.type is SearchType.COMPOSITE:
            tree.at(path.steps).composites.append(_composite(parameter, path, resource_type))
        else:
            tree.index(path, parameter.type, parameter.code)


def _compute(parameter: Parameter, expression: Expression, walk: Walk, environment: Environment) -> None:
    """Values of the language stand for the FHIR primitive of the same name in lower case."""
    for item in expression.evaluate(walk.resource, environment):
        kind = type_of(item).name
        for convert, table in converters(parameter.type, kind if isinstance(item, Element) else kind.lower()):
            walk.add(table, [parameter.code], convert(item.value if isinstance(item, Element) else item))


def _composite(parameter: Parameter, path: Path, resource_type: str) -> Composite:
    parts = (_part(component, path.type, resource_type) for component in parameter.components)
    return Composite(parameter.code, tuple(parts))


@cache
def _part(component: Component, start: str, resource_type: str) -> Part:
    paths = static_paths(component.expression, start, resource_type)
    part = Part(Branch(), of_resource=any(path.from_resource for path in paths))
    for path in paths:
        part.branch.index(path, component.type, "")
    return part
