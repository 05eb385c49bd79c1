"""Expressions of search parameters as plain paths through JSON, known before any resource is seen.

Nearly every SearchParameter of R4 is a union of element names, ``as`` casts and three kinds of ``where``;
those become ``Path``s, which the indexer merges into one tree per resource type. What else there is raises
``NotStaticError`` and is left to the FHIRPath engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Element
from smartbear.fhir.fhirpath.parser import parse
from smartbear.fhir.fhirpath.tree import Binary, Call, External, Index, Literal, Name, Node, TypeTest

_RESOURCE_BASES = ("Resource", "DomainResource")


class NotStaticError(Exception):
    """The expression needs the FHIRPath engine."""


class Equals(NamedTuple):
    """Keeps items whose property has this value."""

    key: str
    value: str


class RefersTo(NamedTuple):
    """Keeps references to this type of resource."""

    type: str


class At(NamedTuple):
    """Keeps the item at this place, counted from zero."""

    place: int


Step = str | Equals | RefersTo | At  # a string is the property to go down to


@dataclass(frozen=True, slots=True)
class Path:
    """``type`` is the FHIR type at its end and ``element`` the last element on the way.

    ``from_resource`` marks a path that starts with ``%resource`` wherever the expression is applied.
    """

    type: str
    steps: tuple[Step, ...] = ()
    element: Element | None = None
    from_resource: bool = False


def static_paths(expression: str, start: str, resource_type: str) -> list[Path]:
    """Paths of an expression applied to an element of type ``start``; branches for other types fall away."""
    return list(_walk(parse(expression), Path(start), Path(resource_type, from_resource=True)))


def _walk(node: Node, start: Path, resource: Path) -> Iterator[Path]:
    match node:
        case Binary("|", left, right):
            yield from _walk(left, start, resource)
            yield from _walk(right, start, resource)
        case Name(None, name) if name in definitions.resource_types() or name in {
            "Resource",
            "DomainResource",
        }:
            yield from (start,) if definitions.is_a(start.type, name) else ()
        case Name(None, name):
            yield from _children(start, name)
        case Name(source, name) if source is not None:
            for path in _walk(source, start, resource):
                yield from _children(path, name)
        case External("resource"):
            yield resource
        case TypeTest("as", operand, type_name):
            yield from _of_type(_walk(operand, start, resource), type_name)
        case Index(source, Literal(int(index))):
            yield from _then(_walk(source, start, resource), At(index))
        case Call(source, name, arguments) if source is not None:
            yield from _called(_walk(source, start, resource), name, arguments)
        case _:
            raise NotStaticError


def _called(paths: Iterator[Path], name: str, arguments: tuple[Node, ...]) -> Iterator[Path]:
    match name, arguments:
        case "as" | "ofType", (Name(None, type_name),):
            yield from _of_type(paths, type_name)
        case "where", (Binary("=", Name(None, key), Literal(str(value))),):
            yield from _then(paths, Equals(key, value))
        case "where", (TypeTest("is", Call(None, "resolve", ()), type_name),):
            yield from _then(paths, RefersTo(type_name))
        case "extension", (Literal(str(url)),):
            for path in paths:
                yield from _then(_children(path, "extension"), Equals("url", url))
        case _:
            raise NotStaticError


def _children(path: Path, name: str) -> Iterator[Path]:
    element = definitions.element(path.type, name)
    for kind in element.types if element else ():
        assert element is not None
        steps = (*path.steps, element.property_name(kind.code))
        yield replace(path, type=kind.code, steps=steps, element=element)


def _then(paths: Iterator[Path], step: Step) -> Iterator[Path]:
    return (replace(path, steps=(*path.steps, step)) for path in paths)


def _of_type(paths: Iterator[Path], name: str) -> Iterator[Path]:
    """R4 writes some primitive types with a capital (``as DateTime``)."""
    names = {name, name[0].lower() + name[1:]}
    return (path for path in paths if path.type in names)
