"""Where a page ended, sealed: the server keeps nothing between two pages.

A cursor is good for the search, the reader and the time it was made for, and nobody can read it: a rid counts
what everybody has stored. Equal places have equal cursors (AES-SIV, RFC 5297).
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from smartbear.kit.errors import BadInput, Gone


class _Sealed(msgspec.Struct, array_like=True):
    rid: int
    keys: list[Any]  # str, float, datetime or None
    until: datetime


class CursorSeal:
    """Seals and opens cursors with one key of the deployment."""

    def __init__(self, key: bytes, lifetime: timedelta) -> None:
        self._cipher, self._lifetime = AESSIV(key), lifetime

    def seal(self, rid: int, keys: Sequence[Any], purpose: str, now: datetime) -> str:
        """The cursor after a match; ``purpose`` names the search and the reader."""
        body = msgspec.msgpack.encode(_Sealed(rid, list(keys), now + self._lifetime))
        sealed = self._cipher.encrypt(body, [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, cursor: str, purpose: str, now: datetime) -> tuple[int, tuple[Any, ...]]:
        """The rid and keys; BadInput if it is not for this purpose, Gone if it is too old."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            body = self._cipher.decrypt(sealed, [purpose.encode()])
        except (ValueError, binascii.Error, InvalidTag):
            raise _broken() from None
        found = msgspec.msgpack.decode(body, type=_Sealed)
        if now > found.until:
            raise Gone("The link to this page has expired: search again.")
        return found.rid, tuple(found.keys)


def _broken() -> BadInput:
    return BadInput("The cursor is not one of this search: follow the links of the page before.")
