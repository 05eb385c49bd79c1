"""What an authenticator says when a passkey is made or used (Web Authentication Level 3, §7).

Attestation is not asked for: what counts is that the same passkey signs again.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from smartbear.identity.model import cbor

ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA, RS256, as COSE numbers them."""
_PRESENT, _HAS_KEY = 0x01, 0x40  # flags of authenticator data (§6.1)
_HEAD, _AAGUID = 37, 16  # bytes
_LONGEST_ID = 1023  # bytes (§4)


class NotGenuine(Exception):
    """What was sent is not what an authenticator would send here and now."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known before: the challenge given out, the pages' addresses, and their host."""

    challenge: bytes
    origins: Collection[str]
    host: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was made."""

    id: bytes
    public_key: bytes
    sign_count: int


class Response(msgspec.Struct, rename="camel", frozen=True):
    """The response of ``navigator.credentials``, its bytes as base64url."""

    id: str
    client_data: str = msgspec.field(name="clientDataJSON")
    attestation_object: str = ""
    authenticator_data: str = ""
    signature: str = ""


def read(text: str) -> Response:
    """The response in a form; NotGenuine if it is none."""
    try:
        return msgspec.json.decode(text, type=Response)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise NotGenuine from None


def made(response: Response, expected: Expected) -> Made:
    """The passkey that was made for this page (§7.1); NotGenuine if anything is not as expected."""
    try:
        _check_client(decoded(response.client_data), "webauthn.create", expected)
        attestation, _ = cbor.decode(decoded(response.attestation_object))
        data = attestation["authData"]
        flags, count = _checked(data, expected)
        if not flags & _HAS_KEY:
            raise NotGenuine
        length = struct.unpack(">H", data[_HEAD + _AAGUID : _HEAD + _AAGUID + 2])[0]
        start = _HEAD + _AAGUID + 2
        passkey, rest = data[start : start + length], data[start + length :]
        _, after = cbor.decode(rest)
        key = rest[: len(rest) - len(after)]
        _key(key)
    except (ValueError, KeyError, TypeError, struct.error, UnsupportedAlgorithm):
        raise NotGenuine from None
    if not 0 < length <= _LONGEST_ID or len(passkey) != length:
        raise NotGenuine
    return Made(passkey, key, count)


def id_of(response: Response) -> bytes:
    """Which passkey answers; NotGenuine if that cannot be read."""
    try:
        return decoded(response.id)
    except ValueError:
        raise NotGenuine from None


def used(response: Response, expected: Expected, public_key: bytes, last_count: int) -> int:
    """The new count of a passkey that has signed for this page (§7.2); NotGenuine otherwise.

    A count that does not grow belongs to a copy of the passkey; those that never count stay at zero.
    """
    try:
        client, data = decoded(response.client_data), decoded(response.authenticator_data)
        _check_client(client, "webauthn.get", expected)
        _, count = _checked(data, expected)
        _verify(_key(public_key), decoded(response.signature), data + sha256(client).digest())
    except (ValueError, KeyError, TypeError, InvalidSignature, struct.error, UnsupportedAlgorithm):
        raise NotGenuine from None
    if (count or last_count) and count <= last_count:
        raise NotGenuine
    return count


def coded(data: bytes) -> str:
    """Bytes as the pages' script reads them: base64url."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """What ``coded`` made; ValueError for what it did not."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _check_client(client: bytes, kind: str, expected: Expected) -> None:
    told: Any = msgspec.json.decode(client)
    right = told["type"] == kind and told["origin"] in expected.origins
    if not right or not hmac.compare_digest(decoded(told["challenge"]), expected.challenge):
        raise NotGenuine


def _checked(data: bytes, expected: Expected) -> tuple[int, int]:
    """Flags and count of authenticator data that is of this host, with a person present."""
    if len(data) < _HEAD or data[:32] != sha256(expected.host.encode()).digest():
        raise NotGenuine
    flags, count = struct.unpack(">BI", data[32:_HEAD])
    if not flags & _PRESENT:
        raise NotGenuine
    return flags, count


_Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


def _key(cose: bytes) -> _Key:
    """The public key in a COSE key (RFC 9052 §7); ValueError for kinds that were not offered."""
    told, _ = cbor.decode(cose)
    match told.get(1), told.get(3), told.get(-1):
        case 2, -7, 1:
            point = b"\x04" + told[-2].rjust(32, b"\0") + told[-3].rjust(32, b"\0")
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        case 1, -8, 6:
            return ed25519.Ed25519PublicKey.from_public_bytes(told[-2])
        case 3, -257, _:
            numbers = (int.from_bytes(told[name]) for name in (-2, -1))
            return rsa.RSAPublicNumbers(*numbers).public_key()
    raise ValueError


def _verify(key: _Key, signature: bytes, data: bytes) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(SHA256()))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        key.verify(signature, data, padding.PKCS1v15(), SHA256())
