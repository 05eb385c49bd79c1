"""Proof Key for Code Exchange (RFC 7636), S256 alone: ``plain`` would protect nobody."""

import base64
import hashlib
import hmac
import re

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of 32 bytes, §4.2
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # §4.1


def is_challenge(challenge: str) -> bool:
    """Whether this can be an S256 challenge."""
    return _CHALLENGE.fullmatch(challenge) is not None


def proves(verifier: str, challenge: str) -> bool:
    """Whether whoever holds ``verifier`` is who sent ``challenge``."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
