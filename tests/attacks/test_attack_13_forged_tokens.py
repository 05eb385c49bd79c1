"""Attack 13: tokens without a signature, with a wrong kind of one, and with keys the forger names.

A hundred thousand mutations of a good token are in ``tests/identity/test_forgeries.py``.
"""

import base64
import hmac
import json
from hashlib import sha256

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.cdr.subscribers import served
from tests.identity.conftest import PROTOCOL


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decoded(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.fixture
async def good(platform):
    """Head, claims and signature of a good token."""
    return (await platform.token("ccm_north")).split(".")


async def believed(platform, token):
    answer = await platform.ask("", "GET", "/fhir/Patient", authorization=f"Bearer {token}")
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def test_a_token_without_a_signature_is_not_believed(platform, good):
    head, claims, signature = good
    assert await believed(platform, f"{head}.{claims}.{signature}")
    for algorithm in ("none", "None", "NONE", ""):
        forged = part(decoded(head) | {"alg": algorithm})
        assert not await believed(platform, f"{forged}.{claims}.")
        assert not await believed(platform, f"{forged}.{claims}.{signature}")


async def test_the_public_key_is_no_secret(platform, good):
    head, claims, _ = good
    keys = (await platform.http.get(f"{PROTOCOL}/certs")).json()["keys"]
    public = RSAKey.import_key(keys[0])
    for secret in (public.as_pem(private=False), json.dumps(keys[0]).encode(), keys[0]["n"].encode()):
        forged = part(decoded(head) | {"alg": "HS256"})
        mac = hmac.digest(secret, f"{forged}.{claims}".encode(), sha256)
        assert not await believed(platform, f"{forged}.{claims}.{part(mac)}")


async def test_no_key_of_the_forgers_is_used_nor_fetched(platform, good):
    own = RSAKey.generate_key(2048, private=True)
    head, claims = decoded(good[0]), decoded(good[1])
    async with served() as evil:
        lures = (
            {},
            {"jku": f"{evil.address}/keys"},
            {"x5u": f"{evil.address}/cert"},
            {"jwk": own.as_dict(private=False)},
            {"kid": "../../../../dev/null"},
            {"kid": "' OR 1=1 --"},
            {"kid": f"{evil.address}/keys"},
        )
        for lure in lures:
            token = jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": head["kid"]}, claims, own)
            _, body, _ = token.split(".")
            forged = part(head | lure)
            signed = own.raw_value.sign(f"{forged}.{body}".encode(), *_pkcs1())
            assert not await believed(platform, f"{forged}.{body}.{part(signed)}")
        assert evil.told == []


def _pkcs1():
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - of one forgery
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - of one forgery

    return PKCS1v15(), SHA256()


async def test_claims_changed_under_a_good_signature_are_not_believed(platform, good):
    head, claims, signature = good
    for change in ({"roles": ["SysAdmin"]}, {"organisation": platform.place["south"]}, {"exp": 9999999999}):
        assert not await believed(platform, f"{head}.{part(decoded(claims) | change)}.{signature}")


async def test_an_id_token_is_no_access_token(platform):
    tokens = await platform.browser("ccm_north")
    assert not await believed(platform, tokens["id_token"])
