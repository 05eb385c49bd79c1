"""Which search parameters a type has."""

from dataclasses import dataclass
from enum import StrEnum


class SearchType(StrEnum):
    """The parameter types of R4 search 3.1.1.4."""

    NUMBER = "number"
    DATE = "date"
    STRING = "string"
    TOKEN = "token"  # noqa: S105 - a kind of search parameter
    REFERENCE = "reference"
    COMPOSITE = "composite"
    QUANTITY = "quantity"
    URI = "uri"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite: its type and where its value is, relative to the composite's element."""

    type: SearchType
    expression: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter as it applies to one resource type.

    ``targets`` are the types a reference may point to. ``code_systems`` are the systems that a token of FHIR
    type ``code`` belongs to by its binding, though the resource does not write them.
    """

    code: str
    type: SearchType
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    code_systems: tuple[str, ...] = ()
