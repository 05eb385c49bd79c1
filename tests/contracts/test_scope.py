from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.contracts.scope import (
    HEADER,
    SERVICE,
    SYSTEM,
    AccessScope,
    ScopeMiddleware,
    require,
    scope_of,
    sign,
    verify,
)
from smartbear.kit.errors import Forbidden, Unauthenticated
from tests.conftest import NOW, client_of, plain_client, test_key

KEY = test_key("scope")
CLINICIAN = AccessScope(role="CCM", account="a-1", organisations=("o-1",))

scopes = st.builds(
    AccessScope,
    role=st.sampled_from(["CCM", "Tech", "Participant", SYSTEM, SERVICE]),
    account=st.text(),
    organisations=st.lists(st.text(), max_size=3).map(tuple),
    participant=st.none() | st.text(),
)


@given(scopes)
def test_a_scope_arrives_as_it_was_signed(scope):
    assert verify(sign(scope, KEY, NOW), KEY, NOW) == scope


@given(st.data())
def test_a_scope_altered_anywhere_is_refused(data):
    signed = sign(CLINICIAN, KEY, NOW)
    at = data.draw(st.integers(0, len(signed) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.=").filter(lambda letter: letter != signed[at]))
    altered = signed[:at] + other + signed[at + 1 :]
    with pytest.raises(Unauthenticated):
        assert verify(altered, KEY, NOW) != CLINICIAN


@given(st.text(st.characters(codec="latin-1")))
def test_anything_else_is_refused(text):
    with pytest.raises(Unauthenticated):
        verify(text, KEY, NOW)


def test_a_scope_signed_with_another_key_is_refused():
    with pytest.raises(Unauthenticated):
        verify(sign(CLINICIAN, test_key("paging"), NOW), KEY, NOW)


def test_a_scope_is_good_for_a_minute():
    signed = sign(CLINICIAN, KEY, NOW)
    assert verify(signed, KEY, NOW + timedelta(seconds=60))
    with pytest.raises(Unauthenticated):
        verify(signed, KEY, NOW + timedelta(seconds=61))


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (AccessScope(role=SERVICE, service="cdr"), True),
        (AccessScope(role=SYSTEM, scopes=("system/*.*",)), True),
        (AccessScope(role=SYSTEM, scopes=("system/*.read",)), False),
        (AccessScope(role="CCM", scopes=("system/*.*",)), False),
        (AccessScope(role="SysAdmin"), False),
    ],
)
def test_only_components_and_full_system_clients_see_data_as_stored(scope, sees):
    assert scope.sees_stored_data is sees


async def tell(request):
    return JSONResponse(msgspec.to_builtins(scope_of(request)))


APP = Starlette(routes=[Route("/", tell)])


async def test_a_component_is_told_who_asks(clock):
    async with client_of(APP, clock, CLINICIAN) as client:
        answer = await client.get("/")
    assert answer.json() == {"role": "CCM", "account": "a-1", "organisations": ["o-1"]}


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "a.b"}, {"authorization": "Bearer x"}])
async def test_a_component_refuses_whoever_comes_without_a_scope(clock, headers):
    async with plain_client(ScopeMiddleware(APP, KEY, clock)) as client:
        answer = await client.get("/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_an_application_without_the_middleware_believes_nobody():
    async with plain_client(APP) as client:
        answer = await client.get("/", headers={HEADER: sign(CLINICIAN, KEY, NOW)})
    assert answer.status_code == 500


def test_a_role_that_is_not_asked_for_is_forbidden():
    request = Request({"type": "http", "state": {"access": CLINICIAN}})
    assert require("CCM", "Tech")(request) == CLINICIAN
    with pytest.raises(Forbidden):
        require("SysAdmin")(request)


@pytest.fixture
def heard():
    """What reaches the application, and what a caller is told."""
    return [], []


async def call(heard, clock, kind, headers=()):
    reached, told = heard

    async def app(scope, _receive, _send):
        reached.append(scope["type"])

    async def send(message):
        told.append(message["type"])

    scope = {"type": kind, "headers": list(headers)}
    await ScopeMiddleware(app, KEY, clock)(scope, None, send)


async def test_what_is_no_request_passes_without_a_scope(heard, clock):
    await call(heard, clock, "lifespan")
    assert heard == (["lifespan"], [])


@pytest.mark.parametrize("value", [None, b"made up"])
async def test_a_websocket_without_a_scope_ends_before_it_begins(heard, clock, value):
    await call(heard, clock, "websocket", [] if value is None else [(HEADER.encode(), value)])
    assert heard == ([], ["websocket.close"])


async def test_a_websocket_with_a_scope_begins(heard, clock):
    value = sign(CLINICIAN, KEY, clock.now()).encode()
    await call(heard, clock, "websocket", [(HEADER.encode(), value)])
    assert heard == (["websocket"], [])
