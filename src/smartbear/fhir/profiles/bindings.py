"""Bindings of profiles: whether the codes of an element are taken from the value set."""

from collections.abc import Iterator

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.items import Element
from smartbear.fhir.issues import Issue
from smartbear.fhir.profiles.run import Membership
from smartbear.fhir.profiles.tree import Binding

_Code = tuple[str | None, str]


def codes(element: Element) -> list[_Code] | None:
    """System and code of everything coded in an element; None for a type that has no codes."""
    value = element.value
    if element.type == "CodeableConcept":
        return [(one.get("system", ""), one["code"]) for one in value.get("coding", ()) if "code" in one]
    if element.type == "Coding" or definitions.is_a(element.type, "Quantity"):
        return [(value.get("system", ""), value["code"])] if "code" in value else []
    if element.type in {"code", "string", "uri"}:
        return [] if value is None else [(None, value)]
    return None


def is_in(element: Element, value_set: str, is_member: Membership) -> bool | None:
    """Whether some code of the element is in the set; None if nobody can tell."""
    answers = [is_member(value_set, system, code) for system, code in codes(element) or ()]
    if True in answers:
        return True
    return None if None in answers else False


def binding_issues(element: Element, binding: Binding, place: str, is_member: Membership) -> Iterator[Issue]:
    """What the binding says against an element."""
    found = codes(element)
    if found is None or (not found and (binding.strength == "extensible" or element.is_primitive)):
        return
    answer = is_in(element, binding.value_set, is_member)
    if answer is None:
        told = f"could not be looked up in the value set {binding.value_set}, which is not known here"
        yield Issue("information", "not-supported", told, place)
    elif answer is False and binding.strength == "required":
        yield Issue("error", "code-invalid", f"has no code of the value set {binding.value_set}", place)
    elif answer is False:
        told = f"has no code of the value set {binding.value_set}, which should be used where it has one"
        yield Issue("warning", "code-invalid", told, place)
