"""Tracing and the present (section 5.9), ``type()`` (6.3)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from smartbear.fhir.fhirpath.frame import Compiled, Frame, each
from smartbear.fhir.fhirpath.functions.function import Function, of_kind, on_collection
from smartbear.fhir.fhirpath.items import Items, single
from smartbear.fhir.fhirpath.temporal import Temporal
from smartbear.fhir.fhirpath.types import type_of


def _trace(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """Passes the input on; the caller's hook sees it, or the projection of it."""
    name = of_kind(single(arguments[0](frame)), str) or ""
    if frame.run.given.trace:
        projected = (
            [made for _, found in each(frame, items, arguments[1]) for made in found]
            if arguments[1:]
            else items
        )
        frame.run.given.trace(name, projected)
    return items


def _clock(present: datetime) -> tuple[int, int, Decimal]:
    seconds = Decimal(present.second) + Decimal(present.microsecond // 1000).scaleb(-3)
    return present.hour, present.minute, seconds.quantize(Decimal("0.001"))


def _today(frame: Frame, _: Items, __: Sequence[Compiled]) -> Items:
    present = frame.run.present
    return [Temporal("Date", (present.year, present.month, present.day))]


def _time_of_day(frame: Frame, _: Items, __: Sequence[Compiled]) -> Items:
    return [Temporal("Time", _clock(frame.run.present))]


def _now(frame: Frame, _: Items, __: Sequence[Compiled]) -> Items:
    present = frame.run.present
    offset = present.utcoffset()
    minutes = None if offset is None else int(offset.total_seconds()) // 60
    parts = (present.year, present.month, present.day, *_clock(present))
    return [Temporal("DateTime", parts, minutes)]


FUNCTIONS = {
    "trace": Function(_trace, 1, 2),
    "now": Function(_now),
    "today": Function(_today),
    "timeOfDay": Function(_time_of_day),
    "type": on_collection(lambda items: [type_of(item) for item in items]),
}
