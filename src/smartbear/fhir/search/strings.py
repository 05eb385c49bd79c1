"""Strings as R4 search compares them: without regard to case, accents and the width of spaces (3.1.1.4.8)."""

import unicodedata
from typing import Any

from smartbear.fhir.search.values import Text

_NAME_PARTS = ("family", "text")
_NAME_LISTS = ("given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "city", "district", "state", "postalCode", "country")


def fold(text: str) -> str:
    """The form two strings are compared in; folding twice changes nothing."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = _without_marks(_without_marks(text).casefold())
    return " ".join(bare.split())


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def text(value: str) -> list[Text]:
    """One string."""
    return [Text(fold(value), value)]


def human_name(name: dict[str, Any]) -> list[Text]:
    """Each part on its own, so that a search for any part finds the person."""
    parts = [name.get(key) for key in _NAME_PARTS]
    for key in _NAME_LISTS:
        parts += name.get(key) or ()
    return [Text(fold(part), part) for part in parts if part]


def address(value: dict[str, Any]) -> list[Text]:
    """Each part on its own."""
    parts = [value.get(key) for key in _ADDRESS_PARTS] + (value.get("line") or [])
    return [Text(fold(part), part) for part in parts if part]
