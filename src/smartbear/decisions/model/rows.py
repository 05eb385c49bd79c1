"""The part of the tables a caller may see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visible:
    """One person, the people of some organisations, or all. An empty one sees nothing."""

    subject: str | None = None
    organisations: tuple[str, ...] = ()
    everything: bool = False
