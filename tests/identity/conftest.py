import base64
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from smartbear.contracts.scope import ANONYMOUS, AccessScope
from smartbear.identity import app as identity_app
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from tests.conftest import client_of

ORIGIN = "http://localhost:8080"
PROTOCOL = "/realms/smartbear/protocol/openid-connect"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PASSWORD = "correct horse battery staple"


def asked(**changes):
    """A good authorization request of the dashboard, with changes; None leaves a parameter out."""
    query = {
        "client_id": "dashboard",
        "redirect_uri": f"{ORIGIN}/callback",
        "response_type": "code",
        "scope": "openid profile offline_access",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (query | changes).items() if value is not None}


class Browser:
    """What a person's browser does: keeps cookies, fills the form in, is sent back."""

    def __init__(self, http):
        self.http = http

    async def open(self, **changes):
        return await self.http.get(f"{PROTOCOL}/auth", params=asked(**changes))

    async def sign_in(self, username="test_clinician", password=PASSWORD, **changes):
        page = await self.open(**changes)
        proof = re.search(r'name="proof" value="([^"]+)"', page.text)[1]
        form = {"username": username, "password": password, "proof": proof}
        return await self.http.post(f"{PROTOCOL}/auth", params=asked(**changes), data=form)

    async def code(self, **changes):
        return answer_of(await self.sign_in(**changes))["code"]

    async def exchange(self, issued, **changes):
        form = {
            "grant_type": "authorization_code",
            "client_id": "dashboard",
            "redirect_uri": f"{ORIGIN}/callback",
            "code": issued,
            "code_verifier": VERIFIER,
        }
        return await self.http.post(f"{PROTOCOL}/token", data=form | changes)

    async def tokens(self):
        return (await self.exchange(await self.code())).json()

    async def refresh(self, token, **changes):
        form = {"grant_type": "refresh_token", "client_id": "dashboard", "refresh_token": token}
        return await self.http.post(f"{PROTOCOL}/token", data=form | changes)


def fields_of(page):
    """What the form on a page carries along."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def answer_of(response):
    """The parameters a browser is sent back with."""
    assert response.status_code == 303, response.text
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }


@pytest.fixture
async def identity(make_context):
    async with make_context("identity") as context, identity_app.serve(context) as app:
        new = NewAccount(
            username="test_clinician",
            role="CCM",
            name="Case manager CM-07",
            email="cm-07@demo.invalid",
            organisation="o-1",
            pilot="p-1",
        )
        await create_account(context, new, PASSWORD)
        async with context.db.connection() as c:
            await c.execute("DELETE FROM failed_sign_in")  # the database is shared by the module's tests
        yield context, app


@pytest.fixture
async def http(identity, clock):
    _, app = identity
    async with client_of(app, clock, AccessScope(role=ANONYMOUS)) as client:
        client.base_url = ORIGIN
        yield client


@pytest.fixture
def browser(http):
    return Browser(http)


@pytest.fixture
async def machine(identity):
    context, _ = identity
    return await create_client(context, NewClient(name="bench", scope="system/*.* token.introspect"))
