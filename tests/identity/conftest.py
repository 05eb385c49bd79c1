import base64
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smartbear.contracts import audit
from smartbear.contracts.letters import LetterWanted
from smartbear.contracts.scope import ANONYMOUS, AccessScope, ScopeMiddleware, scope_of
from smartbear.identity import app as identity_app
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from smartbear.identity.jobs import handlers
from smartbear.identity.model import totp
from smartbear.kit.jobs.queue import open_queue
from smartbear.kit.jobs.worker import Pauses, Worker
from tests.conftest import client_of, jobs_of, test_key

ORIGIN = "http://localhost:8080"
PROTOCOL = "/realms/smartbear/protocol/openid-connect"
ACCOUNT = "/realms/smartbear/account"
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


PLACES = [
    {"id": "0190a000-0000-7000-8000-00000000000a", "name": "UMIL", "pilot": {"id": "p-1", "name": "Italy"}},
    {"id": "0190a000-0000-7000-8000-00000000000b", "name": "NTUA", "pilot": {"id": "p-2", "name": "Greece"}},
]


def users_stub(clock):
    """What ``users`` tells ``identity``, and remembers of it."""

    async def organisations(request):
        scope_of(request)
        return JSONResponse({"items": PLACES})

    async def put_staff(request):
        app.state.staff[request.path_params["account"]] = await request.json()
        return Response(status_code=204)

    async def remove_staff(request):
        app.state.staff.pop(request.path_params["account"], None)
        return Response(status_code=204)

    routes = [
        Route("/internal/staff/{account}", remove_staff, methods=["DELETE"]),
        Route("/api/organisations", organisations),
        Route("/internal/staff/{account}", put_staff, methods=["PUT"]),
    ]
    app = Starlette(routes=routes)
    app.state.staff = {}
    guarded = ScopeMiddleware(app, test_key("scope"), clock)
    guarded.staff = app.state.staff
    return guarded


async def drain(context, database_url):
    """Do what ``identity`` has left to be done."""
    async with open_queue(database_url) as queue:
        await Worker(queue, handlers(context), Pauses(0), 1).drain()


async def letters(context, database_url):
    """The letters written so far, oldest first."""
    await drain(context, database_url)
    wanted = await jobs_of(database_url, "notifications.letter.wanted")
    return [LetterWanted.model_validate(event).opened(context) for event in wanted]


def link_in(letter):
    """The address in a letter, without the site's own."""
    return re.search(rf"{ORIGIN}(/\S+)", letter.text)[1]


@pytest.fixture
def users(clock):
    return users_stub(clock)


@pytest.fixture
async def identity(make_context, users):
    neighbours = {"users": users}
    async with make_context("identity", neighbours) as context, identity_app.serve(context) as app:
        new = NewAccount(
            username="test_clinician",
            role="CCM",
            name="Case manager CM-07",
            email="cm-07@demo.invalid",
            organisation=PLACES[0]["id"],
            pilot="p-1",
        )
        async with context.db.connection() as c:
            if not await c.fetchval("SELECT count(*) FROM account WHERE username = 'test_clinician'"):
                await create_account(context, new, PASSWORD)  # hashing is slow on purpose: once a module
            await c.execute("DELETE FROM failed_sign_in")  # the database is shared by the module's tests
            await c.execute("DELETE FROM account WHERE lower(username) <> 'test_clinician'")
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


@pytest.fixture
async def news(database_url):
    """The events since the last look."""
    connection = await asyncpg.connect(database_url)
    last = await connection.fetchval("SELECT coalesce(max(id), 0) FROM audit.event")

    async def look():
        nonlocal last
        rows = await connection.fetch("SELECT id, record FROM audit.event WHERE id > $1 ORDER BY id", last)
        last = max([last, *(row["id"] for row in rows)])
        return [audit.read(row["record"]) for row in rows]

    yield look
    await connection.close()


@pytest.fixture
async def page(http):
    """The account page of the clinician, who signs in where it asks for it."""
    form = fields_of(await http.get(ACCOUNT)) | {"username": "test_clinician", "password": PASSWORD}
    assert (await http.post(ACCOUNT, data=form)).headers["location"] == ACCOUNT
    return await http.get(ACCOUNT)


@pytest.fixture
def do(http):
    async def do(deed, **form):
        shown = await http.get(ACCOUNT)
        proof = re.search(r'name="proof" value="([^"]+)"', shown.text)[1]
        return await http.post(ACCOUNT, data={"proof": proof, "do": deed} | form)

    return do


@pytest.fixture
async def plain_again(identity):
    """Afterwards nobody has a second factor, a session or an allowed program."""
    yield
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET totp = NULL, totp_step = 0")
        for table in ("recovery_code", "passkey", "session", "permission"):
            await c.execute(f"DELETE FROM {table}")


def codes_on(page):
    """The recovery codes a page shows."""
    return re.findall(r"<code>([a-z0-9-]{14})</code>", page.text)


def totp_secret(page):
    return base64.b32decode(re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", ""))


def code_at(secret, clock):
    return totp.code(secret, int(clock.now().timestamp()) // 30)
