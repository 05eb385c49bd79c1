"""Asking the constraints of a profile of a resource."""

from collections.abc import Iterator, Mapping
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.items import Element, resource_element, truth
from smartbear.fhir.issues import Issue
from smartbear.fhir.occurrences import children
from smartbear.fhir.profiles import values
from smartbear.fhir.profiles.bindings import binding_issues
from smartbear.fhir.profiles.library import core_type
from smartbear.fhir.profiles.references import reference_issues
from smartbear.fhir.profiles.run import Environs, Here, Run
from smartbear.fhir.profiles.slicing import belongs
from smartbear.fhir.profiles.tree import Node, Profile, Slicing, TypeRule, UnusableProfile
from smartbear.fhir.validation.fault import LIMIT

Occurrences = list[tuple[str, Element]]


def check(resource: Mapping[str, Any], profile: Profile, environs: Environs) -> tuple[Issue, ...]:
    """What the profile says about a resource that its type finds sound: errors and, apart, the rest.

    At most `LIMIT` of each; TooCostly for a resource that would take too long.
    """
    element = resource_element(resource)
    if not definitions.is_a(element.type, profile.type):
        return (Issue("error", "invalid", f"the profile is for {profile.type}", element.type),)
    here, run = Here(element.type, element), Run(environs, element)
    errors: list[Issue] = []
    others: list[Issue] = []
    for issue in _node_issues(profile.root, profile.root, element, here, run):
        found = errors if issue.severity == "error" else others
        if len(found) < LIMIT:
            found.append(issue)
    return (*errors, *others)


def _node_issues(node: Node, root: Node, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    """What is against one occurrence; `root` is that of the profile the node is in."""
    run.step()
    if node.is_about_value:
        yield from _value_issues(node, element, here, run)
    if node.constraints:
        yield from _constraint_issues(node, element, here, run)
    if node.types:
        yield from _type_issues(node, element, here, run)
    for name, child in _children_of(node, root):
        yield from _child_issues(child, root, name, children(element, name), here, run)


def _children_of(node: Node, root: Node) -> Iterator[tuple[str, Node]]:
    yield from node.children.items()
    for other in root.at(node.reference)[:1] if node.reference else ():
        yield from other.children.items()


def _child_issues(
    child: Node, root: Node, name: str, found: Occurrences, here: Here, run: Run
) -> Iterator[Issue]:
    place = f"{here.place}.{name}"
    yield from _count_issues(child, len(found), place, "")
    for step, item in found:
        yield from _node_issues(child, root, item, here.at(step, item), run)
    if child.slices:
        yield from _slice_issues(child, root, found, here, run, place)


def _count_issues(node: Node, count: int, place: str, slice_name: str) -> Iterator[Issue]:
    of = f" of the slice {slice_name}" if slice_name else ""
    if count < node.min:
        told = f"is required at least {node.min} times{of}" if node.min > 1 else f"is required{of}"
        yield Issue("error", "required", told, place)
    if node.max is not None and count > node.max:
        told = f"may be given at most {node.max} times{of}" if node.max else f"must not be given{of}"
        yield Issue("error", "structure", told, place)


def _slice_issues(
    node: Node, root: Node, found: Occurrences, here: Here, run: Run, place: str
) -> Iterator[Issue]:
    slicing = node.slicing
    if slicing is None or not slicing.discriminators:
        told = "has slices that nothing tells apart, and they were not checked"
        yield Issue("information", "not-supported", told, place)
        return
    sorted_out = [
        (step, item, _slice_of(node, slicing, item, here.at(step, item), run)) for step, item in found
    ]
    yield from _order_issues(node, slicing, [(here.place + s, name) for s, _, name in sorted_out])
    for name, inner in node.slices.items():
        taken = [(step, item) for step, item, its in sorted_out if its == name]
        yield from _count_issues(inner, len(taken), place, name)
        for step, item in taken:
            yield from _node_issues(inner, root, item, here.at(step, item), run)
        if inner.slices:
            yield from _slice_issues(inner, root, taken, here, run, place)


def _slice_of(node: Node, slicing: Slicing, item: Element, here: Here, run: Run) -> str:
    """The slice an item is in; empty if it is in none."""
    names = (
        name
        for name, inner in node.slices.items()
        if belongs(inner, slicing.discriminators, item, here, run, conforms)
    )
    return next(names, "")


def _order_issues(node: Node, slicing: Slicing, found: list[tuple[str, str]]) -> Iterator[Issue]:
    """`found` are the places of the occurrences, with the slice of each."""
    order = list(node.slices)
    latest = 0
    for place, name in found:
        if not name and slicing.rules == "closed":
            yield Issue("error", "structure", "is in none of the slices, and others are not allowed", place)
        position = order.index(name) if name else len(order)
        if name and position < latest and (slicing.ordered or latest == len(order)):
            yield Issue("error", "structure", "is not where the order of the slices has it", place)
        if name or slicing.rules == "openAtEnd":
            latest = max(latest, position)


def _value_issues(node: Node, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    if node.fixed is not None and not values.is_fixed(element.value, node.fixed.value):
        yield Issue("error", "value", "is not the value that the profile fixes", here.place)
    if node.pattern is not None and not values.fits(element.value, node.pattern.value):
        yield Issue("error", "value", "does not have what the profile's pattern has", here.place)
    if node.least is not None and values.order(element, node.least) == -1:
        yield Issue("error", "value", "is below the least value of the profile", here.place)
    if node.most is not None and values.order(element, node.most) == 1:
        yield Issue("error", "value", "is above the greatest value of the profile", here.place)
    if (
        node.max_length is not None
        and isinstance(element.value, str)
        and len(element.value) > node.max_length
    ):
        yield Issue("error", "too-long", f"may have at most {node.max_length} characters", here.place)
    if node.binding and (run.environs.advice or node.binding.strength == "required"):
        yield from binding_issues(element, node.binding, here.place, run.environs.is_member)


def _constraint_issues(node: Node, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    for constraint in node.constraints:
        if constraint.expression is None:
            told = f"{constraint.key} has no expression that can be evaluated here"
            yield Issue("information", "not-supported", told, here.place)
            continue
        try:
            is_met = truth(constraint.expression.evaluate(element, run.environment(here))) is True
        except FHIRPathError:
            yield Issue("warning", "not-supported", f"{constraint.key} could not be evaluated", here.place)
            continue
        if not is_met:
            yield Issue(constraint.severity, "invariant", f"{constraint.key}: {constraint.human}", here.place)


def _type_issues(node: Node, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    rules = [rule for rule in node.types if definitions.is_a(element.type, rule.code)]
    if not rules:
        allowed = " or ".join(sorted({rule.code for rule in node.types}))
        yield Issue("error", "structure", f"must be of type {allowed}", here.place)
    for rule in rules[:1]:
        if element.type == "Reference":
            yield from reference_issues(element.value, rule, here, run, conforms)
        if rule.profiles:
            yield from _profile_issues(rule, element, here, run)


def _profile_issues(rule: TypeRule, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    if len(rule.profiles) == 1:
        yield from conformance(rule.profiles[0], element, here, run)
    elif not any(conforms(url, element, here, run) for url in rule.profiles):
        told = f"conforms to none of {' '.join(rule.profiles)}"
        yield Issue("error", "invalid", told, here.place)


def conformance(canonical: str, element: Element, here: Here, run: Run) -> Iterator[Issue]:
    """What a profile says against an element; what is being asked already is not asked again."""
    if kind := core_type(canonical):
        if not definitions.is_a(element.type, kind):
            yield Issue("error", "structure", f"must be of type {kind}", here.place)
        return
    try:
        profile = run.environs.library.find(canonical)
    except UnusableProfile as error:
        yield Issue("warning", "not-supported", f"{canonical} cannot be used: {error}", here.place)
        return
    if profile is None:
        yield Issue("warning", "not-found", f"{canonical} is a profile that is not known here", here.place)
        return
    if not definitions.is_a(element.type, profile.type):
        yield Issue("error", "structure", f"must be of type {profile.type}", here.place)
        return
    mark = (id(element.value), canonical)
    if mark not in run.open:
        run.open.add(mark)
        try:
            yield from _node_issues(profile.root, profile.root, element, here, run)
        finally:
            run.open.discard(mark)


def conforms(canonical: str, element: Element, here: Here, run: Run) -> bool:
    """Whether nothing in a profile is against an element; one that is not known is not against it."""
    return not any(issue.severity == "error" for issue in conformance(canonical, element, here, run))
