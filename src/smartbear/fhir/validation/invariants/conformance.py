"""Invariants of conformance resources that FHIRPath would answer slowly, or our engine not at all.

Codes of a large code system are compared in one walk. The patterns of eld-19 and eld-20 repeat a group that
repeats, which expressions may not do here because in general that takes exponential time; these two do not.
"""

import re
from collections.abc import Iterator

from smartbear.fhir import definitions
from smartbear.fhir.validation.invariants.rule import Object, Rule

_NAMED_CHARACTER = r"""[^\s.,:;'"/|?!@#$%&*()\[\]{}]{1,64}"""
_PATH = re.compile(rf"{_NAMED_CHARACTER}(\.{_NAMED_CHARACTER}(\[x\])?(:[^\s.]+)?)*")
_SIMPLE_PATH = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*")
_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}")


def _concepts(value: Object, place: str = "") -> Iterator[tuple[str, str]]:
    for index, concept in enumerate(value.get("concept", ())):
        here = f"{place}.concept[{index}]"
        if "code" in concept:
            yield concept["code"], f"{here}.code"
        yield from _concepts(concept, here)


def _repeated_codes(code_system: Object) -> list[str]:
    seen: set[str] = set()
    places = []
    for code, place in _concepts(code_system):
        if code in seen:
            places.append(place)
        seen.add(code)
    return places


def _matches(pattern: re.Pattern[str], name: str) -> Rule:
    """The rule that says so of an element path."""
    key = {_PATH: "eld-19", _SIMPLE_PATH: "eld-20"}[pattern]
    return Rule(key, "ElementDefinition", lambda o: name not in o or bool(pattern.fullmatch(o[name])))


def _is_usable_name(value: Object) -> bool:
    return "name" not in value or bool(_NAME.fullmatch(value["name"]))


def _naming(resource_type: str) -> tuple[Rule, ...]:
    """«Name should be usable as an identifier»: each conformance resource says it under a key of its own."""
    stated = (r for r in definitions.invariants(resource_type) if r.expression.startswith("name.matches("))
    return tuple(Rule(r.key, resource_type, _is_usable_name) for r in stated)


def rules(type_name: str) -> tuple[Rule, ...]:
    """The rules stated at a type."""
    return _RULES.get(type_name, ()) + _naming(type_name)


_RULES: dict[str, tuple[Rule, ...]] = {
    "CodeSystem": (Rule("csd-1", "CodeSystem", lambda o: not _repeated_codes(o), _repeated_codes),),
    "ElementDefinition": (_matches(_PATH, "path"), _matches(_SIMPLE_PATH, "path")),
}
