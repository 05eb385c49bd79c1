"""Tree → closures; functions, operators and types are looked up once, when an expression is compiled."""

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.arithmetic import negative
from smartbear.fhir.fhirpath.errors import EvaluationError, ExpressionTypeError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.functions import COMPARING, FUNCTIONS
from smartbear.fhir.fhirpath.functions.sorting import sorting
from smartbear.fhir.fhirpath.items import Element, Items, TypeInfo, is_number, single, truth
from smartbear.fhir.fhirpath.operators import OPERATORS, Operator
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.tree import (
    Binary,
    Call,
    External,
    Index,
    Literal,
    Name,
    Node,
    Sign,
    TypeTest,
    Variable,
)
from smartbear.fhir.fhirpath.types import as_type, is_type, type_name
from smartbear.fhir.fhirpath.variables import external


def compile_node(node: Node) -> Compiled:  # noqa: PLR0911 - one answer for each kind of node
    """The closure that evaluates a node."""
    match node:
        case Literal(value):
            constant: Items = [] if value is None else [value]
            return lambda _: constant
        case Name(source, name):
            return _head(name) if source is None else _member(compile_node(source), name)
        case Call():
            return _call(node)
        case Index(source, index):
            return _index(compile_node(source), compile_node(index))
        case Variable(name):
            return _variable(name)
        case External(name):
            return external(name)
        case Sign(symbol, operand):
            return _sign(symbol, compile_node(operand))
        case TypeTest(symbol, operand, type_of):
            return _type_test(symbol, compile_node(operand), type_of)
        case Binary(symbol, left, right):
            return _binary(symbol, compile_node(left), compile_node(right))


def _child_items(items: Items, name: str) -> Items:
    found: Items = []
    for item in items:
        if isinstance(item, Element):
            found.extend(item.children(name))
        elif isinstance(item, TypeInfo):
            found.extend(getattr(item, field) for field in item._fields if field == name)
    return found


def _member(source: Compiled, name: str) -> Compiled:
    def evaluate(frame: Frame) -> Items:
        items = source(frame)
        found = _child_items(items, name)
        frame.run.budget.spend(len(items) + len(found))
        return found

    return evaluate


def _head(name: str) -> Compiled:
    """At the start a name may be the type of the focus (``Patient.name``)."""
    if definitions.find_type(name) is None:
        return lambda frame: _child_items(frame.this, name)

    def evaluate(frame: Frame) -> Items:
        this = frame.this
        of_type: Items = [i for i in this if isinstance(i, Element) and definitions.is_a(i.type, name)]
        return of_type or _child_items(this, name)

    return evaluate


def _call(node: Call) -> Compiled:
    source = _focus if node.source is None else compile_node(node.source)
    if node.name in {"is", "as", "ofType"} and len(node.arguments) == 1:
        return _type_test(node.name, source, type_name(node.arguments[0]))
    if node.name == "sort":
        return sorting(source, [_sort_key(argument) for argument in node.arguments])
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise ExpressionTypeError(f"There is no function named {node.name}.")
    if not function.least <= len(node.arguments) <= function.most:
        raise ExpressionTypeError(f"The function {node.name} was given the wrong number of arguments.")
    arguments = [compile_node(argument) for argument in node.arguments]
    if node.name in COMPARING:
        source, arguments = _compared(source), [_compared(argument) for argument in arguments]

    def evaluate(frame: Frame) -> Items:
        items, budget = source(frame), frame.run.budget
        budget.spend_on(items)
        found = function.apply(frame, items, arguments)
        budget.spend_on(found)
        return found

    return evaluate


def _compared(source: Compiled) -> Compiled:
    def evaluate(frame: Frame) -> Items:
        items = source(frame)
        frame.run.budget.spend_on_comparing(items)
        return items

    return evaluate


def _focus(frame: Frame) -> Items:
    return frame.this


def _sort_key(node: Node) -> tuple[Compiled, bool]:
    """A leading minus asks for descending order, of text too."""
    match node:
        case Sign("-", operand):
            return compile_node(operand), True
    return compile_node(node), False


def _index(source: Compiled, index: Compiled) -> Compiled:
    def evaluate(frame: Frame) -> Items:
        place = single(index(frame))
        if place is None:
            return []
        if not isinstance(place, int) or isinstance(place, bool):
            raise EvaluationError("An index is an integer.")
        items = source(frame)
        return items[place : place + 1] if place >= 0 else []

    return evaluate


def _variable(name: str) -> Compiled:
    if name == "this":
        return _focus
    if name == "total":
        return lambda frame: frame.total
    return lambda frame: [] if frame.index is None else [frame.index]


def _sign(symbol: str, operand: Compiled) -> Compiled:
    if symbol == "-":
        return lambda frame: negative(operand(frame))

    def positive(frame: Frame) -> Items:
        value = single(operand(frame))
        if value is None or is_number(value) or isinstance(value, Quantity):
            return [] if value is None else [value]
        raise EvaluationError("Only numbers and quantities have a sign.")

    return positive


def _type_test(symbol: str, operand: Compiled, name: str) -> Compiled:
    test = is_type(name) if symbol == "is" else as_type(name)

    def evaluate(frame: Frame) -> Items:
        items = operand(frame)
        if len(items) > 1 and symbol != "ofType" and not (symbol == "as" and frame.run.given.as_filters):
            raise EvaluationError(f"Several items were found where {symbol} needs one.")
        return [test(item) for item in items] if symbol == "is" else [item for item in items if test(item)]

    return evaluate


def _binary(symbol: str, left: Compiled, right: Compiled) -> Compiled:
    operator, decided = OPERATORS[symbol], _DECIDED.get(symbol)
    if decided is None:
        return _counted(operator, left, right, symbol)
    enough, result = decided

    def evaluate(frame: Frame) -> Items:
        first = left(frame)
        return [result] if truth(first) is enough else operator(first, right(frame))

    return evaluate


def _counted(operator: Operator, left: Compiled, right: Compiled, symbol: str) -> Compiled:
    compares, in_any_order = symbol in _COMPARISONS, symbol in {"~", "!~"}

    def evaluate(frame: Frame) -> Items:
        first, second, budget = left(frame), right(frame), frame.run.budget
        budget.spend(len(first) * len(second) if in_any_order else len(first) + len(second))
        if compares:
            budget.spend_on_comparing([*first, *second])
        found = operator(first, second)
        budget.spend_on(found)
        return found

    return evaluate


_COMPARISONS = frozenset({"=", "!=", "~", "!~", "|", "in", "contains"})

# operator → the left side that settles it, and how; the right side is then not evaluated
_DECIDED = {"and": (False, False), "or": (True, True), "implies": (False, True)}
