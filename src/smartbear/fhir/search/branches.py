"""All parameters of a type as one tree of JSON properties.

A resource is walked once: absent elements cost nothing, and an element that serves several parameters is
converted once for all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any, NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.search.converters import Converter, converters
from smartbear.fhir.search.parameters import SearchType, parameters
from smartbear.fhir.search.paths import At, Equals, NotStaticError, Path, RefersTo, Step, static_paths
from smartbear.fhir.search.references import target_type
from smartbear.fhir.search.values import Token
from smartbear.kit.errors import FieldError, Unprocessable

_MOST_VALUES = 100_000  # of one resource, for all its parameters; more take seconds to index
_OF_COMPOSITE = 4  # values that one of a composite counts for: its parts are rows, numbered in 15 bits

Tables = dict[str, dict[str, list[Any]]]  # field of Indexes → parameter code → values


class Leaf(NamedTuple):
    """Conversion of the items of a branch, and the parameters that share it."""

    convert: Callable[[Any], list[Any]]
    table: str
    codes: list[str]


class Composite(NamedTuple):
    """A parameter that pairs values of one item."""

    code: str
    parts: tuple["Part", ...]


@dataclass(slots=True)
class Branch:
    """What to do with the items at one place of a resource."""

    keys: dict[str, "Branch"] = field(default_factory=dict)
    conditions: dict[Equals | RefersTo, "Branch"] = field(default_factory=dict)
    places: dict[int, "Branch"] = field(default_factory=dict)
    leaves: dict[Converter, Leaf] = field(default_factory=dict)
    composites: list[Composite] = field(default_factory=list)

    def at(self, steps: Iterable[Step]) -> "Branch":
        """The branch at the end of the steps, grown where it is missing."""
        branch = self
        for step in steps:
            match step:
                case str():
                    branch = branch.keys.setdefault(step, Branch())
                case At(place):
                    branch = branch.places.setdefault(place, Branch())
                case _:
                    branch = branch.conditions.setdefault(step, Branch())
        return branch

    def index(self, path: Path, search_type: SearchType, code: str) -> None:
        """Adds a parameter; an extension stands for its value."""
        for end in _values_of(path):
            leaves = self.at(end.steps).leaves
            for converter in converters(search_type, end.type):
                leaf = leaves.setdefault(converter, Leaf(*converter, []))
                if code not in leaf.codes:
                    leaf.codes.append(code)

    def visit_all(self, found: list[Any], walk: "Walk") -> None:
        """The items of a JSON array; nulls stand for primitives that have only extensions."""
        for place, branch in self.places.items():
            if place < len(found):
                branch.visit(found[place], walk)
        for item in found:
            if item is not None:
                self.visit(item, walk)

    def visit(self, item: Any, walk: "Walk") -> None:
        """One item: convert it, go down, keep going where a condition holds."""
        for convert, table, codes in self.leaves.values():
            if values := convert(item):
                walk.add(table, codes, values)
        if self.keys:
            self._go_down(item, walk)
        if self.conditions:
            for condition, branch in self.conditions.items():
                if holds(condition, item):
                    branch.visit(item, walk)
        if self.composites:
            self._pair(item, walk)

    def _go_down(self, item: dict[str, Any], walk: "Walk") -> None:
        below = self.keys
        for key in below if len(below) < len(item) else item:  # the smaller of the two
            if key in below and (value := item.get(key)) is not None:
                if type(value) is list:
                    below[key].visit_all(value, walk)
                else:
                    below[key].visit(value, walk)

    def _pair(self, item: Any, walk: "Walk") -> None:
        """Every combination of the components' values within one item."""
        columns: dict[Part, list[Any]] = {}
        for code, parts in self.composites:
            for part in reversed(parts):  # the last is the rarest
                if part not in columns:
                    columns[part] = part.values(item, walk.resource)
                if not columns[part]:
                    break
            else:
                values = [columns[part] for part in parts]
                walk.expect_room(code, _OF_COMPOSITE * prod(map(len, values)))
                walk.add("composites", [code], list(product(*values)))


@dataclass(eq=False, slots=True)
class Part:
    """Where one component of a composite is: in its item or, with ``%resource``, anywhere in the resource."""

    branch: Branch
    of_resource: bool

    def values(self, item: Any, resource: dict[str, Any]) -> list[Any]:
        """All values of the component; tokens only with a code."""
        column = Column(resource)
        self.branch.visit(resource if self.of_resource else item, column)
        return [value for value in column.values if not (isinstance(value, Token) and value.code is None)]


class Walk:
    """The visit of one resource and what it has found."""

    __slots__ = ("left", "resource", "tables")

    def __init__(self, resource: dict[str, Any]) -> None:
        self.resource = resource
        self.tables: Tables = {}
        self.left = _MOST_VALUES

    def expect_room(self, code: str, count: int) -> None:
        """Unprocessable, with parameter and element, if the resource has more values than are indexed."""
        if count > self.left:
            told = f"has too many values: a resource is found by at most {_MOST_VALUES}, here also by {code}"
            fault = FieldError(_element(self.resource["resourceType"], code), "too-costly", told)
            raise Unprocessable("The resource has too many values to be found by.", errors=(fault,))

    def add(self, table: str, codes: list[str], values: list[Any]) -> None:
        """The same values for each parameter; Unprocessable where they become too many."""
        count = len(codes) * len(values) * (_OF_COMPOSITE if table == "composites" else 1)
        if count > self.left:
            self.expect_room(codes[0], count)
        self.left -= count
        rows = self.tables.setdefault(table, {})
        for code in codes:
            if code in rows:
                rows[code] += values
            else:
                rows[code] = values.copy()


class Column(Walk):
    """A visit that wants the values and not what they belong to."""

    __slots__ = ("values",)

    def __init__(self, resource: dict[str, Any]) -> None:
        super().__init__(resource)
        self.values: list[Any] = []

    def add(self, table: str, codes: list[str], values: list[Any]) -> None:  # noqa: ARG002 - the shape of Walk
        """Whatever is found goes into one column."""
        self.values += values


def _element(resource_type: str, code: str) -> str:
    """The FHIRPath of the first element that a parameter is about; the type's, where it is computed."""
    known = parameters(resource_type).get(code)
    try:
        paths = static_paths(known.expression, resource_type, resource_type) if known else []
    except NotStaticError:
        paths = []
    steps = paths[0].steps if paths else ()
    return ".".join([resource_type, *(step for step in steps if isinstance(step, str))])


def holds(condition: Equals | RefersTo, item: dict[str, Any]) -> bool:
    """Whether an item passes a ``where``."""
    if isinstance(condition, Equals):
        return bool(item.get(condition.key) == condition.value)
    return target_type(item) == condition.type


def _values_of(path: Path) -> Iterator[Path]:
    if path.type != "Extension":
        yield path
        return
    value = definitions.element("Extension", "value")
    assert value is not None
    for kind in value.types:
        yield replace(path, type=kind.code, steps=(*path.steps, value.property_name(kind.code)))
