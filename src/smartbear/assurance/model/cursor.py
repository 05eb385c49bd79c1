"""Where a page ended, sealed (AES-SIV, RFC 5297): a place in the order counts what everybody does."""

import base64
import binascii

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from smartbear.kit.errors import BadInput, FieldError

_LETTERS = b"-."  # beside letters and digits: those that an address and an id of FHIR may have
Place = tuple[int, int]
"""Transaction and number, by which events are in order."""


class Cursors:
    """Seals and opens places with one key of the deployment; each reader's are good for that reader alone."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, place: Place, reader: str) -> str:
        """The cursor of a place."""
        sealed = self._cipher.encrypt(msgspec.msgpack.encode(place), [reader.encode()])
        return base64.b64encode(sealed, _LETTERS).decode().rstrip("=")

    def open(self, cursor: str, reader: str) -> Place:
        """The place; BadInput if it is none, or somebody else's."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), _LETTERS, validate=True)
            place: Place = msgspec.msgpack.decode(self._cipher.decrypt(sealed, [reader.encode()]), type=Place)
        except (ValueError, binascii.Error, InvalidTag):
            fault = FieldError("after", "not_a_cursor", "Follow `next` of the page before.")
            raise BadInput(errors=(fault,)) from None
        return place
