"""How the properties of a type are written in XML: their order and whether they are attributes."""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from smartbear.fhir import definitions, json
from smartbear.fhir.definitions import Field

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
DEEPEST = 2 * json.MAX_DEPTH
"""Levels of elements: none takes less than half a level of JSON, which then counts exactly."""


class Form(Enum):
    """What stands for a property."""

    ATTRIBUTE = auto()
    PRIMITIVE = auto()
    """An element with the attributes ``value`` and ``id`` and with extensions."""
    COMPLEX = auto()
    RESOURCE = auto()
    """An element around the element of a resource."""
    NARRATIVE = auto()
    """The ``div`` of XHTML."""


class Slot(NamedTuple):
    """One property; ``element`` is its step in FHIRPath (``value`` for ``valueQuantity``)."""

    order: int
    element: str
    type: str
    form: Form
    repeats: bool


@cache
def layout(type_name: str) -> Mapping[str, Slot]:
    """The properties of a type of the definitions; those of one choice share their place in the order."""
    order = {name: index for index, name in enumerate(definitions.elements(type_name))}
    return MappingProxyType(
        {
            name: Slot(
                order[field.element.name],
                field.element.name,
                field.type,
                _form(type_name, name, field),
                field.element.repeats,
            )
            for name, field in definitions.fields(type_name).items()
            if field.element.max != 0
        }
    )


def _form(owner: str, name: str, field: Field) -> Form:
    if name == "id" and not definitions.is_a(owner, "Resource"):
        return Form.ATTRIBUTE
    if owner == "Extension" and name == "url":
        return Form.ATTRIBUTE
    if field.type == "Resource":
        return Form.RESOURCE
    if field.type == "xhtml":
        return Form.NARRATIVE
    kind = definitions.find_type(field.type)
    return Form.PRIMITIVE if kind and kind.kind == "primitive" else Form.COMPLEX
