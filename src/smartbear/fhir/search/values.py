"""What a resource is found by: typed values, one shape per search parameter type.

Dates are half-open UTC ranges; numbers and quantities are closed ranges (a plain number is a range of one
point). A side that has no bound is ``OPEN_START`` / ``OPEN_END`` or a decimal infinity, never null, so that
every comparison has an answer in SQL too.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from smartbear.fhir.terminology.concepts import Head, Node

OPEN_START = datetime.min.replace(tzinfo=UTC)
OPEN_END = datetime.max.replace(tzinfo=UTC)


class Token(NamedTuple):
    """``system|code`` and the human words that go with it (display, text), which serve ``:text``.

    ``system`` is ``None`` where the element has none. ``code`` is folded to lower case (R4 search
    3.1.1.4.10: not case sensitive), except ids; ``text`` is folded as strings are. A CodeableConcept's own
    text is a token without a code.
    """

    system: str | None
    code: str | None
    text: str | None = None


class IdentifierType(NamedTuple):
    """``type-system|type-code|value`` of an Identifier, for ``:of-type``."""

    system: str | None
    code: str
    value: str


class Text(NamedTuple):
    """A string twice: ``folded`` without case, accents and surplus space; ``exact`` as it was written."""

    folded: str
    exact: str


class DateRange(NamedTuple):
    """``start`` ≤ instant < ``end``, both UTC; a date without a zone is read as UTC."""

    start: datetime
    end: datetime


class Number(NamedTuple):
    """``low`` ≤ value ≤ ``high``; equal for a plain number."""

    low: Decimal
    high: Decimal


class Quantity(NamedTuple):
    """A measured range with its unit as written (``system``, ``code``, ``unit``) and in canonical UCUM units.

    ``canonical`` is the canonical unit and ``canonical_low`` / ``canonical_high`` the same range in it; all
    three are ``None`` when the unit is not UCUM or not one this package converts. A comparator (``<5``)
    opens one side.
    """

    low: Decimal
    high: Decimal
    system: str | None
    code: str | None
    unit: str | None
    canonical_low: Decimal | None
    canonical_high: Decimal | None
    canonical: str | None


class Reference(NamedTuple):
    """What a Reference or canonical points to.

    ``type`` and ``id`` are read from a relative or absolute RESTful address; ``url`` is set for everything
    that is not relative (``https://…/Patient/1``, ``urn:uuid:…``, a canonical without its version), and
    ``version`` for a canonical's ``|version`` or a ``/_history/`` part. Whether an absolute address is this
    server's own is for the server to say. References into ``contained`` are not indexed.
    """

    type: str | None
    id: str | None
    url: str | None
    version: str | None


class Position(NamedTuple):
    """Degrees, WGS 84 (Location.position)."""

    latitude: Decimal
    longitude: Decimal


Value = Token | Text | DateRange | Number | Quantity | Reference | str
Composite = tuple[Value, ...]  # one value per component, taken from the same element


@dataclass(slots=True)
class Indexes:
    """Everything a resource is found by: parameter code → values; an absent code has none (``:missing``).

    A parameter's values are in the mapping of its type; ``identifier_types`` and ``reference_identifiers``
    hold what ``:of-type`` and ``:identifier`` look at, beside the ordinary tokens and references; ``words``
    what ``_text`` and ``_content`` do; ``concepts`` what a CodeSystem defines. Values are distinct and in the
    order of the resource.
    """

    tokens: dict[str, list[Token]] = field(default_factory=dict)
    identifier_types: dict[str, list[IdentifierType]] = field(default_factory=dict)
    strings: dict[str, list[Text]] = field(default_factory=dict)
    dates: dict[str, list[DateRange]] = field(default_factory=dict)
    numbers: dict[str, list[Number]] = field(default_factory=dict)
    quantities: dict[str, list[Quantity]] = field(default_factory=dict)
    references: dict[str, list[Reference]] = field(default_factory=dict)
    reference_identifiers: dict[str, list[Token]] = field(default_factory=dict)
    uris: dict[str, list[str]] = field(default_factory=dict)
    composites: dict[str, list[Composite]] = field(default_factory=dict)
    positions: dict[str, list[Position]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    concepts: dict[Head, list[Node]] = field(default_factory=dict, init=False)
