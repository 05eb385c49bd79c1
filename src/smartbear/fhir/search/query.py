"""What a search asks, as an immutable tree: built by ``parse``, read by the SQL compiler and by ``match``.

Everything in ``Query.criteria`` must hold (AND); the values of one criterion are alternatives (OR).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from smartbear.fhir.search.parameters import Parameter
from smartbear.fhir.search.values import DateRange

TotalMode = Literal["none", "estimate", "accurate"]
SummaryMode = Literal["true", "text", "data", "count", "false"]


class Prefix(StrEnum):
    """How a value compares (R4 search 3.1.1.4.5); ``EQ`` when none is written."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"
    SA = "sa"
    EB = "eb"
    AP = "ap"


@dataclass(frozen=True, slots=True)
class TokenValue:
    """``code`` (system ``None``: any), ``|code`` (system ``""``: has none), ``system|`` (code ``None``).

    ``code`` is folded as in the index, and a system that the element's binding implies is already taken away.
    """

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class IdentifierTypeValue:
    """``:of-type``: ``system|code|value``, all three required."""

    system: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class TextValue:
    """``folded`` to compare with ``Text.folded`` (start, ``:contains``), ``exact`` for ``:exact``."""

    folded: str
    exact: str


@dataclass(frozen=True, slots=True)
class DateValue:
    """``range`` is what the written precision covers; for ``ap`` it is already widened."""

    prefix: Prefix
    range: DateRange


@dataclass(frozen=True, slots=True)
class NumberValue:
    """``low`` ≤ v < ``high`` is the precision ``value`` implies (100: 99.5 to 100.5), widened for ``ap``."""

    prefix: Prefix
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """``number|system|code``; system ``None``: any unit that is written so, in code or in words.

    ``canonical`` is set when the unit is a UCUM unit this package converts: compare ``canonical_number``
    with the canonical range of the index and the unit with ``canonical``; else compare ``number`` and
    (system, code).
    """

    number: NumberValue
    system: str | None
    code: str | None
    canonical_number: NumberValue | None
    canonical: str | None


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """``Type/id``, ``id`` (type ``None``: any of the parameter's targets) or an address (``url``)."""

    type: str | None
    id: str | None
    url: str | None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class UriValue:
    """Compared exactly; as a prefix of the path under ``:below``, the other way round under ``:above``."""

    uri: str


@dataclass(frozen=True, slots=True)
class NearValue:
    """A circle around a point; distance in metres (Location ``near``)."""

    latitude: Decimal
    longitude: Decimal
    metres: Decimal


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """One value per component, in the parameter's order."""

    parts: tuple["SimpleValue", ...]


@dataclass(frozen=True, slots=True)
class ValueSetValue:
    """The codes of a value set, by canonical address or as ``ValueSet/id``."""

    name: str


@dataclass(frozen=True, slots=True)
class WordsValue:
    """``_text`` and ``_content``: folded words, all of which must occur."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListValue:
    """``_list``: the resources that a List with this id names."""

    id: str


SimpleValue = TokenValue | TextValue | DateValue | NumberValue | QuantityValue | ReferenceValue | UriValue
SearchValue = (
    SimpleValue | IdentifierTypeValue | NearValue | CompositeValue | ValueSetValue | WordsValue | ListValue
)


@dataclass(frozen=True, slots=True)
class Match:
    """One parameter with one or more values, any of which may match.

    ``modifier`` is without its colon: ``exact``, ``contains``; ``not``, ``text`` (with ``TextValue``s),
    ``of-type``; ``identifier`` (with ``TokenValue``s); ``above``, ``below``; ``in``, ``not-in``. The type in
    ``subject:Patient=1`` is in the values. Those that need the terminology or the tree of resources
    (``in``, ``not-in``; ``above``, ``below`` of tokens and references) are gone once ``resolved``.
    ``_filter`` adds some of its own: ``ne`` (some value is another), and on texts ``eq``, ``starts``,
    ``ends``, ``gt``, ``lt``, ``ge``, ``le``.
    """

    parameter: Parameter
    modifier: str | None
    values: tuple[SearchValue, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """``:missing=true``: the resource has no value for the parameter."""

    parameter: Parameter
    missing: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """``subject.name=x``: the referenced resource meets the criterion of its type; any link may."""

    parameter: Parameter
    links: tuple["Link", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One possible target type of a chain and what must hold there."""

    type: str
    criterion: "Criterion"


@dataclass(frozen=True, slots=True)
class Has:
    """``_has:Observation:patient:code=x``.

    Some ``type`` that refers here by ``parameter`` meets ``criterion``.
    """

    type: str
    parameter: Parameter
    criterion: "Criterion"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the criteria."""

    criteria: tuple["Criterion", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the criteria."""

    criteria: tuple["Criterion", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not the criterion."""

    criterion: "Criterion"


Criterion = Match | Missing | Chain | Has | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order; ties go on to the next."""

    parameter: Parameter
    descending: bool


ANY_TYPE = "*"


@dataclass(frozen=True, slots=True)
class Include:
    """``_include`` and, with ``reverse``, ``_revinclude``; ``parameter`` ``None`` stands for ``*``.

    ``source`` is the type that holds the reference, or ``ANY_TYPE``; ``target`` restricts what it points
    to. ``iterate`` follows included resources too.
    """

    source: str
    parameter: Parameter | None
    target: str | None
    iterate: bool
    reverse: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """A parameter that does not exist here, or whose chain leads nowhere; ``reason`` says which.

    The server ignores it (``Prefer: handling=lenient``) or refuses it (``strict``).
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Within:
    """The compartment of one resource: ``Patient/1`` of ``Patient/1/Observation?…``."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Query:
    """A whole search over ``type`` (``None``: the system, limited to ``types`` when given).

    ``cursor`` is passed through unread. ``applied`` are the names and values as they came, without the
    unknown ones and the cursor: the self link, and parsing it again gives the same query. ``count`` is
    ``None`` when not asked for; zero asks for the total only, as ``summary="count"`` does.
    """

    type: str | None
    types: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    includes: tuple[Include, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int | None = None
    total: TotalMode | None = None
    summary: SummaryMode | None = None
    elements: tuple[str, ...] = ()
    cursor: str | None = None
    applied: tuple[tuple[str, str], ...] = ()
    unknown: tuple[Unknown, ...] = ()
    within: Within | None = None

    @property
    def place(self) -> str:
        """The address that is searched, as it follows the service's own."""
        if self.within is None:
            return self.type or ""
        return f"{self.within.type}/{self.within.id}/{self.type or ANY_TYPE}"
