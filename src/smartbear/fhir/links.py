"""Every place in a resource that holds a link, found by type and not by what the text looks like.

A link is a Reference.reference, an element of type uri, url, canonical, oid or uuid, or a narrative (whose
anchors and images hold addresses). A string that merely resembles one is left alone.

As in `validation`, a type's walker starts empty and learns a property when it first meets it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import msgspec

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Field

Kind = Literal["reference", "address", "narrative"]

_ADDRESSES = {"uri", "url", "canonical", "oid", "uuid"}


class Link(msgspec.Struct, frozen=True):
    """`holder[key]` is the text; assigning to it changes the resource. `place` is its FHIRPath location."""

    kind: Kind
    holder: Any
    key: str | int
    place: str

    @property
    def text(self) -> str:
        """What the link says now."""
        return str(self.holder[self.key])


_Visit = Callable[[dict[str, Any], str, str, list[Link]], None]
"""Looks at one property: (object, property name, place of the object, links found so far)."""


def links(resource: dict[str, Any]) -> list[Link]:
    """All links of a valid resource, in document order, those of contained and nested resources included.

    Locations start with the resource type (`Observation.subject.reference`).
    """
    found: list[Link] = []
    _visit_resource(resource, str(resource["resourceType"]), found)
    return found


def _visit_resource(resource: dict[str, Any], place: str, found: list[Link]) -> None:
    _walker(str(resource["resourceType"]))(resource, place, found)


@cache
def _walker(type_name: str) -> Callable[[dict[str, Any], str, list[Link]], None]:
    known: dict[str, _Visit | None] = {}

    def walk(value: dict[str, Any], place: str, found: list[Link]) -> None:
        for name in value:
            if name not in known:
                known[name] = _learn(type_name, name)
            visit = known[name]
            if visit is not None:
                visit(value, name, place, found)

    return walk


def _learn(type_name: str, name: str) -> _Visit | None:
    field = definitions.fields(type_name).get(name.removeprefix("_"))
    if field is None:
        return None
    step = "." + field.element.name
    kind = _kind(type_name, field)
    if kind and not name.startswith("_"):
        return _text(kind, step)
    walk = _visit_resource if field.type == "Resource" else _walker(field.type)
    return _nested(walk, step) if name.startswith("_") or not _is_primitive(field.type) else None


def _kind(type_name: str, field: Field) -> Kind | None:
    if type_name == "Reference" and field.element.name == "reference":
        return "reference"
    if field.type == "xhtml":
        return "narrative"
    return "address" if field.type in _ADDRESSES else None


def _is_primitive(type_name: str) -> bool:
    definition = definitions.find_type(type_name)
    return definition is not None and definition.kind == "primitive"


def _text(kind: Kind, step: str) -> _Visit:
    def visit(value: dict[str, Any], name: str, place: str, found: list[Link]) -> None:
        held = value[name]
        if held.__class__ is not list:
            found.append(Link(kind, value, name, place + step))
            return
        for index, item in enumerate(held):
            if item is not None:
                found.append(Link(kind, held, index, f"{place}{step}[{index}]"))

    return visit


def _nested(walk: Callable[[dict[str, Any], str, list[Link]], None], step: str) -> _Visit:
    def visit(value: dict[str, Any], name: str, place: str, found: list[Link]) -> None:
        child = value[name]
        if child.__class__ is dict:
            walk(child, place + step, found)
            return
        for index, item in enumerate(child):
            if item is not None:
                walk(item, f"{place}{step}[{index}]", found)

    return visit
