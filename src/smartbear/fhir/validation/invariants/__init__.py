"""Every invariant of the specification, as a rule about one object whose structure has been found sound.

Owns: which rule stands for an invariant. Those of hot types are Python functions, those that JSON's structure
settles are checked where that structure is (`BY_STRUCTURE`), and all others are the FHIRPath expressions of
the specification (`expressions`), but for the few that say something else than they mean (`corrections`).

Refuses to know: profiles. What is a warning in the specification is never an error.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.validation.fault import Fault
from smartbear.fhir.validation.invariants import (
    administrative,
    bundles,
    clinical,
    conformance,
    datatypes,
    elements,
    expressions,
    questionnaires,
)
from smartbear.fhir.validation.invariants.rule import Rule

WRITTEN: dict[str, tuple[Rule, ...]] = {
    **datatypes.RULES,
    **administrative.RULES,
    **clinical.RULES,
    **bundles.RULES,
    **questionnaires.RULES,
    **conformance.RULES,
    **elements.RULES,
}
"""Type → rules written by hand, because the type is hot or its expressions are slow."""

BY_STRUCTURE = frozenset(
    {
        ("Element", "ele-1"),
        ("Element.extension", "ele-1"),
        *(("DomainResource", key) for key in ("dom-2", "dom-3", "dom-4", "dom-5")),
        ("Reference", "ref-1"),
        ("Quantity", "sqty-1"),
        *(("Narrative.div", key) for key in ("txt-1", "txt-2")),
    }
)
"""Context and key of what `structure`, `contained`, `targets` and `narrative` check."""

_SETTLED = BY_STRUCTURE | {(rule.stated_at, rule.key) for rules in WRITTEN.values() for rule in rules}


@cache
def of_type(type_name: str) -> tuple[Rule, ...]:
    """Rules of a type and of what it derives from, warnings included."""
    definition = definitions.find_type(type_name)
    if definition is None:
        return ()
    return of_type(definition.base) + tuple(_stated_at(type_name))


def _stated_at(type_name: str) -> Iterator[Rule]:
    naming = conformance.naming(type_name)
    yield from (*WRITTEN.get(type_name, ()), *naming)
    yield from expressions.rules(type_name, _SETTLED | {(rule.stated_at, rule.key) for rule in naming})


def errors(type_name: str) -> tuple[Rule, ...]:
    """The rules that decide whether a resource is accepted."""
    return tuple(rule for rule in of_type(type_name) if rule.severity == "error")


def warnings(type_name: str) -> tuple[Rule, ...]:
    """The rules of good practice."""
    return tuple(rule for rule in of_type(type_name) if rule.severity == "warning")


def broken(rules: tuple[Rule, ...], value: dict[str, Any]) -> list[Fault]:
    """A fault for every rule that does not hold, at each place the rule can name."""
    return [fault for rule in rules if not rule.holds(value) for fault in _faults(rule, value)]


def _faults(rule: Rule, value: dict[str, Any]) -> Iterator[Fault]:
    for place in rule.places(value) if rule.places else ("",):
        yield Fault("invariant", f"{rule.key}: {rule.human}", place)
