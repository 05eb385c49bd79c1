"""The parameters of a statement under construction."""

import re
from typing import Any

_PLACE = re.compile(r"\$(\d+)::")


class Arguments:
    """Values by placeholder; an equal value of the same type is passed once."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._places: dict[tuple[str, Any], str] = {}

    def add(self, value: Any, kind: str) -> str:
        """A placeholder with its type, such as ``$3::bigint``."""
        key = (kind, tuple(value) if isinstance(value, list) else value)
        if key not in self._places:
            self._values.append(value)
            self._places[key] = f"${len(self._values)}::{kind}"
        return self._places[key]

    def bind(self, sql: str) -> tuple[str, list[Any]]:
        """The statement and its values, without those of conditions that fell away."""
        numbers: dict[str, int] = {}

        def renumbered(match: re.Match[str]) -> str:
            return f"${numbers.setdefault(match[1], len(numbers) + 1)}::"

        bound = _PLACE.sub(renumbered, sql)
        return bound, [self._values[int(place) - 1] for place in numbers]
