"""References and addresses: whose id they hold, and how they are written with another id.

Only what lies in the repository is understood; every other address is nothing.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from smartbear.fhir import definitions
from smartbear.fhir.pseudonymisation import policy, queries
from smartbear.fhir.pseudonymisation.draft import URN, Draft
from smartbear.fhir.references import ID

_LITERAL = re.compile(rf"([A-Z][A-Za-z]+)/({ID})(?:/_history/(\d{{1,10}}))?(?:#.*)?", re.DOTALL)
_URN = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_OPERATION = re.compile(r"\$[a-z][a-z-]{1,40}")
_OPAQUE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,80}")  # names of files that mean nothing outside
_LONGEST = 500  # characters of a reference that is read at all
_ID = re.compile(ID)
_OURS = re.compile(r"[A-Z][A-Za-z]+[/?]")  # how a reference into the repository begins
_BULK = ("$export", "$export-poll-status", "$import")


class _Literal(NamedTuple):
    base: str
    type: str
    id: str
    version: str


def _literal(text: str, draft: Draft) -> _Literal | None:
    """A reference to a resource of the repository, relative or absolute."""
    return _literal_below(text, draft.terms.bases) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _literal_below(text: str, bases: tuple[str, ...]) -> _Literal | None:
    """What was read lately: the resources of a Bundle refer to the same few."""
    base = next((base for base in bases if text.startswith(base)), "")
    read = _LITERAL.fullmatch(text, len(base))
    if read is None or read[1] not in definitions.resource_types():
        return None
    return _Literal(base, read[1], read[2], f"/_history/{read[3]}" if read[3] else "")


def _base(text: str, draft: Draft) -> str:
    return next((base for base in draft.terms.bases if text.startswith(base)), "")


def put_reference(text: object, holder: dict[str, Any], draft: Draft) -> None:
    """`reference` of `holder`, outwards; nothing for what is not in the repository or in the Bundle."""
    if text.__class__ is not str:
        return
    assert isinstance(text, str)
    if text.startswith("#"):
        _put_fragment(text[1:], holder, draft)
    elif found := _literal(text, draft):
        draft.want(holder, "reference", (found.type, found.id), f"{found.base}{found.type}/", found.version)
    else:
        put_urn(text, holder, "reference", draft)


def _put_fragment(name: str, holder: dict[str, Any], draft: Draft) -> None:
    if not name:
        holder["reference"] = "#"
    elif name in draft.fragments:
        fragment = draft.fragments[name]
        draft.used.add(fragment)
        holder["reference"] = f"#{fragment}"


def put_urn(text: str, holder: Any, key: str | int, draft: Draft) -> None:
    """The id of an entry that has no address, as another UUID; nothing for other texts."""
    if read := _URN.fullmatch(text):
        draft.want(holder, key, (URN, read[1].lower()), "urn:uuid:")


def take_reference(text: object, holder: dict[str, Any], draft: Draft) -> None:
    """`reference` of `holder`, inwards; what is not in the repository stays as it is.

    Whatever may be read as an address in it and names no id is nobody's token. So is a search in the place of
    an id: it would ask by what a project does not see.
    """
    holder["reference"] = text
    if not isinstance(text, str):
        return
    found = _literal(text, draft)
    if found:
        draft.want(holder, "reference", (found.type, found.id), f"{found.base}{found.type}/", found.version)
    elif _base(text, draft) or _OURS.match(text):
        draft.want(holder, "reference", ("Reference", text))


def put_address(text: object, holder: Any, key: str | int, draft: Draft) -> None:
    """An address in the repository at `key` of `holder`, outwards; nothing for another."""
    if not isinstance(text, str):
        return
    parts = address(text, draft, queries.outward)
    if parts is None:
        put_urn(text, holder, key, draft)
    else:
        join(parts, holder, key, draft)


def join(parts: list[str], holder: Any, key: str | int, draft: Draft) -> None:
    """Put the parts together at `key` of `holder` when they have their tokens."""
    holder[key] = ""
    draft.at_last(lambda: holder.__setitem__(key, "".join(parts)))


def address(text: str, draft: Draft, translate: queries.Translate) -> list[str] | None:
    """An address relative to the repository or below one of its bases, in parts; None for another.

    ``translate`` treats the query, and may refuse it.
    """
    base = _base(text, draft)
    path, mark, query = text[len(base) :].partition("?")
    parts = [base]
    kind = _put_path(unquote(path).split("/"), parts, draft)
    if kind is None:
        return None
    if mark:
        parts.append("?")
        put_query(queries.pairs(query), kind, parts, draft, translate)
    return parts


def put_query(
    pairs: list[tuple[str, str]], kind: str, parts: list[str], draft: Draft, translate: queries.Translate
) -> None:
    """Add the parameters to the parts of an address, percent-encoded when the tokens are in them."""
    first = len(parts)
    pieces = [translate(kind, name, value, draft) for name, value in pairs]
    kept = [piece for piece in pieces if piece is not None]
    parts.append("")
    draft.at_last(lambda: parts.__setitem__(first, "&".join(map(_encoded, kept))))


def _encoded(piece: queries.Piece) -> str:
    return f"{quote(piece.name, safe=':')}={quote(''.join(piece.parts), safe=':/$,|')}"


def _put_path(segments: list[str], parts: list[str], draft: Draft) -> str | None:
    """The type that a search at this path finds, "" for all; None for a path that the repository has not."""
    if segments[0] in definitions.resource_types():
        return _put_typed(segments, parts, draft)
    if segments[0] in _BULK and all(map(_OPAQUE.fullmatch, segments[1:])):
        parts.append("/".join(segments))
        return ""
    if len(segments) == 1 and (
        segments[0] in ("", "_history", "_search") or _OPERATION.fullmatch(segments[0])
    ):
        parts.append(segments[0])
        return ""
    return None


def _put_typed(segments: list[str], parts: list[str], draft: Draft) -> str | None:
    kind, *rest = segments
    parts.append(kind)
    if rest and _ID.fullmatch(rest[0]) and rest[0] not in ("_history", "_search"):
        parts += ["/", ""]
        draft.want(parts, len(parts) - 1, (kind, rest[0]))
        rest = rest[1:]
    match rest:
        case []:
            return kind
        case ["_history" | "_search" as word]:
            parts.append(f"/{word}")
        case ["_history", version] if version.isdecimal():
            parts.append(f"/_history/{version[:10]}")
        case [word] if _OPERATION.fullmatch(word) or word in policy.released():
            parts.append(f"/{word}")
            return word if word in policy.released() else kind
        case _:
            return None
    return kind
