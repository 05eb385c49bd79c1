"""Invariants as the specification writes them: FHIRPath, compiled when an object of their type is first met.

An invariant is met when its expression says true; nothing (an operand that is not there) is not true, as in
`where` and `iif`. One that fails counts as not met: where the structure is sound only size makes it fail.
"""

from collections.abc import Collection, Iterator

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Invariant
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.expression import Expression, compiled
from smartbear.fhir.fhirpath.frame import Environment
from smartbear.fhir.fhirpath.items import Element, truth
from smartbear.fhir.occurrences import children
from smartbear.fhir.validation.invariants.corrections import CORRECTED
from smartbear.fhir.validation.invariants.rule import Object, Rule

_AS_R4_WRITES = Environment(as_filters=True)


def rules(type_name: str, settled: Collection[tuple[str, str]]) -> Iterator[Rule]:
    """A rule for every invariant asked of an object of this type, but for those `settled` (context, key).

    What is stated at an element without properties of its own is asked of the object that has the element.
    """
    yield from (_own(r) for r in definitions.invariants(type_name) if (type_name, r.key) not in settled)
    for name in definitions.elements(type_name):
        context = f"{type_name}.{name}"
        if definitions.find_type(context) is None:
            stated = definitions.invariants(context)
            yield from (_of_child(r, type_name, name) for r in stated if (context, r.key) not in settled)


def _ready(invariant: Invariant) -> Expression:
    return compiled(CORRECTED.get(invariant.expression, invariant.expression))


def _own(invariant: Invariant) -> Rule:
    expression, type_name = _ready(invariant), invariant.context
    return Rule(invariant.key, type_name, lambda value: _is_met(expression, Element(value, type_name)))


def _of_child(invariant: Invariant, type_name: str, name: str) -> Rule:
    expression = _ready(invariant)

    def broken(value: Object) -> list[str]:
        found = children(Element(value, type_name), name)
        return [place for place, child in found if not _is_met(expression, child)]

    return Rule(invariant.key, invariant.context, lambda value: not broken(value), broken)


def _is_met(expression: Expression, value: Element) -> bool:
    try:
        return truth(expression.evaluate(value, _AS_R4_WRITES)) is True
    except FHIRPathError:
        return False
