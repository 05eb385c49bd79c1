"""Signed notes (C2SP signed-note): a text that people can read and signatures of it below, a line each.

Two kinds of signatures are made and checked, both Ed25519: a log's own (type 1) and a witness's (type 4,
C2SP tlog-cosignature), which says also when it was made.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4
"""Types of keys, as C2SP numbers them."""
_ID, _TIME, _SIGNATURE, _KEY = 4, 8, 64, 32  # bytes
_MARK = "— "


class BadNote(ValueError):
    """The text is not a signed note, or not a key of one."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its owner's name, such as ``bear.example/audit``."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of the same name apart."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID]

    def __str__(self) -> str:
        """The form that is written down and passed on."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """A key from what ``str`` made of it; BadNote if its parts do not fit one another."""
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            data = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise BadNote("A verifier key has the form name+id+base64.") from None
        found = cls(name, data[0] if data else 0, data[1:])
        is_whole = is_name(name) and found.kind in (LOG, WITNESS) and len(found.public) == _KEY
        if not is_whole or found.id.hex() != key_id:
            raise BadNote("A verifier key is an Ed25519 key of a log or a witness, with the id that fits it.")
        return found

    def signed_at(self, note: "Note") -> int | None:
        """When this key signed the note, in seconds of Unix time, 0 for a log; None if it did not."""
        for name, data in note.signatures:
            if name == self.name and data[:_ID] == self.id and (at := self._check(note.text, data[_ID:])):
                return at[0]
        return None

    def _check(self, text: str, data: bytes) -> tuple[int] | None:
        time, signature = (data[:_TIME], data[_TIME:]) if self.kind == WITNESS else (b"", data)
        at = int.from_bytes(time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, _message(self.kind, text, at))
        except InvalidSignature:
            return None
        return (at,)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name under which it signs."""

    name: str
    kind: int
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.kind, self.key.public_key().public_bytes_raw())

    def signature(self, text: str, at: int = 0) -> str:
        """The line of a signature below a text; a witness says when, in seconds of Unix time."""
        time = at.to_bytes(_TIME) if self.kind == WITNESS else b""
        signed = self.key.sign(_message(self.kind, text, at))
        return f"{_MARK}{self.name} {_b64(self.verifier.id + time + signed)}\n"

    def sign(self, text: str) -> str:
        """A note with this signature alone."""
        return f"{text}\n{self.signature(text)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read; nothing of it is trusted before a ``Verifier`` has found its signature."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]
    """Name of the signer; key id and signature."""

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Read a note; BadNote if it is none."""
        text, separator, below = note.rpartition("\n\n")
        if not separator or not below.endswith("\n") or any(ord(c) < ord(" ") and c != "\n" for c in note):
            raise BadNote("A signed note is a text, an empty line, and signatures.")
        return cls(f"{text}\n", tuple(signature_lines(below.splitlines())))


def signature_lines(lines: Iterable[str]) -> list[tuple[str, bytes]]:
    """Signatures from their lines; BadNote if one is none."""
    found = []
    for line in lines:
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            data = b""
        if not line.startswith(_MARK) or not is_name(name) or len(data) <= _ID:
            raise BadNote("A line of a signature has the form «— name base64».")
        found.append((name, data))
    return found


def is_name(name: str) -> bool:
    """Whether a key may be called so."""
    return bool(name) and name.isprintable() and not any(c.isspace() or c == "+" for c in name)


def _message(kind: int, text: str, at: int) -> bytes:
    head = f"cosignature/v1\ntime {at}\n" if kind == WITNESS else ""
    return (head + text).encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
