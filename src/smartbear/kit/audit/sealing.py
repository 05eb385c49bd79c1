"""One person's key: what it seals only it opens, and its mark says which records are about the person."""

import hmac
import os
from hashlib import sha512

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY, MARK = 32, 16  # bytes
_SHORT = 256  # bytes: what a list of many says of each
_NONCE = 12  # bytes, random: a person has far fewer records than 2 to the 32 (NIST SP 800-38D, 8.3)


class SubjectKey:
    """AES-256-GCM under a key that follows from the deployment's key, the person's id and a random salt."""

    __slots__ = ("_cipher", "_last", "mark")

    def __init__(self, master: bytes, subject: str, salt: bytes) -> None:
        made = hmac.digest(master, salt + subject.encode(), sha512)
        self._cipher = AESGCM(made[:_KEY])
        self.mark = made[_KEY : _KEY + MARK]
        self._last: tuple[bytes, bytes] | None = None

    def seal(self, content: bytes) -> bytes:
        """``content``, which only this key opens.

        What is short and was sealed last is the same again: lists are looked at again and again. It tells
        nothing more, since the mark says already that both are about one person.
        """
        if self._last and self._last[0] == content:
            return self._last[1]
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, content, None)
        if len(content) <= _SHORT:
            self._last = content, sealed
        return sealed

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed; None if it was not this key's, or has been altered."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError):
            return None


def name_of(master: bytes, subject: str) -> bytes:
    """Under which name the salt of a person's key is kept."""
    return hmac.digest(master, b"name " + subject.encode(), sha512)[:_KEY]
