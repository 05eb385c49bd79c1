"""A treatment under way: the values already treated, and the tokens they wait for.

Tokens are made elsewhere and all at once, so that a Bundle of a hundred resources costs one question.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from smartbear.fhir import definitions

Wanted = tuple[str, str]
"""Kind (a resource type, `Identifier` or `linkId`) and the text to exchange for another."""

URN = "urn:uuid"
"""Kind of ids that are no address; their tokens are written as UUIDs, and are not turned back."""

UNKNOWN = "-"
"""Stands for a token nobody made: an id that no resource has."""


_LONGEST_ID = 64


class Terms(msgspec.Struct, frozen=True):
    """What a treatment depends on besides the resource."""

    days: int
    """By which dates move, a multiple of seven. Outwards they are added."""
    today: date
    """From which ages count."""
    bases: tuple[str, ...] = ()
    """Addresses of the repository, each with its final slash; what is not below one of them is elsewhere."""
    is_inward: bool = False
    """Whether what is treated comes of the project, whose days are then those before they are moved."""


class _Place(NamedTuple):
    """Where a token goes: between `before` and `after`, at `key` of `holder`; `otherwise` without one."""

    holder: Any
    key: str | int
    wanted: Wanted
    before: str
    after: str
    otherwise: str | None


class Draft:
    """What a treatment made so far."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.value: Any = None
        """The treated value; None if it was withheld as a whole."""
        self.withheld = 0
        """Resources left out because of their type or because a modifier forbids to read them."""
        self.fragments: dict[str, str] = {}
        """Ids of the contained resources of the resource in hand → their new ids."""
        self.used: set[str] = set()
        """New ids of contained resources that something refers to."""
        self.dates: dict[str, str | None] = {}
        """Days met so far and where they moved to."""
        self._places: list[_Place] = []
        self._last: list[Callable[[], None]] = []

    def want(
        self,
        holder: Any,
        key: str | int,
        wanted: Wanted,
        before: str = "",
        after: str = "",
        *,
        otherwise: str | None = None,
    ) -> None:
        """Have the token of `wanted` put at `key` of `holder`, which gets an empty text until then.

        `otherwise` is put there instead when nobody makes one.
        """
        holder[key] = ""
        self._places.append(_Place(holder, key, wanted, before, after, otherwise))

    def at_last(self, finish: Callable[[], None]) -> None:
        """Have this done when the tokens are in their places."""
        self._last.append(finish)

    def mark(self) -> tuple[int, int]:
        """How much is wanted now, for `forget`."""
        return len(self._places), len(self._last)

    def forget(self, mark: tuple[int, int]) -> None:
        """Want nothing that came after the mark: what needed it is withheld."""
        del self._places[mark[0] :]
        del self._last[mark[1] :]

    @property
    def wanted(self) -> list[Wanted]:
        """The tokens needed, each once, in the order of their first places."""
        return list(dict.fromkeys(place.wanted for place in self._places))

    def is_missing(self, tokens: Mapping[Wanted, str]) -> bool:
        """Whether something is wanted that has no token, and nothing else will do."""
        return any(place.wanted not in tokens and place.otherwise is None for place in self._places)

    def finish(self, tokens: Mapping[Wanted, str]) -> Any:
        """The value with its tokens; one that is missing becomes `UNKNOWN`."""
        found = {wanted: _written(wanted, token) for wanted, token in tokens.items()}
        for holder, key, wanted, before, after, otherwise in self._places:
            holder[key] = before + found.get(wanted, otherwise or UNKNOWN) + after
        for finish in self._last:
            finish()
        return self.value


def _written(wanted: Wanted, token: str) -> str:
    if wanted[0] == URN:
        return str(uuid.UUID(bytes=hashlib.sha256(token.encode()).digest()[:16], version=4))
    return UNKNOWN if len(token) > _LONGEST_ID and wanted[0] in definitions.resource_types() else token
