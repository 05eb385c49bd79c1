import base64
import hmac
import json
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.contracts import audit
from smartbear.gateway.actions import callers, tokens
from tests.gateway.conftest import KEY, SUBJECT, component

NEXT = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
STRANGER = RSAKey.generate_key(2048, {"kid": str(KEY.kid)}, private=True)
PUBLIC = KEY.as_pem(private=False)


async def status(http, token):
    answer = await http.get("/api/me", headers={"authorization": f"Bearer {token}"})
    return answer.status_code


async def test_a_good_token_is_believed(http, token):
    assert await status(http, token()) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example/realms/smartbear"},
        {"iss": None},
        {"aud": "account"},
        {"aud": "users of everything"},
        {"aud": ["cdr", "measurements"]},
        {"aud": [{"users": True}]},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": 7},
        {"client_id": None},
        {"scope": None},
        {"roles": []},
        {"roles": "CCM"},
        {"roles": ["Superuser"]},
        {"roles": ["CCM", "SysAdmin"]},
        {"roles": ["service"]},
        {"roles": ["system"]},
        {"roles": None},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": "at+JWT-ish"}},
        {"header": {"kid": "../../etc/passwd"}},
        {"header": {"kid": "unknown"}},
        {"key": STRANGER},
    ],
)
async def test_a_token_that_is_not_entirely_right_is_refused(http, token, changes):
    assert await status(http, token(**changes)) == 401


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_a_token_signed_with_the_public_key_as_if_it_were_a_secret_is_refused(http, claims):
    head = encoded({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid})
    signed = f"{head}.{encoded(claims())}"
    mac = hmac.digest(PUBLIC, signed.encode(), "sha256")
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert await status(http, forged) == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_a_token_without_a_signature_is_refused(http, claims, algorithm):
    unsigned = f"{encoded({'alg': algorithm, 'typ': 'at+jwt'})}.{encoded(claims())}."
    assert await status(http, unsigned) == 401


@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 2000), letter=st.sampled_from("AZaz09-_.= "))
@example(at=0, letter=".")
async def test_a_token_changed_anywhere_is_refused(http, token, at, letter):
    good = token()
    at %= len(good)
    changed = good[:at] + letter + good[at + 1 :]
    if same_token(good, changed):
        return
    assert await status(http, changed) == 401


def same_token(first, second):
    """Whether two texts are one token: the last letter of base64 carries bits that mean nothing."""

    def parts(text):
        try:
            return [base64.urlsafe_b64decode(part + "==") for part in text.split(".")]
        except ValueError:
            return text

    return parts(first) == parts(second)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "bearer", "Token x", "Bearer a.b.c"])
async def test_a_header_that_is_no_token_is_refused(http, header):
    assert (await http.get("/api/me", headers={"authorization": header})).status_code == 401


async def test_a_token_is_refused_once_it_has_expired_though_it_was_believed_before(http, token, clock):

    good = token()
    assert await status(http, good) == 200
    clock.advance(timedelta(seconds=331))
    assert await status(http, good) == 401


async def test_only_so_many_tokens_are_remembered(http, token, monkeypatch):
    monkeypatch.setattr(tokens, "_REMEMBERED", 2)
    good = [token(sub=f"a-{n}") for n in range(4)]
    assert [await status(http, one) for one in (*good, *good)] == [200] * 8


async def test_a_key_made_since_is_asked_for_but_not_at_every_forged_token(
    http, token, neighbours, monkeypatch
):
    asked = []

    async def certs(_request):
        asked.append(1)
        return JSONResponse({"keys": [key.as_dict(private=False) for key in (KEY, NEXT)]})

    assert await status(http, token()) == 200
    neighbours["identity"]._app = component(Route("/realms/smartbear/protocol/openid-connect/certs", certs))
    renewed = token(key=NEXT, header={"kid": NEXT.kid})
    assert [await status(http, renewed) for _ in range(5)] == [401] * 5
    assert asked == []
    monkeypatch.setattr(tokens, "_KEYS_AT_MOST_EVERY", 0.0)
    assert await status(http, renewed) == 200
    assert asked == [1]


async def test_what_a_key_signed_that_is_not_published_any_more_is_refused_though_it_was_believed(
    http, token, neighbours, monkeypatch
):
    async def others(_request):
        return JSONResponse({"keys": [NEXT.as_dict(private=False)]})

    stolen = token(exp=4_000_000_000)
    assert await status(http, stolen) == 200
    monkeypatch.setattr(tokens, "_KEYS_FOR", 0.0)
    assert await status(http, stolen) == 200
    neighbours["identity"]._app = component(Route("/realms/smartbear/protocol/openid-connect/certs", others))
    assert await status(http, stolen) == 401
    assert await status(http, token(key=NEXT, header={"kid": NEXT.kid})) == 200


async def test_tokens_are_believed_while_nobody_can_be_asked_for_keys(http, token, neighbours, monkeypatch):
    good = token()
    assert await status(http, good) == 200

    async def away(_request):
        return JSONResponse({"code": "unavailable"}, 503)

    neighbours["identity"]._app = component(Route("/realms/smartbear/protocol/openid-connect/certs", away))
    monkeypatch.setattr(tokens, "_KEYS_FOR", 0.0)
    assert await status(http, good) == 200


async def test_a_component_learns_who_asks(http, bearer):
    told = (await http.get("/api/me", headers=bearer())).json()["scope"]
    assert told == {
        "role": "CCM",
        "account": "a-1",
        "username": "test_clinician",
        "client": "dashboard",
        "organisations": ["o-1"],
        "pilots": ["p-1"],
    }


async def test_a_participants_repository_id_comes_from_users_and_not_from_the_token(http, bearer):
    headers = bearer(roles=["Participant"], participant="SB-0001", subject="somebody else")
    told = (await http.get("/api/me", headers=headers)).json()["scope"]
    assert (told["participant"], told["subject"]) == ("SB-0001", SUBJECT)


@pytest.mark.parametrize("seconds", [60.0, -1.0])
async def test_whose_repository_id_it_is_is_remembered_for_a_while(http, bearer, monkeypatch, seconds):
    monkeypatch.setattr(callers, "_REMEMBER", seconds)
    monkeypatch.setattr(callers, "_MOST", 1)
    headers = bearer(roles=["Participant"], participant="SB-0001")
    for _ in range(3):
        told = (await http.get("/api/me", headers=headers)).json()["scope"]
        assert told["subject"] == SUBJECT


async def test_a_participants_account_that_users_does_not_know_is_refused(http, bearer):
    headers = bearer(roles=["Participant"], participant="SB-0001", sub="a-2")
    assert (await http.get("/api/me", headers=headers)).status_code == 401


async def test_a_machine_brings_its_scopes(http, as_role):
    told = (await http.get("/fhir/Patient", headers=as_role("system"))).json()["scope"]
    assert told == {"role": "system", "client": "bench", "scopes": ["system/*.*"]}


async def test_tokens_that_are_not_good_are_counted_in_the_trail(http, bearer, database_url, clock):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM audit.event")
    old = bearer(exp=int(clock.now().timestamp()) - 60)
    for headers in (old, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"}, {}):
        assert (await http.get("/api/participants", headers=headers)).status_code == 401
    await http._transport.app._guards.witness.strangers.tell()
    [event] = [audit.read(one["record"]) for one in await connection.fetch("SELECT record FROM audit.event")]
    assert (event.subtype, event.times, event.agent.role) == ("token-refused", 3, "anonymous")
    await connection.close()
