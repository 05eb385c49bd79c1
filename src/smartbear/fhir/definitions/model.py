"""Shapes of the rows of the definition tables, for the generator that writes them and for `tables`.

Names are those of the JSON form: a choice element `value[x]` is the element `value` with `choice` set, and
its properties are `value` + the capitalised type code (`valueQuantity`); see `Element.property_name`.
"""

from typing import Literal

import msgspec

Kind = Literal["resource", "complex", "backbone", "primitive"]


class ElementType(msgspec.Struct, frozen=True, omit_defaults=True):
    """One type an element may have.

    `code` names a type of the tables; a backbone element is named by its path (`Observation.component`), also
    where the specification refers to it from elsewhere (`contentReference`).
    """

    code: str
    targets: tuple[str, ...] = ()
    """Resource types a Reference or canonical may point at; empty means any."""
    profile: str = ""
    """Profile on a data type; the only one of the core definitions is SimpleQuantity (no comparator)."""


class Element(msgspec.Struct, frozen=True, omit_defaults=True):
    """One child element of a type."""

    name: str
    types: tuple[ElementType, ...]
    min: int = 0
    max: int | None = 1
    """None is `*`."""
    choice: bool = False
    summary: bool = False
    modifier: bool = False
    binding: str = ""
    """Canonical of the value set when the binding is required, else empty."""

    @property
    def repeats(self) -> bool:
        """Whether the JSON form is an array, also when there is one item."""
        return self.max is None or self.max > 1

    def property_name(self, type_code: str) -> str:
        """JSON property of this element when its value is of `type_code`."""
        return self.name + type_code[0].upper() + type_code[1:] if self.choice else self.name


class Field(msgspec.Struct, frozen=True):
    """One property of the JSON form of a type: an element with one of its types chosen."""

    element: Element
    type: str
    """Name of the type of the value, for `elements`, `fields` and `find_type`."""


class TypeDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A resource, data type, backbone element or primitive."""

    name: str
    kind: Kind
    base: str = ""
    abstract: bool = False
    elements: tuple[Element, ...] = ()
    """Elements this type adds to its base, in the order of the specification."""
    regex: str = ""
    """Lexical space of a primitive, as published (XML Schema dialect, whole value)."""


class Invariant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule of the specification on every occurrence of `context` (a type or an element path)."""

    key: str
    context: str
    human: str
    expression: str
    severity: Literal["error", "warning"] = "error"


class ValueSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Codes of a value set that some element is bound to with strength `required`."""

    url: str
    systems: dict[str, tuple[str, ...]] = {}
    """Code system -> codes."""
    enumerable: bool = True
    """False for sets held elsewhere or given by a grammar (BCP 13, UCUM, LOINC): no codes are listed."""


class SearchComponent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a composite search parameter."""

    definition: str
    """Id of the search parameter that gives the type: see `tables.search_parameter`."""
    expression: str
    """FHIRPath relative to what the composite's own expression selects."""


class SearchParameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A search parameter of the core specification. Absent lists mean that the definition says nothing."""

    id: str
    code: str
    base: tuple[str, ...]
    type: Literal["number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"]
    expression: str = ""
    """FHIRPath over all types of `base`, joined with `|`; empty for those computed otherwise (`_text`)."""
    targets: tuple[str, ...] = ()
    components: tuple[SearchComponent, ...] = ()
    comparators: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    multiple_or: bool | None = None
    multiple_and: bool | None = None


class Compartment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which search parameters put a resource into the compartment of a resource of type `code`."""

    code: str
    members: dict[str, tuple[str, ...]] = {}
    """Resource type -> search parameter codes; `{def}` marks the compartment's own resource."""
