"""Tokens of the types that carry them (R4 search 3.1.1.4.10)."""

from typing import Any

from smartbear.fhir.search.strings import fold
from smartbear.fhir.search.values import IdentifierType, Token


def fold_code(code: str) -> str:
    """The form two codes are compared in."""
    return code.lower() if code.isascii() else code.casefold()


def code(value: str) -> list[Token]:
    """A bare code, string or uri: no system of its own."""
    return [Token(None, fold_code(value))]


def identity(value: str) -> list[Token]:
    """A logical id, where case matters."""
    return [Token(None, value)]


def boolean(value: bool) -> list[Token]:  # noqa: FBT001 - the element's value
    """``true`` or ``false``."""
    return [Token(None, "true" if value else "false")]


def coding(value: dict[str, Any]) -> list[Token]:
    """One Coding."""
    symbol, words = value.get("code"), value.get("display")
    return [Token(value.get("system"), symbol and fold_code(symbol), words and fold(words))]


def concept(value: dict[str, Any]) -> list[Token]:
    """Every coding, and the concept's own text as a token without a code."""
    found = [token for item in value.get("coding") or () for token in coding(item)]
    if words := value.get("text"):
        found.append(Token(None, None, fold(words)))
    return found


def identifier(value: dict[str, Any]) -> list[Token]:
    """An Identifier; the words are those of its type."""
    symbol = value.get("value")
    words = (value.get("type") or {}).get("text")
    return [Token(value.get("system"), symbol and fold_code(symbol), words and fold(words))]


def identifier_type(value: dict[str, Any]) -> list[IdentifierType]:
    """One entry for every coding of the identifier's type."""
    symbol = value.get("value")
    if not symbol:
        return []
    codings = (value.get("type") or {}).get("coding") or ()
    return [
        IdentifierType(item.get("system"), fold_code(item["code"]), fold_code(symbol))
        for item in codings
        if item.get("code")
    ]


def contact_point(value: dict[str, Any]) -> list[Token]:
    """A ContactPoint; its ``use`` stands where the system would (table of 3.1.1.4.10)."""
    symbol = value.get("value")
    return [Token(value.get("use"), fold_code(symbol))] if symbol else []
