"""Tokens → tree, by operator precedence (FHIRPath N1, section 6.8 and appendix B)."""

from decimal import Decimal

from smartbear.fhir.fhirpath.errors import ExpressionSyntaxError
from smartbear.fhir.fhirpath.lexer import Token, tokens
from smartbear.fhir.fhirpath.quantities import CALENDAR_UCUM, Quantity
from smartbear.fhir.fhirpath.temporal import Temporal
from smartbear.fhir.fhirpath.temporal import parse as parse_temporal
from smartbear.fhir.fhirpath.tree import (
    Binary,
    Call,
    External,
    Index,
    Literal,
    Name,
    Node,
    Sign,
    TypeTest,
    Variable,
)  # fmt: skip

_LEVELS = (
    ("implies",),
    ("or", "xor"),
    ("and",),
    ("in", "contains"),
    ("=", "~", "!=", "!~"),
    ("<", "<=", ">", ">="),
    ("|",),
    ("is", "as"),
    ("+", "-", "&"),
    ("*", "/", "div", "mod"),
)
_PRECEDENCE = {symbol: level for level, symbols in enumerate(_LEVELS, start=1) for symbol in symbols}
_SIGN_PRECEDENCE = len(_LEVELS) + 1
_LARGEST_INTEGER = 2**31 - 1
_LONGEST = 5_000  # characters; the longest expression of R4 has under 1,500


def parse(text: str) -> Node:
    """The whole text must be one expression."""
    if len(text) > _LONGEST:
        raise ExpressionSyntaxError(f"The expression is longer than {_LONGEST} characters.")
    try:
        return _Parser(list(tokens(text))).whole()
    except RecursionError as error:
        raise ExpressionSyntaxError("The expression is nested too deeply.") from error


class _Parser:
    """A cursor over the tokens."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0

    def whole(self) -> Node:
        node = self._expression(0)
        if self._peek.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek
        self._next += 1
        return token

    def _accept(self, symbol: str) -> bool:
        found = self._peek.kind == "symbol" and self._peek.text == symbol
        self._next += found
        return found

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._unexpected()

    def _unexpected(self) -> ExpressionSyntaxError:
        where = "at its end" if self._peek.kind == "end" else f"at character {self._peek.at}"
        return ExpressionSyntaxError(f"The expression is not complete or not well formed {where}.")

    def _expression(self, above: int) -> Node:
        left = self._signed()
        while (level := self._operator_level()) > above:
            symbol = self._take().text
            if symbol in {"is", "as"}:
                left = TypeTest(symbol, left, self._type_name())
            else:
                left = Binary(symbol, left, self._expression(level))
        return left

    def _operator_level(self) -> int:
        return _PRECEDENCE.get(self._peek.text, 0) if self._peek.kind in {"symbol", "name"} else 0

    def _signed(self) -> Node:
        if self._peek.kind == "symbol" and self._peek.text in {"+", "-"}:
            return Sign(self._take().text, self._expression(_SIGN_PRECEDENCE))
        return self._path(self._term())

    def _path(self, node: Node) -> Node:
        while True:
            if self._accept("."):
                node = self._invocation(node)
            elif self._accept("["):
                node = Index(node, self._expression(0))
                self._expect("]")
            else:
                return node

    def _invocation(self, source: Node | None) -> Node:
        token = self._take()
        if token.kind not in {"name", "quoted"}:
            self._next -= 1
            raise self._unexpected()
        if token.kind == "name" and self._accept("("):
            return Call(source, token.text, self._arguments())
        return Name(source, token.text)

    def _arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._accept(")"):
            if found:
                self._expect(",")
            found.append(self._expression(0))
        return tuple(found)

    def _type_name(self) -> str:
        token = self._take()
        if token.kind not in {"name", "quoted"}:
            self._next -= 1
            raise self._unexpected()
        if token.text in {"FHIR", "System"} and self._accept("."):
            return f"{token.text}.{self._take().text}"
        return token.text

    def _term(self) -> Node:
        token = self._peek
        match token.kind:
            case "string" | "number" | "temporal":
                return Literal(self._literal())
            case "variable" if token.text in {"$this", "$index", "$total"}:
                return Variable(self._take().text[1:])
            case "external":
                return External(self._take().text)
            case "symbol":
                return self._bracketed()
            case "name" if token.text in {"true", "false"}:
                return Literal(self._take().text == "true")
        return self._invocation(None)

    def _bracketed(self) -> Node:
        if self._accept("{"):
            self._expect("}")
            return Literal(None)
        self._expect("(")
        node = self._expression(0)
        self._expect(")")
        return node

    def _literal(self) -> str | int | Decimal | Quantity | Temporal:
        token = self._take()
        if token.kind == "string":
            return token.text
        if token.kind == "temporal":
            return self._moment(token)
        if self._peek.kind == "string" or (self._peek.kind == "name" and self._peek.text in CALENDAR_UCUM):
            return Quantity(Decimal(token.text), self._take().text)
        if "." in token.text:
            return Decimal(token.text)
        if int(token.text) > _LARGEST_INTEGER:
            raise ExpressionSyntaxError(f"The integer at character {token.at} is larger than 32 bits hold.")
        return int(token.text)

    def _moment(self, token: Token) -> Temporal:
        text = token.text[1:]
        if text.startswith("T"):
            moment = parse_temporal("Time", text[1:])
        else:
            moment = parse_temporal("DateTime" if "T" in text else "Date", text)
        if moment is None:
            raise ExpressionSyntaxError(f"There is no such date or time as at character {token.at}.")
        return moment
