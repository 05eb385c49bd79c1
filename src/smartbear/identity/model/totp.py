"""Time-based one-time passwords (RFC 6238), as every authenticator app makes them."""

import base64
import hmac
import struct
from urllib.parse import quote, urlencode

SECRET_BYTES = 20  # as long as the hash (RFC 4226 §4)
_PERIOD, _DIGITS = 30, 6  # seconds; and SHA-1, which apps take for granted
_DRIFT = (0, -1, 1)  # steps that clocks may differ


def code(secret: bytes, step: int) -> str:
    """The password of a step (RFC 4226 §5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def matching_step(secret: bytes, given: str, now: float, last: int) -> int | None:
    """The step whose password was given, if it is about now and later than ``last``; each is good once."""
    current = int(now) // _PERIOD
    for step in (current + drift for drift in _DRIFT):
        if step > last and hmac.compare_digest(code(secret, step).encode(), given.encode()):
            return step
    return None


def readable(secret: bytes) -> str:
    """The secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, issuer: str, username: str) -> str:
    """The secret as a link that an authenticator app on the same device opens."""
    query = urlencode({"secret": base64.b32encode(secret).decode(), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"
