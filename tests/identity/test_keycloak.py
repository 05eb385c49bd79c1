"""The Keycloak adapter passes the suite of all adapters with a real one, whose tokens the gateway takes."""

import html
import re
import uuid
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway.actions.callers import Callers
from smartbear.identity import app as identity_app
from smartbear.identity.actions.directory import Keycloak
from smartbear.identity.model.people import Directory
from smartbear.identity.model.realm import realm
from smartbear.kit.clock import SystemClock
from smartbear.kit.http import outside
from tests.conftest import test_key
from tests.identity.conftest import CHALLENGE, VERIFIER
from tests.identity.directory_cases import *  # noqa: F403 - the suite
from tests.identity.directory_cases import PLACE, somebody
from tests.identity.keycloak_server import Missing, running

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(600)]
PROTOCOL = "/realms/smartbear/protocol/openid-connect"
BACK = "http://localhost:8080/callback"
PASSWORD = "seven stars over the lake"


@pytest.fixture(scope="module")
async def server(tmp_path_factory):
    try:
        async with running(tmp_path_factory.mktemp("keycloak")) as server:
            yield server
    except Missing as why:
        pytest.skip(f"no Keycloak: {why}")


@pytest.fixture
async def directory(server):
    async with outside(server.url) as http:
        yield Keycloak(http, server.secret)


@pytest.fixture
def ask_for_account(server):
    async def ask():
        name = f"user-{uuid.uuid4().hex[:10]}"
        form = {"firstName": "New", "lastName": "User", "email": f"{name}@demo.invalid", "enabled": True}
        made = await server.console("POST", "/users", json=form | {"username": name})
        return made.headers["location"].rpartition("/")[2]

    return ask


def test_the_adapter_fits_the_port(directory):
    assert isinstance(directory, Directory)


async def test_letters_go_to_the_owner(server, directory):
    new = somebody()
    await directory.add(new, None)
    assert any(new.email.encode() in letter for letter in server.letters)


async def test_a_participants_account_is_erased(server, directory, ask_for_account):
    account = await ask_for_account()
    role = (await server.console("GET", "/roles/Participant")).json()
    await server.console("POST", f"/users/{account}/role-mappings/realm", json=[role])
    person = Erasing(participant="SB-0007", subject="s-7", account=account)
    assert await directory.erase(person)
    assert not await directory.erase(person)


@pytest.fixture
async def tokens(server, directory):
    """Tokens of a case manager who has signed in at the dashboard, in Keycloak's pages."""
    new = somebody()
    person = await directory.add(new, "p-1")
    secret = {"type": "password", "value": PASSWORD, "temporary": False}
    await server.console("PUT", f"/users/{person.id}/reset-password", json=secret)
    user = (await server.console("GET", f"/users/{person.id}")).json()
    ready = {"emailVerified": True, "requiredActions": []}
    await server.console("PUT", f"/users/{person.id}", json=user | ready)
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        page = await http.get(f"{PROTOCOL}/auth", params=asked())
        action = html.unescape(re.search(r'action="([^"]+)"', page.text)[1])
        jar = "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar)  # Secure, and this is loopback
        known = {"username": new.username, "password": PASSWORD}
        answer = await http.post(action, data=known, headers={"cookie": jar})
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "client_id": "dashboard", "redirect_uri": BACK}
        form |= {"code": code, "code_verifier": VERIFIER}
        return (await http.post(f"{PROTOCOL}/token", data=form)).json()


def asked(**changes):
    query = {
        "client_id": "dashboard",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (query | changes).items() if value is not None}


@pytest.fixture
async def callers(server, make_context, monkeypatch):
    """The gateway's part that believes tokens, beside an ``identity`` that is told of the Keycloak."""
    monkeypatch.setenv("SMARTBEAR_IDENTITY_KEYCLOAK_URL", server.url)
    clock = SystemClock()
    async with make_context("identity") as context, identity_app.serve(replace(context, clock=clock)) as app:
        neighbours = {"identity": ScopeMiddleware(app, test_key("scope"), clock)}
        async with make_context("gateway", neighbours) as gateway:
            settings = gateway.settings.model_copy(update={"public_urls": (server.url,)})
            callers = Callers(replace(gateway, clock=clock, settings=settings))
            yield callers
            await callers.close()


async def test_the_gateway_believes_a_person_it_signed_in(callers, tokens):
    scope = await callers.identify(f"Bearer {tokens['access_token']}", "cdr")
    assert (scope.role, scope.organisations, scope.pilots) == ("CCM", (PLACE,), ("p-1",))
    assert tokens["expires_in"] <= 300


async def test_the_gateway_believes_a_machine(server, callers):
    secret = await server.secret_of("holobalance")
    form = {"grant_type": "client_credentials", "client_id": "holobalance", "client_secret": secret}
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        token = (await http.post(f"{PROTOCOL}/token", data=form)).json()["access_token"]
    scope = await callers.identify(f"Bearer {token}", "cdr")
    assert (scope.role, scope.client) == ("system", "holobalance")
    assert set(scope.scopes) == set(realm().clients["holobalance"].scopes)


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://localhost:8080/elsewhere"},
        {"redirect_uri": "http://localhost:8080/callback/../evil"},
        {"redirect_uri": "http://evil.example/"},
        {"client_id": "holobalance"},
        {"code_challenge_method": "plain"},
        {"code_challenge": None, "code_challenge_method": None},
        {"response_type": "token"},
    ],
)
async def test_what_the_embedded_provider_refuses_is_refused_there(server, changes):
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        answer = await http.get(f"{PROTOCOL}/auth", params=asked(**changes))
    where = answer.headers.get("location", "")
    assert answer.status_code in (302, 400)
    assert "code=" not in where
    assert not where or (where.startswith(BACK) and "error=" in where)
