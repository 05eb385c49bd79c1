"""Every place in a resource that holds a link, found by type and not by what the text looks like.

A link is a Reference.reference, an element of type uri, url, canonical, oid or uuid, or a narrative (whose
anchors and images hold addresses). A string that merely resembles one is left alone.

As in `validation`, a type's walker starts empty and learns a property when it first meets it.
"""

from collections.abc import Callable, Collection
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


class _Found(msgspec.Struct):
    """What has been found so far, and which addresses are looked for."""

    links: list[Link]
    addresses: Collection[str]


_Visit = Callable[[dict[str, Any], str, str, _Found], None]
"""Looks at one property: (object, property name, place of the object, what has been found)."""


_Walk = Callable[[dict[str, Any], str, _Found], None]
"""Looks at all properties of an object: (object, its place, what has been found)."""


def links(resource: dict[str, Any], addresses: Collection[str]) -> list[Link]:
    """The links of a valid resource, in document order, those of contained and nested resources included.

    Of addresses, which most resources are full of, only those that are among `addresses`. Locations start
    with the resource type (`Observation.subject.reference`).
    """
    found = _Found([], addresses)
    _visit_resource(resource, str(resource["resourceType"]), found)
    return found.links


def _visit_resource(resource: dict[str, Any], place: str, found: _Found) -> None:
    _walker(str(resource["resourceType"]))(resource, place, found)


@cache
def _walker(type_name: str) -> _Walk:
    known: dict[str, _Visit | None] = {}

    def walk(value: dict[str, Any], place: str, found: _Found) -> None:
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
    def visit(value: dict[str, Any], name: str, place: str, found: _Found) -> None:
        held = value[name]
        if held.__class__ is not list:
            if kind != "address" or held in found.addresses:
                found.links.append(Link(kind, value, name, place + step))
            return
        for index, item in enumerate(held):
            if item is not None and (kind != "address" or item in found.addresses):
                found.links.append(Link(kind, held, index, f"{place}{step}[{index}]"))

    return visit


def _nested(walk: _Walk, step: str) -> _Visit:
    def visit(value: dict[str, Any], name: str, place: str, found: _Found) -> None:
        child = value[name]
        if child.__class__ is dict:
            walk(child, place + step, found)
            return
        for index, item in enumerate(child):
            if item is not None:
                walk(item, f"{place}{step}[{index}]", found)

    return visit
