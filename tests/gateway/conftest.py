from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.contracts.scope import ScopeMiddleware, scope_of
from smartbear.gateway import app as gateway_app
from smartbear.gateway.model.table import TABLE
from smartbear.kit import problems
from tests.conftest import fresh_database, test_key

ORIGIN = "http://localhost:8080"
ISSUER = f"{ORIGIN}/realms/smartbear"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
SUBJECT = "0190a000-0000-7000-8000-000000000001"


async def tell(request):
    """What a component learns of a request."""
    return JSONResponse(
        {
            "scope": msgspec.to_builtins(scope_of(request)),
            "path": request.url.path,
            "query": request.url.query,
            "headers": dict(request.headers),
            "bytes": len(await request.body()),
        }
    )


async def certs(_request):
    return JSONResponse({"keys": [KEY.as_dict(private=False)]})


async def account(request):
    wanted = request.path_params["account"]
    if wanted != "a-1":
        return JSONResponse({"code": "not_found"}, 404)
    known = {"participant": "SB-0001", "subject": SUBJECT, "organisation": "o-1", "pilot": "p-1"}
    return JSONResponse({"account": wanted, **known})


async def described(_request):
    paths = {"/api/participants": {"get": {}}, "/internal/accounts/{account}": {"get": {}}}
    return JSONResponse({"paths": paths, "components": {"schemas": {"P": {}}}})


async def described_accounts(_request):
    return JSONResponse({"paths": {"/api/accounts": {"get": {}}}, "components": {}})


def component(*routes):
    app = Starlette(routes=[*routes, Route("/{path:path}", tell, methods=METHODS)])
    problems.install(app)
    return app


@pytest.fixture(scope="package")
async def database_url(postgres_url):
    """One database for all: the front door keeps nothing there but its limits."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def neighbours(clock):
    apps = {row.component: component() for row in TABLE}
    apps["identity"] = component(
        Route("/realms/smartbear/protocol/openid-connect/certs", certs),
        Route("/openapi.json", described_accounts),
    )
    apps["users"] = component(
        Route("/internal/accounts/{account}", account), Route("/openapi.json", described)
    )
    return {name: ScopeMiddleware(app, test_key("scope"), clock) for name, app in apps.items()}


@pytest.fixture
def web(tmp_path):
    for name in ("dashboard", "app"):
        folder = tmp_path / "web" / name / "dist"
        (folder / "assets").mkdir(parents=True)
        (folder / "index.html").write_text(f"<title>{name}</title>")
        (folder / "assets" / "main-abc123.js").write_text("1")
    (tmp_path / "web" / "dashboard" / "secret.txt").write_text("outside")
    return tmp_path / "web"


@pytest.fixture
async def http(make_context, neighbours, web):
    async with AsyncExitStack() as stack:
        context = await stack.enter_async_context(make_context("gateway", neighbours))
        context = replace(context, settings=context.settings.model_copy(update={"web": web}))
        app = await stack.enter_async_context(gateway_app.serve(context))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=ORIGIN))


@pytest.fixture
def claims(clock):
    """Claims of a good token of a case manager, with changes; None leaves one out."""

    def make(**changes):
        now = int(clock.now().timestamp())
        good = {
            "iss": ISSUER,
            "aud": sorted({row.component for row in TABLE}),
            "sub": "a-1",
            "client_id": "dashboard",
            "scope": "openid",
            "iat": now,
            "exp": now + 300,
            "roles": ["CCM"],
            "organisation": "o-1",
            "pilot": "p-1",
            "preferred_username": "test_clinician",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    return make


@pytest.fixture
def token(claims):
    def make(*, header=None, key=KEY, **changes):
        head = {"alg": "RS256", "typ": "at+jwt", "kid": KEY.kid} | (header or {})
        return jwt.encode(head, claims(**changes), key, algorithms=[head["alg"]])

    return make


@pytest.fixture
def bearer(token):
    def make(**changes):
        return {"authorization": f"Bearer {token(**changes)}"}

    return make


@pytest.fixture
def as_role(bearer):
    """Headers of a caller of a role; «system» is a machine, «anonymous» has none."""

    def make(role):
        if role == "anonymous":
            return {}
        if role == "system":
            return bearer(roles=None, sub="bench", client_id="bench", scope="system/*.*")
        participant = "SB-0001" if role == "Participant" else None
        return bearer(roles=[role], participant=participant)

    return make
