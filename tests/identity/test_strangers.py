"""Authlib's own client, as a stranger would use it: it learns everything it needs from discovery."""

import re

import pytest
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.identity.conftest import ORIGIN, PASSWORD, VERIFIER


@pytest.fixture
async def known(http):
    return (await http.get("/realms/smartbear/.well-known/openid-configuration")).json()


@pytest.fixture
async def stranger(http):
    """Makes clients that reach the provider; every request carries what the front door would add."""
    made = []

    def make(client_id, secret=None, **options):
        client = AsyncOAuth2Client(client_id, secret, transport=http._transport, **options)
        client.event_hooks = http.event_hooks
        made.append(client)
        return client

    yield make
    for client in made:
        await client.aclose()


async def sign_in(http, url):
    page = await http.get(url)
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)[1]
    form = {"username": "test_clinician", "password": PASSWORD, "proof": proof}
    return (await http.post(url, data=form)).headers["location"]


async def test_a_person_signs_in_through_a_public_client(http, known, stranger, clock):
    client = stranger(
        "dashboard",
        scope="openid profile offline_access",
        redirect_uri=f"{ORIGIN}/callback",
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
    )
    url, state = client.create_authorization_url(
        known["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-2"
    )
    back = await sign_in(http, url)
    token = await client.fetch_token(
        known["token_endpoint"], authorization_response=back, code_verifier=VERIFIER, state=state
    )
    keys = KeySet.import_key_set((await http.get(known["jwks_uri"])).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=known["id_token_signing_alg_values_supported"])
    options = {"iss": {"value": known["issuer"]}, "aud": {"value": "dashboard"}}
    claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": "n-2", "client_id": "dashboard"})
    claims.validate(now=clock.now().timestamp(), leeway=0)

    renewed = await client.refresh_token(known["token_endpoint"])
    assert renewed["refresh_token"] != token["refresh_token"]
    assert (await client.get(known["userinfo_endpoint"])).json()["name"] == "Case manager CM-07"
    await client.revoke_token(known["revocation_endpoint"], token=renewed["refresh_token"])
    with pytest.raises(AuthlibBaseError, match="invalid_grant"):
        await client.refresh_token(known["token_endpoint"], renewed["refresh_token"])


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_a_machine_gets_a_token_and_asks_about_it(known, stranger, machine, way):
    client = stranger(*machine, token_endpoint_auth_method=way, revocation_endpoint_auth_method=way)
    token = await client.fetch_token(known["token_endpoint"], grant_type="client_credentials")
    told = await client.introspect_token(known["introspection_endpoint"], token=token["access_token"])
    assert (told.json()["active"], told.json()["scope"]) == (True, "system/*.* token.introspect")
