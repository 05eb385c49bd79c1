"""Where in a resource a path leads: not only what is there, but what holds it, so that it can be changed.

A path is steps by name, each narrowed by functions that only pick (``where``, ``first``, ``[0]``,
``extension`` …). A path that computes (``a | b``, ``resolve()``, ``descendants()``) leads to no place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.budget import Budget
from smartbear.fhir.fhirpath.compiler import compile_node
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Environment, Frame, Run
from smartbear.fhir.fhirpath.items import Element, resource_element
from smartbear.fhir.fhirpath.tree import Binary, Call, External, Index, Name, Node, TypeTest, Variable

_PICKING = frozenset({"where", "first", "last", "single", "tail", "skip", "take", "ofType", "as"})
_THIS = Variable("this")

Pair = tuple[Any, Any]
"""A value and, for primitives, the object with its id and extensions; None where there is none."""


class NoPlaceError(ValueError):
    """The path computes its result."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An element, and the property and position at which its parent has it; the root has no parent."""

    element: Element
    parent: "Place | None" = None
    key: str = ""
    index: int = 0

    @property
    def definition(self) -> definitions.Element:
        """What the parent's type says about the element; not for the root."""
        assert self.parent is not None, "the root is an element of nothing"
        return definitions.fields(self.parent.element.type)[self.key].element

    def members(self) -> dict[str, Any]:
        """The object that holds the element's children; that of a primitive is made if need be."""
        if not self.element.is_primitive:
            found: dict[str, Any] = self.element.value
            return found
        assert self.parent is not None, "a resource is no primitive"
        held = pairs(self.parent.members(), self.key)
        value, extra = held[self.index]
        if extra is None:
            held[self.index] = (value, extra := {})
            store(self.parent.members(), self.key, held, repeats=self.definition.repeats)
        made: dict[str, Any] = extra
        return made


def pairs(members: Mapping[str, Any], key: str) -> list[Pair]:
    """What an object has under a property, one or many."""
    values, extras = (_listed(members.get(name)) for name in (key, f"_{key}"))
    length = max(len(values), len(extras))
    values, extras = (found + [None] * (length - len(found)) for found in (values, extras))
    return list(zip(values, extras, strict=True))


def store(members: dict[str, Any], key: str, held: list[Pair], *, repeats: bool) -> None:
    """The reverse of ``pairs``; what holds nothing is removed."""
    for name, column in ((key, [value for value, _ in held]), (f"_{key}", [extra for _, extra in held])):
        if any(one is not None for one in column):
            members[name] = column if repeats else column[0]
        else:
            members.pop(name, None)


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [] if held is None else [held]


def places(node: Node, resource: dict[str, Any], budget: Budget) -> list[Place]:
    """Where a path leads from a resource; raises NoPlaceError or an error of evaluation."""
    try:
        return _Finder(resource, budget).find(node)
    except RecursionError:
        raise EvaluationError("The path is nested too deeply.") from None


class _Finder:
    def __init__(self, resource: dict[str, Any], budget: Budget) -> None:
        element = resource_element(resource)
        self._root = Place(element)
        self._run = Run([element], element, element, Environment(), budget)

    def find(self, node: Node) -> list[Place]:  # noqa: PLR0911 - one answer for each kind of node
        """Recursively: the places of the source, and from there on."""
        match node:
            case Variable("this") | External("resource" | "rootResource" | "context"):
                return [self._root]
            case Name(None, name):
                is_type = definitions.is_a(self._root.element.type, name)
                return [self._root] if is_type else children(self._root, name)
            case Name(source, name) if source:
                return [child for place in self.find(source) for child in children(place, name)]
            case Call(source, "extension", (url,)):
                only = Call(_THIS, "where", (Binary("=", Name(None, "url"), url),))
                return self._picked(only, self.find(Name(source, "extension")))
            case Index(source, index):
                return self._picked(Index(_THIS, index), self.find(source))
            case Call(source, name, _) if source and name in _PICKING:
                return self._picked(replace(node, source=_THIS), self.find(source))
            case TypeTest("as", operand, _):
                return self._picked(replace(node, operand=_THIS), self.find(operand))
        raise NoPlaceError

    def _picked(self, node: Node, found: list[Place]) -> list[Place]:
        """Those of the places that a picking function leaves."""
        items = compile_node(node)(Frame(self._run, [place.element for place in found]))
        left = {id(item) for item in items}
        return [place for place in found if id(place.element) in left]


def children(place: Place, name: str) -> list[Place]:
    """Places of the children of a name (``value`` for ``value[x]``)."""
    kinds = definitions.element(place.element.type, name)
    if place.element.is_primitive:
        keys = [name] if name in {"id", "extension"} else []
        held = place.element.extra or {}
    else:
        keys = [kinds.property_name(kind.code) for kind in kinds.types] if kinds else []
        held = place.element.value
    at = [(key, index) for key in keys for index in range(len(pairs(held, key)))]
    found = [item for item in place.element.children(name) if isinstance(item, Element)]
    if len(found) != len(at):  # «value» of a primitive is no element
        raise EvaluationError("The path leads into a value.")
    return [Place(element, place, key, index) for element, (key, index) in zip(found, at, strict=True)]
