"""References of a profile: to which types and profiles, and how."""

from collections.abc import Iterator
from typing import Any

from smartbear.fhir import references
from smartbear.fhir.fhirpath.items import Element, resource_element
from smartbear.fhir.issues import Issue
from smartbear.fhir.profiles.library import core_type
from smartbear.fhir.profiles.run import Here, Run
from smartbear.fhir.profiles.slicing import Conforms
from smartbear.fhir.profiles.tree import TypeRule, UnusableProfile


def reference_issues(
    value: dict[str, Any], rule: TypeRule, here: Here, run: Run, conforms: Conforms
) -> Iterator[Issue]:
    """What is against a Reference; a target that cannot be seen is judged by its type alone."""
    text = value.get("reference", "")
    literal = references.parse(text) if text else None
    inside = bool(literal and literal.kind == "contained" and literal.id)
    if (
        literal
        and rule.aggregation
        and inside is not ("contained" in rule.aggregation)
        and (inside or set(rule.aggregation) == {"contained"})
    ):
        yield Issue("error", "structure", f"must be {' or '.join(rule.aggregation)}", here.place)
    if not rule.targets:
        return
    kinds = {url: _type(url, run) for url in rule.targets}
    if literal and inside:
        yield from _contained(literal.id, kinds, here, run, conforms)
    elif literal and literal.type and "" not in kinds.values() and literal.type not in kinds.values():
        yield Issue("error", "value", f"must refer to {_named(kinds)}", here.place)


def _contained(
    target: str, kinds: dict[str, str], here: Here, run: Run, conforms: Conforms
) -> Iterator[Issue]:
    found = run.contained.get(target)
    if found is None:
        return
    element: Element = resource_element(found)
    if not any(conforms(url, element, here, run) for url in kinds):
        yield Issue("error", "value", f"must refer to {_named(kinds)}", here.place)


def _type(canonical: str, run: Run) -> str:
    """The type a target must have; empty if the profile is not known."""
    try:
        profile = run.environs.library.find(canonical)
    except UnusableProfile:
        return ""
    return profile.type if profile else core_type(canonical)


def _named(kinds: dict[str, str]) -> str:
    return " or ".join(url if not core_type(url) else core_type(url) for url in kinds)
