import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

import smartbear
from smartbear.contracts.identity import REALM
from smartbear.contracts.roles import PARTICIPANT, STAFF
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from smartbear.identity.actions.keys import signing_keys
from smartbear.identity.model.realm import realm
from smartbear.identity.model.texts import _all, words
from smartbear.identity.settings import IdentitySettings
from smartbear.kit.errors import BadInput, Conflict
from tests.identity.conftest import PASSWORD, PROTOCOL, asked

SOURCE = Path(smartbear.__file__).parent


async def test_a_refresh_token_changes_at_every_use(browser):
    first = await browser.tokens()
    second = (await browser.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await browser.refresh(second["refresh_token"])).status_code == 200


async def test_a_refresh_token_used_twice_ends_the_whole_family(browser):
    first = await browser.tokens()
    second = (await browser.refresh(first["refresh_token"])).json()
    assert (await browser.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await browser.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_two_uses_at_the_same_time_one_at_most_succeeds(browser):
    first = await browser.tokens()
    both = await asyncio.gather(*(browser.refresh(first["refresh_token"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 400]


async def test_a_refresh_token_is_good_for_its_own_client_alone(browser):
    first = await browser.tokens()
    assert (await browser.refresh(first["refresh_token"], client_id="mobile")).status_code == 400


async def test_a_refresh_token_not_used_for_twelve_hours_is_over(browser, clock):
    first = await browser.tokens()
    clock.advance(timedelta(hours=13))
    assert (await browser.refresh(first["refresh_token"])).status_code == 400


async def test_userinfo_is_for_the_holder_of_a_good_token(http, browser):
    tokens = await browser.tokens()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    told = (await http.get(f"{PROTOCOL}/userinfo", headers=headers)).json()
    assert (told["preferred_username"], "email" in told) == ("test_clinician", False)
    for bad in ({}, {"authorization": "Bearer x"}, {"authorization": f"Bearer {tokens['id_token']}"}):
        assert (await http.get(f"{PROTOCOL}/userinfo", headers=bad)).status_code == 401


async def test_a_revoked_token_is_no_longer_active(http, browser, machine):
    tokens = await browser.tokens()
    asking = {"auth": machine}
    question = {"token": tokens["access_token"]}
    before = (await http.post(f"{PROTOCOL}/token/introspect", data=question, **asking)).json()
    assert (before["active"], before["roles"]) == (True, ["CCM"])
    await http.post(f"{PROTOCOL}/revoke", data={"client_id": "dashboard", "token": tokens["refresh_token"]})
    after = (await http.post(f"{PROTOCOL}/token/introspect", data=question, **asking)).json()
    assert after == {"active": False}
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400


async def test_revoking_an_access_token_ends_what_came_with_it(http, browser):
    tokens = await browser.tokens()
    form = {"client_id": "dashboard", "token": tokens["access_token"]}
    assert (await http.post(f"{PROTOCOL}/revoke", data=form)).status_code == 200
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400


async def test_an_account_out_of_use_gets_no_new_tokens(browser, identity):
    context, _ = identity
    tokens = await browser.tokens()
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = true")
    refused = await browser.refresh(tokens["refresh_token"])
    page = await browser.open()
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = false")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert page.status_code == 200  # the form: the session is no good either


async def test_a_client_cannot_revoke_the_token_of_another(http, browser):
    tokens = await browser.tokens()
    await http.post(f"{PROTOCOL}/revoke", data={"client_id": "mobile", "token": tokens["refresh_token"]})
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 200


async def test_introspection_is_for_clients_with_a_secret(http):
    answer = await http.post(f"{PROTOCOL}/token/introspect", data={"client_id": "dashboard", "token": "x"})
    assert answer.status_code == 401


@pytest.mark.parametrize("way", ["basic", "post"])
async def test_a_machine_gets_a_token_in_its_own_name(http, machine, way):
    client_id, secret = machine
    form = {"grant_type": "client_credentials", "scope": "system/*.*"}
    extra = {"auth": machine} if way == "basic" else {}
    if way == "post":
        form |= {"client_id": client_id, "client_secret": secret}
    told = (await http.post(f"{PROTOCOL}/token", data=form, **extra)).json()
    assert (told["scope"], told["token_type"]) == ("system/*.*", "Bearer")
    assert "refresh_token" not in told


@pytest.mark.parametrize("secret", ["wrong", "", None])
async def test_a_machine_with_a_wrong_secret_is_refused(http, machine, secret):
    form = {"grant_type": "client_credentials", "client_id": machine[0]}
    answer = await http.post(f"{PROTOCOL}/token", data=form | ({"client_secret": secret} if secret else {}))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("client_id", ["%00", "a%00b", "n" * 101, "é"])
async def test_a_client_that_cannot_be_one_is_refused(http, client_id):
    answer = await http.post(f"{PROTOCOL}/token", data={"grant_type": "refresh_token"}, auth=(client_id, "x"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_machine_cannot_have_a_scope_it_was_not_given(http, machine):
    form = {"grant_type": "client_credentials", "scope": "system/*.* openid"}
    answer = await http.post(f"{PROTOCOL}/token", data=form, auth=machine)
    assert answer.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password", "client_id": "dashboard"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_id": "dashboard"}, "unauthorized_client"),
        ({"grant_type": "refresh_token", "client_id": "dashboard"}, "invalid_grant"),
        ({"client_id": "dashboard"}, "unsupported_grant_type"),
    ],
)
async def test_a_grant_a_client_may_not_use_is_refused(http, form, error):
    answer = await http.post(f"{PROTOCOL}/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("endpoint", ["token", "token/introspect", "revoke"])
@pytest.mark.parametrize(
    ("request_parts", "status"),
    [
        ({"json": {"client_id": "bench"}}, 400),
        ({"data": {"client_id": "bench", "client_secret": "x"}, "auth": ("bench", "x")}, 400),
        ({"content": "client_id=bench&client_id=bench"}, 400),
        ({"content": b"client_id=\xff"}, 401),
        ({"data": {"x": "1"}, "headers": {"authorization": "Basic ???"}}, 401),
        ({"data": {"x": "1"}, "headers": {"authorization": "Basic /w=="}}, 401),
        ({"data": {"x": "1"}}, 401),
    ],
    ids=["json", "two ways", "twice", "not text", "not base64", "not utf-8", "nobody"],
)
async def test_a_client_that_cannot_be_understood_is_told_so(http, endpoint, request_parts, status):
    form = {"content-type": "application/x-www-form-urlencoded"} if "content" in request_parts else {}
    parts = request_parts | {"headers": request_parts.get("headers", form)}
    answer = await http.post(f"{PROTOCOL}/{endpoint}", **parts)
    assert answer.status_code == status
    assert answer.json()["error"] == ("invalid_client" if status == 401 else "invalid_request")


async def test_private_keys_are_not_readable_in_the_database(identity):
    context, _ = identity
    await signing_keys(context, IdentitySettings())
    async with context.db.connection() as c:
        rows = await c.fetch("SELECT sealed, public FROM signing_key")
    assert all(b"PRIVATE" not in row["sealed"] and "d" not in row["public"] for row in rows)


@pytest.mark.parametrize("language", ["en", "el", "it", "fr", "pt", "ro", "es"])
async def test_the_form_speaks_the_browsers_language(browser, http, language):
    http.headers["accept-language"] = f"{language}-XX;q=0.9, de"
    page = await browser.open()
    assert f'<html lang="{language}">' in page.text
    assert words(language)["sign_in"] in page.text


async def test_pages_run_nothing_and_are_framed_by_nobody(browser):
    page = await browser.open()
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_every_language_has_every_word():
    assert len({frozenset(words) for words in _all().values()}) == 1


def test_the_realm_has_the_seven_roles_the_participant_and_the_six_clients():
    assert tuple(realm().roles) == (*STAFF, PARTICIPANT)
    assert set(realm().clients) == {
        "dashboard",
        "mobile",
        "usermanager",
        "holobalance",
        "smart4health",
        "smart4healthbox",
    }


def test_the_front_door_expects_tokens_as_the_realm_makes_them():
    assert realm().issuer_path == REALM


def test_tokens_are_for_components_that_exist():
    services = {service for client in realm().clients.values() for service in client.services}
    assert services <= {path.name for path in SOURCE.iterdir() if path.is_dir()}


@pytest.mark.parametrize("name", [name for name, client in realm().clients.items() if not client.is_public])
async def test_a_machine_of_the_realm_gets_the_scopes_the_realm_gives_it_and_no_others(identity, http, name):
    context, _ = identity
    client_id, secret = await create_client(context, NewClient(name=name, scope="system/*.*"))
    assert client_id == name
    form = {"grant_type": "client_credentials"}
    told = (await http.post(f"{PROTOCOL}/token", data=form, auth=(client_id, secret))).json()
    assert told["scope"].split() == list(realm().clients[name].scopes)
    assert (await browserless(http, name)).status_code == 400


async def browserless(http, client_id):
    """Ask for a code in the name of a client that has no business with people."""
    return await http.get(f"{PROTOCOL}/auth", params=asked(client_id=client_id))


@pytest.mark.parametrize("name", ["dashboard", "mobile"])
async def test_a_public_client_is_given_no_secret(identity, name):
    context, _ = identity
    with pytest.raises(BadInput):
        await create_client(context, NewClient(name=name, scope="openid"))


@pytest.mark.parametrize("scope", ["", " ", 'system/*."', "a\\b", "é"])
async def test_a_client_needs_a_scope_that_can_be_one(identity, scope):
    context, _ = identity
    with pytest.raises(BadInput):
        await create_client(context, NewClient(name="bench", scope=scope))


async def test_an_account_that_is_there_stays_as_it_is(identity):
    context, _ = identity
    new = NewAccount(username="Test_Clinician", role="CCM", name="Somebody else")
    again = await create_account(context, new, "another password")
    async with context.db.connection() as c:
        rows = await c.fetch("SELECT id, name FROM account WHERE lower(username) = 'test_clinician'")
    assert [(str(row["id"]), row["name"]) for row in rows] == [(again, "Case manager CM-07")]


@pytest.mark.parametrize(("role", "error"), [("SysAdmin", Conflict), ("Superuser", BadInput)])
async def test_an_account_cannot_change_its_role_by_being_made_again(identity, role, error):
    context, _ = identity
    with pytest.raises(error):
        await create_account(context, NewAccount(username="test_clinician", role=role, name="x"), PASSWORD)


async def test_the_password_of_an_account_is_kept_as_argon2id(identity):
    context, _ = identity
    async with context.db.connection() as c:
        kept = await c.fetchval("SELECT password_hash FROM account LIMIT 1")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept


async def test_a_refresh_token_can_be_asked_about_until_it_is_used(http, browser, machine):
    tokens = await browser.tokens()
    question = {"token": tokens["refresh_token"]}
    before = (await http.post(f"{PROTOCOL}/token/introspect", data=question, auth=machine)).json()
    assert (before["active"], before["token_type"], before["client_id"]) == (
        True,
        "refresh_token",
        "dashboard",
    )
    await browser.refresh(tokens["refresh_token"])
    after = (await http.post(f"{PROTOCOL}/token/introspect", data=question, auth=machine)).json()
    assert after == {"active": False}


async def test_a_client_is_told_nothing_of_the_tokens_of_others(identity, http, browser):
    context, _ = identity
    curious = await create_client(context, NewClient(name="curious", scope="system/*.*"))
    tokens = await browser.tokens()
    for kind in ("access_token", "refresh_token"):
        question = {"token": tokens[kind]}
        told = (await http.post(f"{PROTOCOL}/token/introspect", data=question, auth=curious)).json()
        assert told == {"active": False}


async def test_userinfo_is_silent_about_an_account_out_of_use(identity, http, browser):
    context, _ = identity
    tokens = await browser.tokens()
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = true")
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    answer = await http.get(f"{PROTOCOL}/userinfo", headers=headers)
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = false")
    assert answer.status_code == 401


async def test_without_openid_there_is_no_id_token(browser):
    tokens = (await browser.exchange(await browser.code(scope="profile"))).json()
    assert "id_token" not in tokens
    assert tokens["scope"] == "profile"


async def test_a_stranger_cannot_revoke(http):
    answer = await http.post(f"{PROTOCOL}/revoke", data={"client_id": "stranger", "token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
