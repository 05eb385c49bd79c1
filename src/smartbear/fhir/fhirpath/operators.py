"""Binary operators (FHIRPath N1, section 6), each over two evaluated collections.

``and``, ``or``, ``xor`` and ``implies`` are three-valued: ``None`` stands for the empty collection.
"""

from collections.abc import Callable
from decimal import Decimal

from smartbear.fhir.fhirpath import quantities, temporal
from smartbear.fhir.fhirpath.arithmetic import add, divide, modulo, multiply, quotient, subtract
from smartbear.fhir.fhirpath.equality import alike, distinct, equal, equivalent, items_equal
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import bounded, bounded_text
from smartbear.fhir.fhirpath.items import Item, Items, answer, single, truth
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import Temporal

Operator = Callable[[Items, Items], Items]


def _ordering(accept: Callable[[int], bool]) -> Operator:
    def compare(left: Items, right: Items) -> Items:
        first, second = single(left), single(right)
        if first is None or second is None:
            return []
        order = compare_items(first, second)
        return [] if order is None else [accept(order)]

    return compare


def compare_items(left: Item, right: Item) -> int | None:
    """-1, 0 or 1 for values of one kind; ``None`` when it cannot be known; an error for two kinds."""
    first, second = alike(left, right)
    match first, second:
        case Temporal(), Temporal() if (first.kind == "Time") == (second.kind == "Time"):
            return temporal.compare(first, second)
        case Quantity(), Quantity():
            return quantities.compare(first, second)
        case str(), str():
            return (first > second) - (first < second)
        case int() | Decimal(), int() | Decimal() if not isinstance(first, bool) and not isinstance(
            second, bool
        ):
            return (first > second) - (first < second)
    raise EvaluationError("Values of these types cannot be compared.")


def _equals(left: Items, right: Items) -> Items:
    return answer(equal(left, right))


def _differs(left: Items, right: Items) -> Items:
    same = equal(left, right)
    return [] if same is None else [not same]


def _union(left: Items, right: Items) -> Items:
    return bounded(distinct([*left, *right]))


def _in(left: Items, right: Items) -> Items:
    if len(left) > 1:
        raise EvaluationError("Membership is asked for one item at a time.")
    return [any(items_equal(left[0], item) for item in right)] if left else []


def _concatenate(left: Items, right: Items) -> Items:
    texts = [single(side) for side in (left, right)]
    if not all(text is None or isinstance(text, str) for text in texts):
        raise EvaluationError("Only text can be joined with &.")
    return [bounded_text("".join(text for text in texts if isinstance(text, str)))]


def _and(left: Items, right: Items) -> Items:
    sides = truth(left), truth(right)
    return answer(False if False in sides else None if None in sides else True)


def _or(left: Items, right: Items) -> Items:
    sides = truth(left), truth(right)
    return answer(True if True in sides else None if None in sides else False)


def _xor(left: Items, right: Items) -> Items:
    first, second = truth(left), truth(right)
    return [] if first is None or second is None else [first != second]


def _implies(left: Items, right: Items) -> Items:
    premise = truth(left)
    return _or([] if premise is None else [not premise], right)


OPERATORS: dict[str, Operator] = {
    "=": _equals,
    "!=": _differs,
    "~": lambda left, right: [equivalent(left, right)],
    "!~": lambda left, right: [not equivalent(left, right)],
    "<": _ordering(lambda order: order < 0),
    "<=": _ordering(lambda order: order <= 0),
    ">": _ordering(lambda order: order > 0),
    ">=": _ordering(lambda order: order >= 0),
    "|": _union,
    "in": _in,
    "contains": lambda left, right: _in(right, left),
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
    "&": _concatenate,
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "div": quotient,
    "mod": modulo,
}
