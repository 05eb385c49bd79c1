"""The syntax tree of an expression.

Nodes compare by value, so two spellings of one expression are equal.
"""

from dataclasses import dataclass
from decimal import Decimal

from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import Temporal


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the expression; ``None`` is the empty collection ``{}``."""

    value: bool | int | Decimal | str | Temporal | Quantity | None


@dataclass(frozen=True, slots=True)
class Name:
    """An element of ``source``, or of the focus when there is none.

    There it may also name the focus's type.
    """

    source: "Node | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to ``source``, or to the focus when there is none."""

    source: "Node | None"
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``source[index]``."""

    source: "Node"
    index: "Node"


@dataclass(frozen=True, slots=True)
class Variable:
    """``$this``, ``$index`` or ``$total``, without the dollar."""

    name: str


@dataclass(frozen=True, slots=True)
class External:
    """``%name``, without the percent sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A leading ``+`` or ``-``."""

    symbol: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; ``symbol`` is the operator as written."""

    symbol: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """``operand is type`` or ``operand as type``."""

    symbol: str
    operand: "Node"
    type: str


Node = Literal | Name | Call | Index | Variable | External | Sign | Binary | TypeTest
