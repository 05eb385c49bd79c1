"""Path → decision for every path of every R4 type, compiled from the rules and the definitions.

Default deny: what no rule names is dropped, and `Decision.rule` is None there.
"""

from collections.abc import Iterator
from functools import cache

import msgspec

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Field
from smartbear.fhir.pseudonymisation.rules import Action, Rule, rules


class Decision(msgspec.Struct, frozen=True):
    """What becomes of an element, and why."""

    action: Action
    how: str = ""
    why: str = "No rule names it."
    rule: str | None = None
    """The selector that decided; None if nobody classified the element."""


_UNCLASSIFIED = Decision("drop")


@cache
def released() -> frozenset[str]:
    """Resource types that leave at all."""
    return frozenset(rules().released.types)


@cache
def withheld() -> dict[str, str]:
    """Resource types that were looked at and stay, with the reason."""
    return {name: group.why for group in rules().withheld for name in group.types}


@cache
def _selected() -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for rule in rules().rule:
        for selector in (*rule.types, *rule.elements):
            if selector in found:
                raise ValueError(f"{selector} is decided twice.")
            found[selector] = _decision(rule, selector)
    return found


def _decision(rule: Rule, selector: str) -> Decision:
    return Decision(rule.action, rule.how, rule.why, selector)


def selectors() -> frozenset[str]:
    """Everything a rule names."""
    return frozenset(_selected())


@cache
def decide(owner: str, name: str) -> Decision:
    """About the property ``name`` of ``owner``: a data type, backbone element or released resource type."""
    field = definitions.fields(owner)[name]
    found = _selected()
    names = (f"{each}.{name}" for each in _lineage(owner))
    special = next((found[each] for each in names if each in found), None)
    return special or found.get(kind_of(field), _UNCLASSIFIED)


def _lineage(name: str) -> Iterator[str]:
    while name:
        yield name
        known = definitions.find_type(name)
        name = known.base if known else ""


def kind_of(field: Field) -> str:
    """The selector of an element's data type: backbone elements are one, and so are bound codes."""
    definition = definitions.find_type(field.type)
    if definition is not None and definition.kind == "backbone":
        return "BackboneElement"
    return "code bound" if field.type == "code" and field.element.binding else field.type


def resource(type_name: str) -> Decision | None:
    """About a whole resource type; None if it is released, and its elements are decided one by one."""
    if type_name in released():
        return None
    why = withheld().get(type_name)
    return _UNCLASSIFIED if why is None else Decision("drop", "", why, type_name)


def paths(type_name: str) -> Iterator[tuple[str, Decision]]:
    """Every path below a resource or data type in the form of JSON, with what was decided.

    What is below something dropped is dropped with it. A type inside itself (items of items) is as above.
    """
    yield from _below(
        type_name, type_name, (type_name,), resource(type_name) if _is_root(type_name) else None
    )


def _is_root(type_name: str) -> bool:
    return type_name in definitions.resource_types()


def _below(
    path: str, owner: str, above: tuple[str, ...], dropped: Decision | None
) -> Iterator[tuple[str, Decision]]:
    for name, field in definitions.fields(owner).items():
        if field.element.max == 0:
            continue
        place, decision = f"{path}.{name}", dropped or decide(owner, name)
        yield place, decision
        if field.type not in above and field.type not in _LEAVES and definitions.fields(field.type):
            below = decision if decision.action == "drop" else None
            yield from _below(place, field.type, (*above, field.type), below)


_LEAVES = frozenset({"Extension", "Resource"})
"""Roots of tables of their own."""
