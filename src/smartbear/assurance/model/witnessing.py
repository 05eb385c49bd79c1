"""What a log asks of a witness (C2SP tlog-witness, ``add-checkpoint``), and what a witness may answer.

The request names the size of the tree that the witness saw last, proves that the new tree begins with it, and
carries the checkpoint to sign.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import EMPTY_ROOT, extends
from smartbear.assurance.model.notes import BadNote, Note

_OLD = re.compile(r"old (0|[1-9][0-9]{0,17})")
_PROOF_LINES = 63  # more than the longest proof of the largest tree


class BadProof(ValueError):
    """The checkpoint does not go on from what the witness saw last."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to be signed by a witness."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: str) -> "Request":
        """Read a request; BadNote if it is none, or says that a log has become smaller."""
        head, separator, below = body.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not separator or not old or len(lines) > _PROOF_LINES:
            raise BadNote("A request is «old», a size, the lines of a proof, an empty line and a checkpoint.")
        note = Note.parse(below)
        request = cls(int(old[1]), tuple(map(_hash, lines)), note, Checkpoint.of(note))
        if request.old > request.checkpoint.size:
            raise BadNote("The old size is beyond the checkpoint's.")
        return request

    def check(self, seen: Checkpoint | None) -> None:
        """BadProof unless the checkpoint goes on from the one seen, whose size the request names."""
        old = (self.old, seen.root if seen else EMPTY_ROOT)
        if not extends(old, self.checkpoint.state, self.proof):
            raise BadProof("The new tree does not begin with the old one.")


def body_of(old: int, proof: Sequence[bytes], note: str) -> str:
    """A request's text."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return "\n".join(lines) + "\n\n" + note


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != len(EMPTY_ROOT):
        raise BadNote("A line of a proof is 32 bytes as base64.")
    return data
