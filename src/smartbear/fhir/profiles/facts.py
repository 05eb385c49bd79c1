"""What one ElementDefinition asks of its element beyond what the type asks already."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.items import Element
from smartbear.fhir.profiles.tree import Binding, Constraint, Discriminator, Node, Slicing, TypeRule
from smartbear.fhir.validation.invariants.corrections import CORRECTED

DEFINITIONS = "http://hl7.org/fhir/StructureDefinition/"


def apply(
    node: Node, given: dict[str, Any], core: definitions.Element | None, *, is_slice: bool = False
) -> None:
    """Add to a node what the element says; `core` is the type's own definition of the element."""
    _apply_cardinality(node, given, None if is_slice else core)
    _apply_values(node, given)
    if "type" in given and (types := _types(given, core)):
        node.types = types
    if "contentReference" in given:
        node.reference = tuple(given["contentReference"].rpartition("#")[2].split(".")[1:])
    if "binding" in given:
        node.binding = _binding(given["binding"], core) or node.binding
    known = {one.key for one in node.constraints}
    node.constraints += tuple(one for one in _constraints(given) if one.key not in known)
    if "slicing" in given:
        node.slicing = _slicing(given["slicing"])


def _apply_cardinality(node: Node, given: dict[str, Any], core: definitions.Element | None) -> None:
    least, most = given.get("min", 0), given.get("max", "*")
    if core is None or least > core.min:
        node.min = max(node.min, least)
    if most != "*" and (core is None or core.max is None or int(most) < core.max):
        node.max = int(most) if node.max is None else min(node.max, int(most))


def _apply_values(node: Node, given: dict[str, Any]) -> None:
    for name, value in given.items():
        if name.startswith("fixed"):
            node.fixed = Element(value, _type_of(name, "fixed"))
        elif name.startswith("pattern"):
            node.pattern = Element(value, _type_of(name, "pattern"))
        elif name.startswith("minValue"):
            node.least = Element(value, _type_of(name, "minValue"))
        elif name.startswith("maxValue"):
            node.most = Element(value, _type_of(name, "maxValue"))
    node.max_length = given.get("maxLength", node.max_length)


def _type_of(name: str, prefix: str) -> str:
    code = name.removeprefix(prefix)
    primitive = code[0].lower() + code[1:]
    return code if definitions.find_type(code) else primitive


def _types(given: dict[str, Any], core: definitions.Element | None) -> tuple[TypeRule, ...]:
    """Empty if they are those of the type itself."""
    rules = tuple(
        TypeRule(
            each["code"],
            tuple(each.get("profile", ())),
            tuple(each.get("targetProfile", ())),
            tuple(each.get("aggregation", ())),
        )
        for each in given["type"]
        if not each["code"].startswith("http://hl7.org/fhirpath/")
    )
    own = [(each.code.partition(".")[0], each.targets) for each in core.types] if core else []
    return () if core and all(_is_plain(rule, core) for rule in rules) and len(rules) == len(own) else rules


def _is_plain(rule: TypeRule, core: definitions.Element) -> bool:
    """Whether the rule says no more than the element's definition does."""
    if rule.aggregation or (rule.profiles and rule.profiles != (DEFINITIONS + "SimpleQuantity",)):
        return False
    named = {target.removeprefix(DEFINITIONS) for target in rule.targets} - {"Resource"}
    for each in core.types:
        is_backbone = "." in each.code and rule.code in {"BackboneElement", "Element"}
        if (each.code == rule.code or is_backbone) and named == set(each.targets):
            return True
    return False


def _binding(given: dict[str, Any], core: definitions.Element | None) -> Binding | None:
    url = given.get("valueSet", "").partition("|")[0]
    strength = given.get("strength")
    if not url or strength not in {"required", "extensible"} or (core and core.binding == url):
        return None
    return Binding(strength, url)


@cache
def _stated_by_types() -> frozenset[tuple[str, str]]:
    """Key and expression of what every resource is held to anyway."""
    contexts = (
        context
        for kind in definitions.type_names()
        for context in (kind, *(f"{kind}.{name}" for name in definitions.elements(kind)))
    )
    return frozenset((r.key, r.expression) for context in contexts for r in definitions.invariants(context))


def _constraints(given: dict[str, Any]) -> Iterator[Constraint]:
    for one in given.get("constraint", ()):
        expression = one.get("expression", "")
        if (one["key"], expression) in _stated_by_types():
            continue
        try:
            ready = compiled(CORRECTED.get(expression, expression)) if expression else None
        except FHIRPathError:
            ready = None
        yield Constraint(one["key"], one["severity"], one["human"], ready)


def _slicing(given: dict[str, Any]) -> Slicing:
    found = tuple(Discriminator(one["type"], one["path"]) for one in given.get("discriminator", ()))
    return Slicing(found, given["rules"], ordered=given.get("ordered", False))
