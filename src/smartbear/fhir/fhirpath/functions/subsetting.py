"""Parts of a collection (section 5.3) and combining collections (5.4)."""

from collections.abc import Sequence

from smartbear.fhir.fhirpath.equality import distinct, key
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame, bounded
from smartbear.fhir.fhirpath.functions.function import Function, of_kind, on_collection
from smartbear.fhir.fhirpath.items import Items, single


def _single(items: Items) -> Items:
    if len(items) > 1:
        raise EvaluationError("Several items were found where single() allows one.")
    return items


def _count(frame: Frame, argument: Compiled) -> int:
    found: int | None = of_kind(single(argument(frame)), int)
    return max(0, found or 0)


def _skip(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return items[_count(frame, arguments[0]) :]


def _take(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return items[: _count(frame, arguments[0])]


def _intersect(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    others = {key(item) for item in arguments[0](frame)}
    return distinct(item for item in items if key(item) in others)


def _exclude(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    others = {key(item) for item in arguments[0](frame)}
    return [item for item in items if key(item) not in others]


def _union(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return bounded(distinct([*items, *arguments[0](frame)]))


def _combine(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return bounded([*items, *arguments[0](frame)])


FUNCTIONS = {
    "single": on_collection(_single),
    "first": on_collection(lambda items: items[:1]),
    "last": on_collection(lambda items: items[-1:]),
    "tail": on_collection(lambda items: items[1:]),
    "skip": Function(_skip, 1, 1),
    "take": Function(_take, 1, 1),
    "intersect": Function(_intersect, 1, 1),
    "exclude": Function(_exclude, 1, 1),
    "union": Function(_union, 1, 1),
    "combine": Function(_combine, 1, 1),
}
