"""Spaces and their epochs, and what an administrator may do with them."""

import re
import secrets
from datetime import datetime

import msgspec

from smartbear.kit.errors import BadInput, Conflict, NotFound

_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
_SALT_BYTES = 32


class Epoch(msgspec.Struct, frozen=True):
    """A time in which a space's tokens are made with the same keys."""

    number: int
    opened: datetime
    closed: datetime | None = None
    """From when its tokens are no longer turned back."""


class Space(msgspec.Struct, frozen=True):
    """A project's. Without its salt none of its tokens can ever be turned back."""

    salt: bytes
    epochs: tuple[Epoch, ...]

    @property
    def current(self) -> int:
        """The epoch that new tokens are made in."""
        return self.epochs[-1].number

    @property
    def readable(self) -> tuple[int, ...]:
        """Epochs whose tokens are turned back, the newest first."""
        return tuple(epoch.number for epoch in reversed(self.epochs) if epoch.closed is None)


Spaces = dict[str, Space]


def created(spaces: Spaces, name: str, now: datetime) -> Spaces:
    """With a new space; BadInput for a name that is none, Conflict if there is one of this name."""
    if not _NAME.fullmatch(name):
        raise BadInput("A project's name has 2 to 40 lower-case letters, digits and hyphens, a letter first.")
    if name in spaces:
        raise Conflict(f"The project {name} exists already.")
    return spaces | {name: Space(secrets.token_bytes(_SALT_BYTES), (Epoch(1, now),))}


def rotated(spaces: Spaces, name: str, now: datetime) -> Spaces:
    """With a new epoch of a space; older ones stay readable until they are closed."""
    space = of(spaces, name)
    epochs = (*space.epochs, Epoch(space.current + 1, now))
    return spaces | {name: msgspec.structs.replace(space, epochs=epochs)}


def closed(spaces: Spaces, name: str, number: int, now: datetime) -> Spaces:
    """With an epoch whose tokens are no longer turned back; Conflict for the one in use."""
    space = of(spaces, name)
    if number not in space.readable:
        raise NotFound(f"The project {name} has no open epoch {number}.")
    if number == space.current:
        raise Conflict("This is the epoch in use: rotate first.")
    epochs = tuple(
        msgspec.structs.replace(epoch, closed=now) if epoch.number == number else epoch
        for epoch in space.epochs
    )
    return spaces | {name: msgspec.structs.replace(space, epochs=epochs)}


def destroyed(spaces: Spaces, name: str) -> Spaces:
    """Without a project; its tokens can never be turned back, not even with the root key."""
    of(spaces, name)
    return {each: space for each, space in spaces.items() if each != name}


def of(spaces: Spaces, name: str) -> Space:
    """The space of a name; NotFound if there is none."""
    if name not in spaces:
        raise NotFound("There is no such project.")
    return spaces[name]
