"""Which slice an occurrence of an element belongs to (R4 profiling.html#slicing)."""

import re
from collections.abc import Callable
from functools import lru_cache

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.items import Element, Items
from smartbear.fhir.profiles.bindings import is_in
from smartbear.fhir.profiles.run import Here, Run
from smartbear.fhir.profiles.tree import Discriminator, Node
from smartbear.fhir.profiles.values import fits, is_fixed

_STEP = re.compile(r"(?P<function>\w+)\((?P<argument>[^)]*)\)|\$this|(?P<name>\w+)")

Conforms = Callable[[str, Element, Here, Run], bool]
"""(profile, element, …) → whether the element obeys the profile."""


def belongs(
    node: Node,
    discriminators: tuple[Discriminator, ...],
    item: Element,
    here: Here,
    run: Run,
    conforms: Conforms,
) -> bool:
    """Whether the item is what the slice is told apart by, in every respect."""
    return bool(discriminators) and all(
        _meets(node, discriminator, item, here, run, conforms) for discriminator in discriminators
    )


def _meets(
    node: Node, discriminator: Discriminator, item: Element, here: Here, run: Run, conforms: Conforms
) -> bool:
    run.step()
    found = _select(discriminator.path, item, here, run)
    nodes = node.at(_steps(discriminator.path))
    elements = [one for one in found if isinstance(one, Element)]
    match discriminator.kind:
        case "exists":
            return all(bool(found) if one.min else not found for one in nodes if one.min or one.max == 0)
        case "type":
            return any(_has_type(one, element) for one in nodes for element in elements)
        case "profile":
            return any(_has_profile(one, e, here, run, conforms) for one in nodes for e in elements)
    if discriminator.path == "url" and (urls := {url for rule in node.types for url in rule.profiles}):
        return item.value.get("url") in {url.partition("|")[0] for url in urls}
    return any(_has_value(one, element, run) for one in nodes for element in elements)


def _select(path: str, item: Element, here: Here, run: Run) -> Items:
    try:
        return compiled(path).evaluate(item, run.environment(here))
    except FHIRPathError:
        return []


@lru_cache(maxsize=512)
def _steps(path: str) -> tuple[str, ...]:
    """Names of the elements on a discriminator's path; `resolve()` and `ofType()` stay where they are."""
    steps = []
    for step in _STEP.finditer(path):
        if step["function"] == "extension":
            steps.append("extension")
        elif step["name"]:
            steps.append(step["name"])
    return tuple(steps)


def _has_type(node: Node, element: Element) -> bool:
    return any(definitions.is_a(element.type, rule.code) for rule in node.types)


def _has_profile(node: Node, element: Element, here: Here, run: Run, conforms: Conforms) -> bool:
    urls = [url for rule in node.types for url in rule.profiles or rule.targets]
    return any(conforms(url, element, here, run) for url in urls)


def _has_value(node: Node, element: Element, run: Run) -> bool:
    """Whether everything that singles out the node, down to its leaves, is there."""
    if node.fixed is not None:
        return is_fixed(element.value, node.fixed.value)
    if node.pattern is not None:
        return fits(element.value, node.pattern.value)
    if node.binding and node.binding.strength == "required":
        return is_in(element, node.binding.value_set, run.environs.is_member) is True
    telling = [
        (name, inner) for name, child in node.children.items() for inner in child.at(()) if _tells(inner)
    ]
    return bool(telling) and all(
        any(_has_value(inner, found, run) for found in element.children(name) if isinstance(found, Element))
        for name, inner in telling
    )


def _tells(node: Node) -> bool:
    if node.fixed is not None or node.pattern is not None:
        return True
    return any(_tells(inner) for child in node.children.values() for inner in child.at(()))
