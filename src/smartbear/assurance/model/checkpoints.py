"""Checkpoints (C2SP tlog-checkpoint): size and root of the tree of one log, and when that was signed."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from smartbear.assurance.model.notes import BadNote, Note, is_name

_BODY = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")
_TIME = re.compile(r"(?:.*\n)*?time ([0-9]{1,12})\n(?:.*\n)*")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at a moment."""

    origin: str
    """The log's name, the same as its key's."""
    size: int
    root: bytes
    at: datetime | None = None
    """From an extension line of ours; other logs have none. Whole seconds."""

    @property
    def state(self) -> tuple[int, bytes]:
        """Size and root."""
        return self.size, self.root

    def __str__(self) -> str:
        """The text that is signed."""
        time = f"time {int(self.at.timestamp())}\n" if self.at else ""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{time}"

    @classmethod
    def of(cls, note: Note) -> "Checkpoint":
        """What a note says; BadNote if it is no checkpoint. Signatures are not looked at."""
        match = _BODY.fullmatch(note.text)
        if not match or not is_name(match[1]):
            raise BadNote("A checkpoint is an origin, a size and a root, a line each.")
        time = _TIME.fullmatch(match[4])
        at = datetime.fromtimestamp(int(time[1]), UTC) if time else None
        return cls(match[1], int(match[2]), _root(match[3]), at)


def _root(encoded: str) -> bytes:
    root = base64.b64decode(encoded)
    if base64.b64encode(root).decode() != encoded:  # the same bytes may be written in four ways
        raise BadNote("The root of a checkpoint is 32 bytes as base64.")
    return root
