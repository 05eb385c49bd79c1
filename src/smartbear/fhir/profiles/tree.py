"""The constraints of a profile as a tree: a node for each element that is held to more than its type says."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from smartbear.fhir.fhirpath.expression import Expression
from smartbear.fhir.fhirpath.items import Element


class UnusableProfile(Exception):
    """The StructureDefinition cannot be made into constraints; the message says why."""


class Discriminator(NamedTuple):
    """How the slices of an element are told apart (R4 profiling.html#discriminator)."""

    kind: Literal["value", "exists", "pattern", "type", "profile"]
    path: str


class Slicing(NamedTuple):
    """`rules` says whether occurrences of no slice are allowed, and where."""

    discriminators: tuple[Discriminator, ...]
    rules: Literal["open", "closed", "openAtEnd"]
    ordered: bool


class Constraint(NamedTuple):
    """An invariant; without an expression it is one that cannot be evaluated here."""

    key: str
    severity: Literal["error", "warning"]
    human: str
    expression: Expression | None


class TypeRule(NamedTuple):
    """A type the element may have; its profiles, and those of what it refers to, are canonicals."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()


class Binding(NamedTuple):
    """A value set the codes are taken from; `required` is an error, `extensible` a warning."""

    strength: Literal["required", "extensible"]
    value_set: str


_NOTHING = (None,) * 6


@dataclass(slots=True)
class Node:
    """What is asked of one element; what is empty or None is left to its type.

    An occurrence is held to this and, if it is in one of `slices`, to that node as well. `reference` is the
    path of the element whose children are also this one's (contentReference).
    """

    min: int = 0
    max: int | None = None
    types: tuple[TypeRule, ...] = ()
    fixed: Element | None = None
    pattern: Element | None = None
    least: Element | None = None
    most: Element | None = None
    max_length: int | None = None
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    reference: tuple[str, ...] = ()
    slicing: Slicing | None = None
    slices: dict[str, "Node"] = field(default_factory=dict)
    children: dict[str, "Node"] = field(default_factory=dict)
    _found: dict[tuple[str, ...], "list[Node]"] = field(default_factory=dict)

    def copy(self) -> "Node":
        """The same tree, to be constrained further."""
        return replace(
            self,
            slices={name: node.copy() for name, node in self.slices.items()},
            children={name: node.copy() for name, node in self.children.items()},
            _found={},
        )

    def at(self, path: tuple[str, ...]) -> "list[Node]":
        """The nodes at a path below this one, those inside slices included; asked of a finished tree."""
        if path not in self._found:
            self._found[path] = self._find(path)
        return self._found[path]

    def _find(self, path: tuple[str, ...]) -> "list[Node]":
        if not path:
            return [self, *(inner for one in self.slices.values() for inner in one.at(()))]
        below = [node for node in self.at(()) if path[0] in node.children]
        return [found for node in below for found in node.children[path[0]].at(path[1:])]

    def prune(self) -> bool:
        """Drop what asks nothing; says whether anything is left."""
        self.children = {name: node for name, node in self.children.items() if node.prune()}
        for node in self.slices.values():
            node.prune()
        return any(self._asked())

    @property
    def is_about_value(self) -> bool:
        """Whether the value itself is asked for something."""
        asked = (self.fixed, self.pattern, self.least, self.most, self.max_length, self.binding)
        return asked != _NOTHING

    def _asked(self) -> Iterator[bool]:
        yield bool(self.min or self.max is not None or self.types or self.constraints or self.reference)
        yield bool(self.is_about_value or self.slices or self.children)
        yield bool(self.slicing and self.slicing.rules == "closed")


class Profile(NamedTuple):
    """A StructureDefinition made ready to check with."""

    url: str
    type: str
    root: Node
