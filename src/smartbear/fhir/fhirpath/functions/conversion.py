"""``iif`` and the ``toX`` / ``convertsToX`` pairs (section 5.5)."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from smartbear.fhir.fhirpath import temporal
from smartbear.fhir.fhirpath.arithmetic import fitting
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.functions.function import Function, of_kind
from smartbear.fhir.fhirpath.items import Item, Items, Scalar, single
from smartbear.fhir.fhirpath.quantities import CALENDAR_UCUM, Quantity, convert, known_unit
from smartbear.fhir.fhirpath.temporal import Kind, Temporal

_TRUE = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}
_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,28}(\.\d{1,28})?", re.ASCII)
_QUANTITY = re.compile(
    r"(?P<value>[+-]?\d{1,28}(?:\.\d{1,28})?)\s*(?:'(?P<code>[^']+)'|(?P<word>[a-z]+))?", re.ASCII
)


def _iif(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """The input is ``$this`` of all three arguments; only the branch that is chosen is evaluated."""
    if len(items) > 1:
        raise EvaluationError("Several items were found where iif() needs one.")
    inner = Frame(frame.run, items or frame.this, frame.index, frame.total)
    criterion = of_kind(single(arguments[0](inner)), bool)
    if criterion:
        return arguments[1](inner)
    return arguments[2](inner) if len(arguments) > len(("criterion", "true")) else []


def to_boolean(value: Item) -> bool | None:
    """The words and numbers of the specification's table."""
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, str | int | Decimal) else ""
    return True if text in _TRUE else False if text in _FALSE else None


def to_integer(value: Item) -> int | None:
    """Integers, booleans and text that is an integer."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return fitting(int(value))  # type: ignore[return-value]  # an int stays one
    return None


def to_decimal(value: Item) -> Decimal | None:
    """Numbers, booleans and text that is a decimal."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def to_string(value: Item) -> str | None:
    """How a literal is written; temporal values without their at sign."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, str | int | Temporal | Quantity) else None


def to_quantity(value: Item) -> Quantity | None:
    """Numbers have the unit 1; text is a number with a UCUM code in quotes or a calendar word."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, int | Decimal):
        return Quantity(Decimal(value), "1")
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match["word"] and match["word"] not in CALENDAR_UCUM):
        return None
    return Quantity(Decimal(match["value"]), match["code"] or match["word"] or "1")


def _to_temporal(kind: Kind) -> Callable[[Item], Scalar | None]:
    def convert_to(value: Item) -> Scalar | None:
        if isinstance(value, str):
            return temporal.parse(kind, value)
        if isinstance(value, Temporal) and value.kind == kind:
            return value
        if isinstance(value, Temporal) and {value.kind, kind} == {"Date", "DateTime"}:
            return Temporal(kind, value.parts[:3])
        return None

    return convert_to


def _pair(name: str, convert_to: Callable[[Item], Scalar | None]) -> dict[str, Function]:
    def to(_: Frame, items: Items, __: Sequence[Compiled]) -> Items:
        value = single(items)
        found = None if value is None else convert_to(value)
        return [] if found is None else [found]

    def converts(_: Frame, items: Items, __: Sequence[Compiled]) -> Items:
        value = single(items)
        return [] if value is None else [convert_to(value) is not None]

    return {f"to{name}": Function(to), f"convertsTo{name}": Function(converts)}


def _in_unit(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """``toQuantity(unit)``: converted, or empty when the units do not compare."""
    value = single(items)
    found = None if value is None else to_quantity(value)
    wanted: str | None = of_kind(single(arguments[0](frame)), str) if arguments else None
    if found is None or wanted is None:
        return [found] if found and not arguments else []
    source, target = known_unit(found.unit), known_unit(wanted)
    if source is None or target is None or source.dimension != target.dimension:
        return []
    return [Quantity(convert(found, target), wanted)]


def _converts_in_unit(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    return [bool(_in_unit(frame, items, arguments))] if items else []


FUNCTIONS = {
    "iif": Function(_iif, 2, 3),
    **_pair("Boolean", to_boolean),
    **_pair("Integer", to_integer),
    **_pair("Decimal", to_decimal),
    **_pair("String", to_string),
    **_pair("Date", _to_temporal("Date")),
    **_pair("DateTime", _to_temporal("DateTime")),
    **_pair("Time", _to_temporal("Time")),
    "toQuantity": Function(_in_unit, 0, 1),
    "convertsToQuantity": Function(_converts_in_unit, 0, 1),
}
