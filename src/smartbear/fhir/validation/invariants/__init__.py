"""Invariants of the specification as Python functions, one per key; the wording comes from the tables.

Owns: which invariants are checked (`implemented`), for the types the platform writes and the data types they
are made of. Invariants that JSON's structure already settles (ele-1, dom-2 to dom-5, ref-1, sqty-1, txt-1,
txt-2) are checked where that structure is.

Refuses to know: FHIRPath. A rule is asked about one object whose structure has been found sound.
"""

from collections.abc import Iterator
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.validation.fault import Fault
from smartbear.fhir.validation.invariants import administrative, bundles, clinical, datatypes, questionnaires
from smartbear.fhir.validation.invariants.rule import Rule

_RULES: dict[str, tuple[Rule, ...]] = {
    **datatypes.RULES,
    **administrative.RULES,
    **clinical.RULES,
    **bundles.RULES,
    **questionnaires.RULES,
}

_BY_STRUCTURE = {
    ("Element", "ele-1"),
    *(("DomainResource", key) for key in ("dom-2", "dom-3", "dom-4", "dom-5")),
    ("Reference", "ref-1"),
    ("Quantity", "sqty-1"),
    *(("Narrative.div", key) for key in ("txt-1", "txt-2")),
}


def implemented() -> frozenset[tuple[str, str]]:
    """Context and key of every invariant the validator checks; keys alone are not unique (`inv-1`)."""
    return frozenset(_BY_STRUCTURE | {(r.stated_at, r.key) for rules in _RULES.values() for r in rules})


def of_type(type_name: str) -> tuple[Rule, ...]:
    """Rules of a type and of what it derives from."""
    definition = definitions.find_type(type_name)
    if definition is None:
        return ()
    return of_type(definition.base) + _RULES.get(type_name, ())


def broken(rules: tuple[Rule, ...], value: dict[str, Any]) -> list[Fault]:
    """A fault for every rule that does not hold, at each place the rule can name."""
    return [fault for rule in rules if not rule.holds(value) for fault in _faults(rule, value)]


def _faults(rule: Rule, value: dict[str, Any]) -> Iterator[Fault]:
    for place in rule.places(value) if rule.places else ("",):
        yield Fault("invariant", f"{rule.key}: {rule.human}", place)
