"""Tokens: AES-256-SIV (RFC 5297) over a packed text, written in the characters of a FHIR id.

Deterministic, so that a person's records stay together; authenticated, so that nobody invents a token; and
reversible with the key alone, so that no table of pairs exists that could be stolen.
"""

import base64
import binascii
import re
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 64
LONGEST_ID = 40
"""Characters of the longest text whose token fits into the 64 characters of a FHIR id."""
LONGEST = 1024
"""Bytes of the longest text that has a token at all."""

_MARK = "p"  # a token never begins with a sign that a spreadsheet or a path would read
_SIGNS = b"-."
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(rf"[A-Za-z0-9.-]{{1,{LONGEST_ID}}}")
_OF_UUID, _OF_TEXT = 0, 255  # first byte of what is packed; of an id it is the length
_BLOCK = 16


class Cipher:
    """The tokens of one kind in one space and epoch; ``purpose`` says which, and is authenticated."""

    def __init__(self, key: bytes, purpose: bytes) -> None:
        self._cipher, self._purpose = AESSIV(key), [purpose]

    def seal(self, text: str) -> str | None:
        """The token of a text; None for an empty or a very long one."""
        packed = _packed(text)
        if packed is None:
            return None
        return _MARK + _written(self._cipher.encrypt(packed, self._purpose))

    def open(self, token: str) -> str | None:
        """The text of a token; None if it is not one of this cipher's."""
        sealed = _read(token)
        if sealed is None:
            return None
        try:
            return _unpacked(self._cipher.decrypt(sealed, self._purpose))
        except InvalidTag:
            return None


def _written(data: bytes) -> str:
    return base64.b64encode(data, _SIGNS).decode().rstrip("=")


def _read(token: str) -> bytes | None:
    """The bytes of a token that is written in the one way there is."""
    body = token[len(_MARK) :]
    if not token.startswith(_MARK) or len(body) > 2 * LONGEST:
        return None
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), _SIGNS)
    except (ValueError, binascii.Error):
        return None
    is_canonical = len(data) > _BLOCK and _written(data) == body
    return data if is_canonical else None


def _packed(text: str) -> bytes | None:
    """Texts of a form have one length, so that a token tells nothing of its text but the form."""
    if _UUID.fullmatch(text):
        return bytes([_OF_UUID]) + uuid.UUID(text).bytes
    if _ID.fullmatch(text):
        return bytes([len(text)]) + base64.b64decode(text.ljust(LONGEST_ID, "A"), _SIGNS)
    data = text.encode(errors="surrogatepass")
    if not 0 < len(data) <= LONGEST:
        return None
    return bytes([_OF_TEXT]) + data + b"\x80" + bytes(-(len(data) + 1) % _BLOCK)


def _unpacked(packed: bytes) -> str:
    form, data = packed[0], packed[1:]
    if form == _OF_UUID:
        return str(uuid.UUID(bytes=data))
    if form == _OF_TEXT:
        return data.rstrip(b"\0")[:-1].decode(errors="surrogatepass")
    return base64.b64encode(data, _SIGNS).decode()[:form]
