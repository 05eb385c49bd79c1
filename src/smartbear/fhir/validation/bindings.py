"""Required bindings (https://hl7.org/fhir/R4/terminologies.html#required): the code must be in the set."""

from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.validation.fault import Check, Fault, Faults


def bound_code(url: str, unbound: Check) -> Check:
    """A check of a `code`; sets that are not enumerable leave only `unbound`, the check of any code."""
    values = definitions.value_set(url)
    if values is None or not values.enumerable:
        return unbound
    codes = frozenset(code for system in values.systems.values() for code in system)

    def check(value: Any) -> Faults:
        if value.__class__ is str and value in codes:
            return None
        return unbound(value) or [Fault("code-invalid", f"is not a code of the value set {url}")]

    return check


def bound_concept(url: str, unbound: Check) -> Check:
    """A check of a CodeableConcept: one of its codings must be in the set, with the system of the set."""
    values = definitions.value_set(url)
    if values is None or not values.enumerable:
        return unbound
    concepts = frozenset((system, code) for system, codes in values.systems.items() for code in codes)

    def check(value: Any) -> Faults:
        found = unbound(value)
        if found or any((c.get("system"), c.get("code")) in concepts for c in value.get("coding", ())):
            return found
        return [Fault("code-invalid", f"has no coding of the value set {url}")]

    return check
