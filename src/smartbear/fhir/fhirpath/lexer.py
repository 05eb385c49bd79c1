"""Text of an expression → tokens (FHIRPath N1, section 12, Lexical Elements)."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from smartbear.fhir.fhirpath.errors import ExpressionSyntaxError

TokenKind = Literal["temporal", "number", "string", "name", "quoted", "variable", "external", "symbol", "end"]


class Token(NamedTuple):
    """``text`` is unescaped for strings and names; ``at`` counts characters from zero."""

    kind: TokenKind
    text: str
    at: int


_CLOCK = r"\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_PATTERN = re.compile(
    rf"""
      (?P<skip>      \s+ | //[^\r\n]* | /\*.*?\*/ )
    | (?P<temporal>  @(?: T{_CLOCK} | \d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?
                          (?: T (?: {_CLOCK} (?: Z | [+-]\d{{2}}:\d{{2}} )? )? )? ) )
    | (?P<number>    \d+(?:\.\d+)? )
    | (?P<string>    '(?:[^'\\]|\\.)*' )
    | (?P<quoted>    `(?:[^`\\]|\\.)*` )
    | (?P<name>      [A-Za-z_][A-Za-z0-9_]* )
    | (?P<variable>  \$[a-z]+ )
    | (?P<external>  %(?: [A-Za-z_][A-Za-z0-9_]* | '(?:[^'\\]|\\.)*' | `(?:[^`\\]|\\.)*` ) )
    | (?P<symbol>    <= | >= | != | !~ | [-+*/&|.,()\[\]{{}}<>=~] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PLAIN_ESCAPES = "'\"`\\/"


def tokens(text: str) -> Iterator[Token]:
    """Comments and white space are dropped; the last token is of kind ``end``."""
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise ExpressionSyntaxError(f"The expression cannot be read from character {at} on.")
        if match.lastgroup != "skip":
            yield _token(match, at)
        at = match.end()
    yield Token("end", "", at)


def _token(match: re.Match[str], at: int) -> Token:
    text = match.group()
    match match.lastgroup:
        case "string":
            return Token("string", _unescape(text[1:-1], at), at)
        case "quoted":
            return Token("quoted", _unescape(text[1:-1], at), at)
        case "external":
            name = text[1:]
            return Token("external", _unescape(name[1:-1], at) if name[0] in "'`" else name, at)
        case "temporal" | "number" | "name" | "variable" | "symbol" as kind:
            return Token(kind, text, at)
    raise AssertionError(match.lastgroup)


def _unescape(text: str, at: int) -> str:
    def plain(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape in _PLAIN_ESCAPES:
            return escape
        if escape not in _ESCAPED:
            raise ExpressionSyntaxError(f"There is an unknown escape in the text at character {at}.")
        return _ESCAPED[escape]

    if "\\" not in text:
        return text
    try:  # two escapes may be the halves of one character
        return _ESCAPE.sub(plain, text).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ExpressionSyntaxError(f"The text at character {at} has half a character.") from None
