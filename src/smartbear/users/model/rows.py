"""The part of the tables a caller may see, and what of it is looked for, as queries take them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """Participants and devices of some organisations, or one participant. An empty one sees nothing."""

    organisations: tuple[str, ...] = ()
    participant: str | None = None
    every_organisation: bool = False
    """Organisations and pilots themselves, never the people in them."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is narrowed to; None and the empty text narrow nothing."""

    text: str = ""
    """Part of an id, an e-mail address or a telephone number."""
    status: str | None = None
    profile: str | None = None
    participant: str | None = None
