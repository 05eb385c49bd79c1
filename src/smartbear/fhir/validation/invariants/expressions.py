"""Invariants as the specification writes them: FHIRPath, compiled when an object of their type is first met.

An invariant is met when its expression says true; nothing (an operand that is not there) is not true, as in
`where` and `iif`. One that fails counts as not met: where the structure is sound only size makes it fail.
"""

from collections.abc import Callable, Collection, Iterator

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Invariant
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.expression import Expression, compiled
from smartbear.fhir.fhirpath.frame import Environment
from smartbear.fhir.fhirpath.items import Element, truth
from smartbear.fhir.occurrences import descend
from smartbear.fhir.validation.invariants.corrections import CORRECTED
from smartbear.fhir.validation.invariants.rule import Object, Rule

_LOOKS_AROUND = ("%resource", "%rootResource", "resolve()")


def met(expression: Expression, value: Element, environment: Environment) -> bool:
    """Whether the value does what the expression asks."""
    try:
        return truth(expression.evaluate(value, environment)) is True
    except FHIRPathError:
        return False


def rules(type_name: str, settled: Collection[tuple[str, str]]) -> Iterator[Rule]:
    """A rule for every invariant asked of an object of this type, but for those `settled` (context, key).

    What is stated at an element without properties of its own is asked of the object that has the element,
    and what needs to see the resource around it is asked of the resource.
    """
    for context in _contexts(type_name):
        path = tuple(context[len(type_name) + 1 :].split(".")) if context != type_name else ()
        for invariant in definitions.invariants(context):
            is_open = (context, invariant.key) not in settled
            if is_open and _is_asked_of(type_name, context, invariant):
                yield _rule(invariant, type_name, path)


def _contexts(type_name: str) -> list[str]:
    named = [type_name, *(f"{type_name}.{name}" for name in definitions.elements(type_name))]
    inside = (name for name in definitions.type_names() if name.startswith(type_name + "."))
    return list(dict.fromkeys([*named, *inside]))


def _is_asked_of(type_name: str, context: str, invariant: Invariant) -> bool:
    if any(word in invariant.expression for word in _LOOKS_AROUND):
        return type_name in definitions.resource_types()
    return context == type_name or definitions.find_type(context) is None


def _rule(invariant: Invariant, type_name: str, path: tuple[str, ...]) -> Rule:
    expression = compiled(CORRECTED.get(invariant.expression, invariant.expression))
    if not path:
        environment = Environment(as_filters=True)
        return Rule(
            invariant.key,
            invariant.context,
            lambda value: met(expression, Element(value, type_name), environment),
        )
    broken = _broken_places(expression, type_name, path)
    return Rule(invariant.key, invariant.context, lambda value: not broken(value), broken)


def _broken_places(
    expression: Expression, type_name: str, path: tuple[str, ...]
) -> Callable[[Object], list[str]]:
    def broken(value: Object) -> list[str]:
        start = Element(value, type_name)
        environment = Environment(resource=start, root=start, as_filters=True)
        return [place for place, found in descend(start, path) if not met(expression, found, environment)]

    return broken
