"""Where a page ended, sealed: the server keeps nothing between two pages.

A cursor is good for the search, the reader and the time it was made for. It holds the last match's sort keys,
which that reader has just been shown.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from smartbear.kit.errors import BadInput, Gone

_MAC_BYTES = 16


class _Sealed(msgspec.Struct, array_like=True):
    rid: int
    keys: list[Any]  # str, float, datetime or None
    until: datetime


class CursorSeal:
    """Seals and opens cursors with one key of the deployment."""

    def __init__(self, key: bytes, lifetime: timedelta) -> None:
        self._key, self._lifetime = key, lifetime

    def seal(self, rid: int, keys: Sequence[Any], purpose: str, now: datetime) -> str:
        """The cursor after a match; ``purpose`` names the search and the reader."""
        body = msgspec.msgpack.encode(_Sealed(rid, list(keys), now + self._lifetime))
        return base64.urlsafe_b64encode(self._mac(body, purpose) + body).decode().rstrip("=")

    def open(self, cursor: str, purpose: str, now: datetime) -> tuple[int, tuple[Any, ...]]:
        """The rid and keys; BadInput if it is not for this purpose, Gone if it is too old."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error):
            raise _broken() from None
        mac, body = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body, purpose)):
            raise _broken()
        found = msgspec.msgpack.decode(body, type=_Sealed)
        if now > found.until:
            raise Gone("The link to this page has expired: search again.")
        return found.rid, tuple(found.keys)

    def _mac(self, body: bytes, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, sha256)[:_MAC_BYTES]


def _broken() -> BadInput:
    return BadInput("The cursor is not one of this search: follow the links of the page before.")
