"""What can be said against an expression before it runs, knowing the type it starts from.

Follows the types of elements through paths and functions. Where a type is not known (children of anything,
results of functions) nothing is checked: a silent checker is not a promise that the expression finds
something.
"""

from dataclasses import dataclass

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import ExpressionTypeError
from smartbear.fhir.fhirpath.items import primitive_types
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
from smartbear.fhir.fhirpath.types import type_name

_SAME = {
    "where",
    "first",
    "last",
    "tail",
    "skip",
    "take",
    "single",
    "trace",
    "distinct",
    "intersect",
    "exclude",
    "sort",
}
_ORDERED = {"first", "last", "tail", "skip", "take"}
_ON_EACH = {"where", "select", "repeat", "all", "exists", "trace", "aggregate", "iif", "sort"}
_UNORDERED = {"children", "descendants"}
_OF_PRIMITIVES = {"id", "extension", "value"}


@dataclass(frozen=True, slots=True)
class Shape:
    """Types the items may have (``None``: not known) and whether their order means anything."""

    types: frozenset[str] | None
    ordered: bool = True


_UNKNOWN = Shape(None)


def check(tree: Node, start: str, *, ordered: bool = False) -> Shape:
    """Shape of what the expression finds from ``start``, or ``ExpressionTypeError``.

    With ``ordered``, taking items by place from a collection without an order is an error too.
    """
    return _Checker(Shape(frozenset({start})), ordered=ordered).shape(tree)


class _Checker:
    """Checks below one focus."""

    def __init__(self, focus: Shape, *, ordered: bool) -> None:
        self._focus = focus
        self._ordered = ordered

    def shape(self, node: Node) -> Shape:  # noqa: PLR0911 - one answer for each kind of node
        """What the node finds below the focus."""
        match node:
            case Name(None, name):
                return self._head(name)
            case Name(source, name) if source is not None:
                return _child(self.shape(source), name)
            case Call():
                return self._call(node)
            case Index(source, index):
                self.shape(index)
                return self._by_place(self.shape(source))
            case Variable("this"):
                return self._focus
            case TypeTest(symbol, operand, name):
                self.shape(operand)
                return Shape(frozenset({name})) if symbol == "as" else _UNKNOWN
            case Binary("|", left, right):
                return _either(self.shape(left), self.shape(right))
        return self._without_shape(node)

    def _without_shape(self, node: Node) -> Shape:
        match node:
            case Binary(_, left, right):
                self.shape(left)
                self.shape(right)
            case Sign(_, operand):
                self.shape(operand)
            case Literal() | Variable() | External():
                pass
        return _UNKNOWN

    def _head(self, name: str) -> Shape:
        types = self._focus.types or ()
        if definitions.find_type(name) and any(definitions.is_a(kind, name) for kind in types):
            return self._focus
        return _child(self._focus, name)

    def _call(self, node: Call) -> Shape:
        source = self._focus if node.source is None else self.shape(node.source)
        if node.name in {"is", "as", "ofType"}:
            named = type_name(node.arguments[0]) if node.arguments else ""
            return _UNKNOWN if node.name == "is" else Shape(frozenset({named.removeprefix("FHIR.")}))
        inner = _Checker(source, ordered=self._ordered) if node.name in _ON_EACH else self
        arguments = [inner.shape(argument) for argument in node.arguments]
        return self._result(node.name, source, arguments)

    def _result(self, name: str, source: Shape, arguments: list[Shape]) -> Shape:
        if name in _ORDERED:
            return self._by_place(source)
        if name in _SAME:
            return source
        if name in {"select", "repeat"} and arguments:
            return arguments[0]
        if name in {"union", "combine"} and arguments:
            return _either(source, arguments[0])
        if name == "extension":
            return Shape(frozenset({"Extension"}))
        return Shape(None, ordered=False) if name in _UNORDERED else _UNKNOWN

    def _by_place(self, source: Shape) -> Shape:
        if self._ordered and not source.ordered:
            raise ExpressionTypeError("Items are taken by their place where there is no order.")
        return source


def _either(left: Shape, right: Shape) -> Shape:
    if left.types is None or right.types is None:
        return _UNKNOWN
    return Shape(left.types | right.types)


def _child(source: Shape, name: str) -> Shape:
    if source.types is None:
        return _UNKNOWN
    found: set[str] = set()
    for kind in source.types:
        if kind == "Resource" or definitions.find_type(kind) is None:
            return _UNKNOWN
        if kind in primitive_types():
            if name in _OF_PRIMITIVES:
                return _UNKNOWN
            continue
        if element := definitions.element(kind, name):
            found.update(child.code for child in element.types)
    if not found:
        raise ExpressionTypeError("The expression names an element that the type does not have.")
    return Shape(frozenset(found))
