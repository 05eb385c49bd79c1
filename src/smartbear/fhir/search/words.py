"""Words of a resource, for ``_text`` (the narrative) and ``_content`` (everything; R4 search 3.1.1.4.5).

What stands in a patient's record comes by the thousand and is found by its codes: there, only resources that
have a narrative or notes are found by words.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.search.strings import fold

NARRATIVE, CONTENT = "_text", "_content"

_TAG = re.compile(r"<[^>]*>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&nbsp;": " ", "&amp;": "&"}
_WORD = re.compile(r"\w+")
_NO_WORDS = frozenset({"resourceType", "id", "meta", "text"})  # or taken apart
_LONGEST = 64  # characters: longer ones are data
_MOST = 20_000  # words of one resource: a large code system has more, and is found by its first


def words(text: str) -> list[str]:
    """Distinct folded words in their order."""
    return list(dict.fromkeys(word for word in _WORD.findall(fold(text)) if len(word) <= _LONGEST))


def words_of(resource: dict[str, Any]) -> dict[str, list[str]]:
    """Words by search parameter; nothing for what is not found by words."""
    narrative = resource.get("text")
    if narrative is None and "note" not in resource and resource["resourceType"] in _of_records():
        return {}
    shown = words(_plain(narrative.get("div", "")))[:_MOST] if narrative else []
    others = " ".join(
        text for name, value in resource.items() if name not in _NO_WORDS for text in _strings(value)
    )
    found = {NARRATIVE: shown, CONTENT: list(dict.fromkeys([*shown, *words(others)]))[:_MOST]}
    return {code: some for code, some in found.items() if some}


@cache
def _of_records() -> frozenset[str]:
    compartment = definitions.compartment("Patient")
    return frozenset(compartment.members if compartment else ()) - {"Patient"}


def _plain(div: str) -> str:
    text = _TAG.sub(" ", div)
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
