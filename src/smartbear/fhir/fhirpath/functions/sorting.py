"""``sort()``: by keys that may be descending; an item without a key comes last, or first when descending."""

from collections.abc import Sequence
from functools import cmp_to_key

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame, each
from smartbear.fhir.fhirpath.items import Item, Items, single
from smartbear.fhir.fhirpath.operators import compare_items

Row = tuple[Item, list[Item | None]]  # an item and its keys


def sorting(source: Compiled, keys: Sequence[tuple[Compiled, bool]]) -> Compiled:
    """``keys`` are projections and whether each is descending; without any, the items are the keys."""
    keys = keys or [(_itself, False)]
    descending = [down for _, down in keys]

    def compare(left: Row, right: Row) -> int:
        return _compare(left[1], right[1], descending)

    def evaluate(frame: Frame) -> Items:
        items = source(frame)
        frame.run.budget.spend(len(items) * len(items).bit_length())
        rows: list[Row] = [(item, []) for item in items]
        for key, _ in keys:
            for (_, row), (_, made) in zip(rows, each(frame, items, key), strict=True):
                row.append(single(made))
        return [item for item, _ in sorted(rows, key=cmp_to_key(compare))]

    return evaluate


def _itself(frame: Frame) -> Items:
    return frame.this


def _compare(left: Sequence[Item | None], right: Sequence[Item | None], descending: Sequence[bool]) -> int:
    for first, second, down in zip(left, right, descending, strict=True):
        order = _order(first, second)
        if order:
            return -order if down else order
    return 0


def _order(left: Item | None, right: Item | None) -> int:
    if left is None or right is None:
        return (left is None) - (right is None)
    order = compare_items(left, right)
    if order is None:
        raise EvaluationError("Some items have no order among themselves.")
    return order
