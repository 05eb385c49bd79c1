import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from smartbear.identity.actions import NewAccount, create_account, passwords, set_password
from smartbear.identity.model import pkce
from smartbear.identity.routes.provider import Provider
from smartbear.identity.settings import IdentitySettings
from smartbear.kit.errors import NotFound
from tests.identity.conftest import CHALLENGE, ORIGIN, PASSWORD, PLACES, PROTOCOL, VERIFIER, answer_of, asked


async def test_discovery_describes_what_is_offered(http):
    told = (await http.get("/realms/smartbear/.well-known/openid-configuration")).json()
    assert told["issuer"] == f"{ORIGIN}/realms/smartbear"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]


async def test_the_issuer_is_the_public_address_the_browser_used(http):
    path = "/realms/smartbear/.well-known/openid-configuration"
    for host, origin in (("127.0.0.1:8080", "http://127.0.0.1:8080"), ("evil.example", ORIGIN)):
        told = (await http.get(path, headers={"host": host})).json()
        assert told["issuer"] == f"{origin}/realms/smartbear"


async def test_signing_in_gives_a_code_and_the_code_gives_tokens(http, browser):
    back = answer_of(await browser.sign_in())
    assert (back["state"], back["iss"]) == ("s-1", f"{ORIGIN}/realms/smartbear")
    tokens = (await browser.exchange(back["code"])).json()
    keys = KeySet.import_key_set((await http.get(f"{PROTOCOL}/certs")).json())
    access = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"])
    assert access.header["typ"] == "at+jwt"
    assert "cdr" in access.claims["aud"]
    assert access.claims["roles"] == ["CCM"]
    assert (access.claims["organisation"], access.claims["pilot"]) == (PLACES[0]["id"], "p-1")
    assert access.claims["exp"] - access.claims["iat"] == 300
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (identity["aud"], identity["nonce"]) == ("dashboard", "n-1")
    assert {"access_token", "id_token", "refresh_token"} <= tokens.keys()


async def test_without_offline_access_there_is_no_refresh_token(browser):
    code = await browser.code(scope="openid")
    assert "refresh_token" not in (await browser.exchange(code)).json()


async def test_a_browser_that_has_signed_in_is_sent_back_at_once(browser):
    await browser.sign_in()
    assert "code" in answer_of(await browser.open())


async def test_a_client_may_insist_on_the_form_or_on_its_absence(browser):
    assert answer_of(await browser.open(prompt="none"))["error"] == "login_required"
    await browser.sign_in()
    assert (await browser.open(prompt="login")).status_code == 200
    assert "code" in answer_of(await browser.open(prompt="none"))


async def test_a_client_may_say_how_old_a_sign_in_may_be(browser, clock):
    await browser.sign_in()
    clock.advance(timedelta(minutes=10))
    assert "code" in answer_of(await browser.open(max_age="600"))
    assert (await browser.open(max_age="599")).status_code == 200
    assert answer_of(await browser.open(max_age="0", prompt="none"))["error"] == "login_required"


async def test_staff_sign_in_anew_after_a_shift_and_participants_stay(browser, identity, http, clock):
    context, _ = identity
    new = NewAccount(username="SB-0001", role="Participant", name="SB-0001", participant="SB-0001")
    await create_account(context, new, PASSWORD)
    for username, stays in (("test_clinician", False), ("SB-0001", True)):
        http.cookies.clear()
        back = answer_of(await browser.sign_in(username=username))
        tokens = (await browser.exchange(back["code"])).json()
        clock.advance(timedelta(days=29))
        assert (await browser.refresh(tokens["refresh_token"])).is_success is stays
        assert ("code" in answer_of(await browser.open(prompt="none"))) is stays


async def test_a_new_password_ends_every_sign_in_made_with_the_old_one(browser, identity, http):
    context, _ = identity
    tokens = await browser.tokens()
    await set_password(context, "Test_Clinician", "another long password")
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    assert answer_of(await browser.open(prompt="none"))["error"] == "login_required"
    assert (await browser.sign_in()).status_code == 401
    assert "code" in answer_of(await browser.sign_in(password="another long password"))
    await set_password(context, "test_clinician", PASSWORD)
    with pytest.raises(NotFound):
        await set_password(context, "nobody", PASSWORD)


async def test_cookies_are_out_of_reach_for_scripts_and_other_sites(browser):
    for answer in (await browser.open(), await browser.sign_in()):
        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Path=/realms/smartbear" in cookie


async def test_cookies_of_an_https_address_are_never_sent_without_it(identity, http):
    context, app = identity
    app.app.state.provider = Provider(https(context), IdentitySettings(), None, None)
    query = asked(redirect_uri="https://bear.example/callback")
    answer = await http.get(f"{PROTOCOL}/auth", params=query, headers={"host": "bear.example"})
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]
    app.app.state.provider = Provider(context, IdentitySettings(), None, None)


def https(context):
    return replace(
        context, settings=context.settings.model_copy(update={"public_urls": ("https://bear.example",)})
    )


@pytest.mark.parametrize("username", ["test_clinician", "nobody", "TEST_CLINICIAN", ""])
async def test_a_wrong_password_is_answered_alike_for_every_name_and_costs_one_hash(
    browser, username, monkeypatch
):
    checks = []
    verify = passwords._verify

    def counting(password, stored):
        checks.append(stored is not None)
        return verify(password, stored)

    monkeypatch.setattr(passwords, "_verify", counting)
    answer = await browser.sign_in(username=username, password="wrong")
    assert answer.status_code == 401
    assert "Username or password not right." in answer.text
    assert len(checks) == 1


@pytest.mark.parametrize("state", ["disabled = true", "waits_for = 'approval'", "password_hash = NULL"])
@pytest.mark.parametrize("password", ["wrong", "", PASSWORD])
async def test_an_account_that_is_not_open_costs_one_hash_and_says_nothing(
    browser, identity, monkeypatch, state, password
):
    context, _ = identity
    async with context.db.connection() as c:
        known = await c.fetchrow("SELECT disabled, waits_for, password_hash FROM account")
        await c.execute(f"UPDATE account SET {state}")
    checks = []
    verify = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda *given: checks.append(1) or verify(*given))
    answer = await browser.sign_in(password=password)
    assert (answer.status_code, "Username or password not right." in answer.text) == (401, True)
    assert len(checks) == 1
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = $1, waits_for = $2, password_hash = $3", *tuple(known))


async def test_the_name_of_an_account_is_not_case_sensitive(browser):
    assert "code" in answer_of(await browser.sign_in(username="Test_Clinician"))


async def test_too_many_tries_must_wait_and_then_may_go_on(browser, clock):
    for _ in range(6):
        await browser.sign_in(password="wrong")
    answer = await browser.sign_in()
    assert answer.status_code == 429
    clock.advance(timedelta(minutes=2))
    assert "code" in answer_of(await browser.sign_in())


async def test_guesses_at_the_same_time_are_counted_before_they_are_looked_at(browser):
    answers = await asyncio.gather(*(browser.sign_in(password=f"guess {n}") for n in range(30)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 25


async def test_a_wrong_password_says_how_many_tries_are_left(browser):
    pages = [(await browser.sign_in(password="wrong")).text for _ in range(5)]
    assert [re.search(r"Tries left: (\d)", page)[1] for page in pages] == ["4", "3", "2", "1", "0"]


async def test_the_name_is_kept_after_a_problem_and_never_as_markup(browser):
    page = await browser.sign_in(username='"><script>alert(1)</script>', password="wrong")
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)' in page.text
    assert "wrong" not in page.text


async def test_the_right_password_makes_earlier_failures_forgotten(browser, http):
    for _ in range(3):
        await browser.sign_in(password="wrong")
        http.cookies.clear()
        await browser.sign_in()
        http.cookies.clear()
    assert "Tries left: 4" in (await browser.sign_in(password="wrong")).text


async def test_a_wait_is_never_longer_than_a_minute(browser, clock):
    for _ in range(20):
        await browser.sign_in(password="wrong")
        clock.advance(timedelta(seconds=61))
    assert "code" in answer_of(await browser.sign_in())


async def test_a_disabled_account_is_answered_like_a_wrong_password(browser, identity):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = true")
    answer = await browser.sign_in()
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = false")
    assert (answer.status_code, "Username or password not right." in answer.text) == (401, True)


@pytest.mark.parametrize("name", ["username", "password"])
async def test_a_text_no_database_can_keep_is_refused_in_the_form(browser, name):
    assert (await browser.sign_in(**{name: "a\0b"})).status_code == 400


@pytest.mark.parametrize("name", ["client_id", "state", "nonce", "redirect_uri"])
async def test_a_text_no_database_can_keep_is_refused_in_the_request(browser, name):
    assert (await browser.open(**{name: "a\0b"})).status_code == 400


async def test_a_form_that_is_not_ours_is_refused(http, browser):
    await browser.open()
    form = {"username": "test_clinician", "password": "x", "proof": "made up"}
    answer = await http.post(f"{PROTOCOL}/auth", params=asked(), data=form)
    assert answer.status_code == 400


async def test_a_form_that_is_no_form_is_refused(http, browser):
    await browser.open()
    answer = await http.post(f"{PROTOCOL}/auth", params=asked(), json={"username": "test_clinician"})
    assert (answer.status_code, "Please try again." in answer.text) == (400, True)


@pytest.mark.parametrize(
    "redirect",
    [
        f"{ORIGIN}/callback/",
        f"{ORIGIN}/callback?x=1",
        f"{ORIGIN}/callback#x",
        f"{ORIGIN}/callback/../evil",
        f"{ORIGIN}/callback/..;/evil",
        f"{ORIGIN}.evil.example/callback",
        f"{ORIGIN}@evil.example/callback",
        "http://evil.example@localhost:8080/callback",
        "http://localhost:8080@@evil.example/callback",
        "http://LOCALHOST:8080/callback",
        "https://localhost:8080/callback",
        "http://localhost/callback",
        "jaVaScript:alert(1)",
        "//localhost:8080/callback",
        f" {ORIGIN}/callback",
        f"{ORIGIN}/app/callback",
        "",
        None,
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_exactly_the_clients(browser, redirect):
    answer = await browser.open(redirect_uri=redirect)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_an_unknown_client_is_told_so_on_a_page(browser):
    answer = await browser.open(client_id="stranger")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "stranger" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "openid system/*.*"}, "invalid_scope"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "http://169.254.169.254/"}, "request_uri_not_supported"),
    ],
)
async def test_a_request_that_protects_nobody_is_sent_back_with_an_error(browser, changes, error):
    back = answer_of(await browser.open(**changes))
    assert (back["error"], back["state"]) == (error, "s-1")
    assert "code" not in back


async def test_a_parameter_given_twice_is_refused(http):
    query = "&".join(f"{name}={value}" for name, value in asked().items())
    assert (await http.get(f"{PROTOCOL}/auth?{query}&client_id=mobile")).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": f"{ORIGIN}/"},
        {"client_id": "mobile"},
        {"code": "made-up"},
    ],
)
async def test_a_code_is_good_only_with_its_proof_address_and_client(browser, changes):
    answer = await browser.exchange(await browser.code(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_is_good_for_a_minute(browser, clock):
    code = await browser.code()
    clock.advance(timedelta(seconds=61))
    assert (await browser.exchange(code)).status_code == 400


async def test_a_code_used_twice_ends_what_the_first_use_gave(browser):
    code = await browser.code()
    tokens = (await browser.exchange(code)).json()
    assert (await browser.exchange(code)).json()["error"] == "invalid_grant"
    assert (await browser.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_verifier_that_is_too_short_to_be_secret_is_refused():
    assert pkce.proves(VERIFIER, CHALLENGE)
    assert not pkce.proves("v" * 42, CHALLENGE)
