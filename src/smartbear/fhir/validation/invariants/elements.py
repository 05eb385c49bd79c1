"""Invariants of ElementDefinition, of which a StructureDefinition has hundreds.

The patterns of eld-19 and eld-20 repeat a group that repeats, which expressions may not do here because in
general that takes exponential time; these two do not.
"""

import re
from collections.abc import Callable

from smartbear.fhir.validation.invariants.rule import Object, Rule, has, has_any, has_choice

_NAMED_CHARACTER = r"""[^\s.,:;'"/|?!@#$%&*()\[\]{}]{1,64}"""
_PATH = re.compile(rf"{_NAMED_CHARACTER}(\.{_NAMED_CHARACTER}(\[x\])?(:[^\s.]+)?)*")
_SIMPLE_PATH = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*")
_SLICE_NAME = re.compile(r"[a-zA-Z0-9/\-_\[\]@]+")
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_OF_VALUES = ("defaultValue", "fixed", "pattern", "example", "minValue", "maxValue")
_CODED = {"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"}
_REFERENCES = {"Reference", "canonical"}


def _type_codes(element: Object) -> list[str]:
    return [one["code"] for one in element.get("type", ()) if "code" in one]


def _is_ordered(element: Object) -> bool:
    most = element.get("max", "*")
    return most == "*" or "min" not in element or bool(_COUNT.fullmatch(most) and element["min"] <= int(most))


def _is_by_reference_alone(element: Object) -> bool:
    if not has(element, "contentReference"):
        return True
    values = has_any(element, "type", "maxLength", "binding", "example")
    return not values and not any(has_choice(element, name) for name in _OF_VALUES)


def _is_distinct(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def _constraint_keys(element: Object) -> list[str]:
    return [one["key"] for one in element.get("constraint", ()) if "key" in one]


def _is_bindable(element: Object) -> bool:
    """As eld-11 says; its expression is true of any type, since it asks whether an answer exists."""
    codes = _type_codes(element)
    return not has(element, "binding") or not codes or not _CODED.isdisjoint(codes)


def _of_element(key: str, holds: Callable[[Object], bool]) -> Rule:
    return Rule(key, "ElementDefinition", holds)


RULES: dict[str, tuple[Rule, ...]] = {
    "ElementDefinition": (
        _of_element("eld-2", _is_ordered),
        Rule(
            "eld-3",
            "ElementDefinition.max",
            lambda o: o.get("max", "*") == "*" or bool(_COUNT.fullmatch(o["max"])),
            lambda _: [".max"],
        ),
        _of_element("eld-5", _is_by_reference_alone),
        _of_element("eld-6", lambda o: len(o.get("type", ())) <= 1 or not has_choice(o, "fixed")),
        _of_element("eld-7", lambda o: len(o.get("type", ())) <= 1 or not has_choice(o, "pattern")),
        _of_element("eld-8", lambda o: not (has_choice(o, "fixed") and has_choice(o, "pattern"))),
        _of_element("eld-11", _is_bindable),
        _of_element("eld-13", lambda o: _is_distinct(_type_codes(o))),
        _of_element("eld-14", lambda o: _is_distinct(_constraint_keys(o))),
        _of_element("eld-15", lambda o: not (has(o, "meaningWhenMissing") and has_choice(o, "defaultValue"))),
        _of_element("eld-16", lambda o: "sliceName" not in o or bool(_SLICE_NAME.fullmatch(o["sliceName"]))),
        _of_element("eld-18", lambda o: o.get("isModifier") is not True or has(o, "isModifierReason")),
        _of_element("eld-19", lambda o: "path" not in o or bool(_PATH.fullmatch(o["path"]))),
        _of_element("eld-20", lambda o: "path" not in o or bool(_SIMPLE_PATH.fullmatch(o["path"]))),
        _of_element("eld-22", lambda o: not has(o, "sliceIsConstraining") or has(o, "sliceName")),
    ),
    "ElementDefinition.type": (
        Rule(
            "eld-4",
            "ElementDefinition.type",
            lambda o: not has(o, "aggregation") or o.get("code") in _REFERENCES,
        ),
        Rule(
            "eld-17",
            "ElementDefinition.type",
            lambda o: not has(o, "targetProfile") or o.get("code") in _REFERENCES,
        ),
    ),
}
