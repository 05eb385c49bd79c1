"""Random secrets that are handed out once and kept as digests."""

import secrets
from hashlib import sha256

_BYTES = 32


def fresh() -> tuple[str, bytes]:
    """A secret of 256 random bits, and its digest to keep."""
    secret = secrets.token_urlsafe(_BYTES)
    return secret, digest(secret)


def digest(secret: str) -> bytes:
    """What a secret is kept as. A fast hash will do: nobody guesses 256 random bits."""
    return sha256(secret.encode()).digest()
