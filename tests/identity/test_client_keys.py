"""Clients that prove themselves with a key (RFC 7523, OIDC Core §9)."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from smartbear.identity.actions import NewClient, create_client
from smartbear.kit.errors import BadInput
from tests.identity.conftest import ORIGIN, PROTOCOL

KEY = ECKey.generate_key("P-256", {"kid": "k-1"}, private=True)
STRANGER = ECKey.generate_key("P-256", {"kid": "k-1"}, private=True)
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUER = f"{ORIGIN}/realms/smartbear"
NUMBERS = iter(range(10**9))


@pytest.fixture
async def client_id(identity):
    context, _ = identity
    keys = {"keys": [KEY.as_dict(private=False)]}
    made, secret = await create_client(context, NewClient(name="box", scope="system/*.read", keys=keys))
    assert secret is None
    return made


@pytest.fixture
def assertion(client_id, clock):
    """A good assertion, with changes; None leaves a claim out."""

    def make(key=KEY, algorithm="ES256", **changes):
        now = int(clock.now().timestamp())
        good = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": now + 60}
        good["jti"] = f"n-{next(NUMBERS)}"
        claims = {name: value for name, value in (good | changes).items() if value is not None}
        return jwt.encode({"alg": algorithm, "kid": "k-1"}, claims, key, algorithms=[algorithm])

    return make


@pytest.fixture
def ask(http):
    async def ask(assertion, endpoint="token", **changes):
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": KIND,
            "client_assertion": assertion,
        }
        return await http.post(f"{PROTOCOL}/{endpoint}", data=form | changes)

    return ask


@pytest.mark.parametrize("audience", [ISSUER, f"{ORIGIN}{PROTOCOL}/token", ["elsewhere", ISSUER]])
async def test_a_signed_assertion_proves_a_client(ask, assertion, audience):
    answer = await ask(assertion(aud=audience))
    assert (answer.status_code, answer.json()["scope"]) == (200, "system/*.read")


async def test_an_assertion_is_good_once_however_many_come_together(ask, assertion):
    good = assertion()
    answers = await asyncio.gather(*(ask(good) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


async def test_an_assertion_cannot_be_used_again_while_it_would_be_good(ask, assertion, clock):
    now = clock.now()
    good = assertion(exp=int((now + timedelta(minutes=5)).timestamp()))
    assert (await ask(good)).status_code == 200
    for seconds in (1, 150, 148, 29):
        clock.advance(timedelta(seconds=seconds))
        assert (await ask(assertion())).status_code == 200
        assert (await ask(good)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"key": STRANGER},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"aud": [{"a": 1}, 7]},
        {"aud": []},
        {"iss": "somebody else"},
        {"sub": None},
        {"jti": None},
        {"jti": 7},
        {"jti": ""},
        {"jti": "x" * 256},
        {"exp": None},
        {"exp": 1},
        {"exp": 1e300},
        {"exp": True},
        {"exp": "soon"},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": "yesterday"},
    ],
)
async def test_an_assertion_that_is_not_entirely_right_proves_nothing(ask, assertion, changes, client_id):
    answer = await ask(assertion(**changes), client_id=client_id)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [{"client_secret": "x"}, {"client_assertion_type": "urn:other"}],
)
async def test_a_client_proves_itself_in_one_way_that_is_known(ask, assertion, changes):
    answer = await ask(assertion(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_client_with_a_key_has_no_secret_to_guess(http, client_id):
    for secret in ("", "\0" * 8, "secret"):
        form = {"grant_type": "client_credentials"}
        answer = await http.post(f"{PROTOCOL}/token", data=form, auth=(client_id, secret))
        assert answer.status_code in (400, 401)


async def test_the_assertion_of_one_client_is_none_of_another(ask, assertion, machine):
    assert (await ask(assertion(), client_id=machine[0])).status_code == 401


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "e30.e30.", "e30.bnVsbA.x", "e30.eyJzdWIiOjd9.x", "é"])
async def test_what_is_no_assertion_proves_nothing(ask, text):
    assert (await ask(text)).status_code == 401


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 2000), letter=st.characters(min_codepoint=33, max_codepoint=126))
async def test_an_assertion_changed_anywhere_proves_nothing(ask, assertion, at, letter):
    good = assertion()
    at %= good.rindex(".") + 80  # the last letters of base64 carry bits that mean nothing
    changed = good[:at] + letter + good[at + 1 :]
    if changed != good:
        assert (await ask(changed)).status_code == 401


SECRET = RSAKey.generate_key(2048, private=True)


async def test_a_private_key_given_by_mistake_is_not_kept(identity):
    context, _ = identity
    new = NewClient(name="careless", scope="a", keys={"keys": [SECRET.as_dict(private=True)]})
    client_id, _ = await create_client(context, new)
    async with context.db.connection() as c:
        kept = await c.fetchval("SELECT keys FROM client WHERE id = $1", client_id)
    assert set(kept["keys"][0]) <= {"kty", "n", "e", "kid"}


SYMMETRIC = {"kty": "oct", "k": "A" * 43}


@pytest.mark.parametrize("keys", [None, [], 7, [{}], [7], [SYMMETRIC]])
async def test_keys_that_cannot_verify_are_refused(identity, keys):
    context, _ = identity
    with pytest.raises(BadInput):
        await create_client(context, NewClient(name="box", scope="a", keys={"keys": keys}))


@pytest.mark.parametrize(
    "address",
    [
        "http://rp.example/callback",
        "https://*.example/callback",
        "https://rp.example/callback#x",
        "https://user@rp.example/callback",
        "javascript:alert(1)",
        "https:///callback",
        "https://[::1/callback",
        "https://rp.example;script-src/callback",
        "https://rp.example,evil.example/callback",
        "callback",
        "",
    ],
)
@pytest.mark.parametrize("place", ["redirects", "after_logout"])
async def test_an_address_that_cannot_be_compared_exactly_is_refused(identity, place, address):
    context, _ = identity
    with pytest.raises(BadInput):
        await create_client(context, NewClient(name="rp", scope="openid", **{place: (address,)}))
