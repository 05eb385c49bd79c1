"""E-mails that a component wants sent by ``notifications``. They may hold links nobody else may follow.

A letter lies in the job table until it has been sent, so it is sealed on the way: whoever reads the table
reads no address and follows no link.
"""

import base64
import os
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AwareDatetime, BaseModel, ConfigDict

from smartbear.contracts.events import Event
from smartbear.kit.context import Context

_PURPOSE = "letters"
_NONCE = 12  # bytes, as AES-GCM wants it


class Letter(BaseModel):
    """What to send and to whom; the HTML says what the text says."""

    model_config = ConfigDict(frozen=True)

    to: str
    subject: str
    text: str
    html: str


class LetterWanted(Event):
    """Somebody is to get an e-mail."""

    name = "letter.wanted"
    listeners = ("notifications",)

    letter_id: str
    sealed: str

    @classmethod
    def of(cls, context: Context, letter: Letter) -> Self:
        """The event for a letter."""
        nonce = os.urandom(_NONCE)
        body = letter.model_dump_json().encode()
        sealed = nonce + AESGCM(context.key(_PURPOSE)).encrypt(nonce, body, None)
        return cls(letter_id=context.new_id(), sealed=base64.b64encode(sealed).decode())

    def opened(self, context: Context) -> Letter:
        """The letter; for ``notifications``, whose key for letters is the same."""
        return _opened(context, self.sealed)


class LetterRefused(Event):
    """A mail server has refused a letter for good: nobody reads that address."""

    name = "letter.refused"
    listeners = ("identity",)

    sealed: str
    """The letter, as it was sealed on its way out."""
    at: AwareDatetime

    def opened(self, context: Context) -> Letter:
        """The letter; for ``identity``, which had it written."""
        return _opened(context, self.sealed)


def _opened(context: Context, sealed: str) -> Letter:
    packed = base64.b64decode(sealed)
    body = AESGCM(context.key(_PURPOSE)).decrypt(packed[:_NONCE], packed[_NONCE:], None)
    return Letter.model_validate_json(body)
