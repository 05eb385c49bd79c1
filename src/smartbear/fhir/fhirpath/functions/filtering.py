"""Filtering and projection (section 5.2), tree navigation (5.8) and aggregates (7)."""

from collections import deque
from collections.abc import Hashable, Sequence
from itertools import chain

from smartbear.fhir.fhirpath.equality import key
from smartbear.fhir.fhirpath.frame import Compiled, Frame, bounded, each
from smartbear.fhir.fhirpath.functions.function import Function, on_collection
from smartbear.fhir.fhirpath.items import Element, Items, truth


def _where(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return [item for item, met in each(frame, items, arguments[0]) if truth(met)]


def _select(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return bounded([made for _, found in each(frame, items, arguments[0]) for made in found])


def _repeat(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """Applies the projection to what it yields until nothing new comes."""
    found: Items = []
    seen: set[Hashable] = set()
    waiting = deque(items)
    while waiting:
        for _, made in each(frame, [waiting.popleft()], arguments[0]):
            new = [item for item in made if key(item) not in seen]
            seen.update(key(item) for item in new)
            found += new
            waiting += new
        bounded(found)
    return found


def _children(items: Items) -> Items:
    return list(chain.from_iterable(item.all_children() for item in items if isinstance(item, Element)))


def _descendants(items: Items) -> Items:
    found: Items = []
    level = _children(items)
    while level:
        found = bounded(found + level)
        level = _children(level)
    return found


def _aggregate(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    total = arguments[1](frame) if len(arguments) > 1 else []
    for index, item in enumerate(items):
        total = arguments[0](Frame(frame.run, [item], index, total))
    return total


FUNCTIONS = {
    "where": Function(_where, 1, 1),
    "select": Function(_select, 1, 1),
    "repeat": Function(_repeat, 1, 1),
    "children": on_collection(_children),
    "descendants": on_collection(_descendants),
    "aggregate": Function(_aggregate, 1, 2),
}
