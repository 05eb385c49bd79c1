"""Existence and counting (FHIRPath N1, section 5.1)."""

from collections.abc import Callable, Sequence

from smartbear.fhir.fhirpath.equality import distinct, key
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame, each
from smartbear.fhir.fhirpath.functions.function import Function, on_collection
from smartbear.fhir.fhirpath.items import Items, system_value, truth


def _exists(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    if not arguments:
        return [bool(items)]
    return [any(truth(met) for _, met in each(frame, items, arguments[0]))]


def _all(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return [all(truth(met) for _, met in each(frame, items, arguments[0]))]


def _not(items: Items) -> Items:
    value = truth(items)
    return [] if value is None else [not value]


def _booleans(quantifier: Callable[[list[bool]], bool], wanted: bool) -> Function:  # noqa: FBT001 - which of the two
    def answer(items: Items) -> Items:
        values = [system_value(item) for item in items]
        if not all(isinstance(value, bool) for value in values):
            raise EvaluationError("Only booleans can be counted as true or false.")
        return [quantifier([value is wanted for value in values])]

    return on_collection(answer)


def _subset(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    others = {key(item) for item in arguments[0](frame)}
    return [all(key(item) in others for item in items)]


def _superset(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    these = {key(item) for item in items}
    return [all(key(item) in these for item in arguments[0](frame))]


FUNCTIONS = {
    "empty": on_collection(lambda items: [not items]),
    "exists": Function(_exists, 0, 1),
    "all": Function(_all, 1, 1),
    "not": on_collection(_not),
    "allTrue": _booleans(all, wanted=True),
    "anyTrue": _booleans(any, wanted=True),
    "allFalse": _booleans(all, wanted=False),
    "anyFalse": _booleans(any, wanted=False),
    "subsetOf": Function(_subset, 1, 1),
    "supersetOf": Function(_superset, 1, 1),
    "count": on_collection(lambda items: [len(items)]),
    "distinct": on_collection(distinct),
    "isDistinct": on_collection(lambda items: [len(distinct(items)) == len(items)]),
}
