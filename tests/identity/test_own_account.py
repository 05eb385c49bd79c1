"""What people see and do with their own account, and the second step of signing in."""

import base64
import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from smartbear.identity import app as identity_app
from smartbear.identity.actions import NewAccount, create_account, tries
from smartbear.identity.model import totp
from smartbear.identity.routes.provider import Provider
from smartbear.identity.settings import IdentitySettings
from tests.identity.conftest import (
    ACCOUNT,
    PASSWORD,
    PROTOCOL,
    Browser,
    answer_of,
    asked,
    code_at,
    codes_on,
    fields_of,
    totp_secret,
)

pytestmark = pytest.mark.usefixtures("plain_again")


async def set_up(do, http, clock):
    """Set up an authenticator app; returns its secret."""
    shown = await do("set_up")
    secret = totp_secret(shown)
    code = totp.code(secret, int(clock.now().timestamp()) // 30)
    answer = await http.post(ACCOUNT, data=fields_of(shown) | {"code": code})
    assert codes_on(answer), answer.text
    return secret


async def second(http, shown, **form):
    """Answer the second step of a sign-in."""
    return await http.post(
        f"{PROTOCOL}/auth", params=asked(), data=fields_of(shown) | {"step": "code"} | form
    )


async def test_the_account_is_shown_only_after_a_recent_sign_in(page, http, clock):
    assert "Your account" in page.text
    clock.advance(timedelta(minutes=16))
    assert 'name="password"' in (await http.get(ACCOUNT)).text
    assert "Case manager" not in (await http.get(ACCOUNT)).text


async def test_a_person_sees_and_ends_other_sessions(page, http, do, browser, clock):
    mine = dict(http.cookies)
    http.cookies.clear()
    http.headers["user-agent"] = "Another <b>browser</b>"
    tokens = await browser.tokens()
    http.cookies.clear()
    http.cookies.update(mine)
    shown = await http.get(ACCOUNT)
    assert "Another &lt;b&gt;browser" in shown.text
    other = re.search(r'name="session" value="([^"]+)"', shown.text)[1]
    await do("end", session=other)
    assert "Another" not in (await http.get(ACCOUNT)).text
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400


async def test_all_other_sessions_end_at_once(page, http, do, browser):
    mine = dict(http.cookies)
    for _ in range(2):
        http.cookies.clear()
        await browser.sign_in()
    http.cookies.clear()
    http.cookies.update(mine)
    assert (await http.get(ACCOUNT)).text.count("Another browser") == 2
    await do("end_others")
    shown = await http.get(ACCOUNT)
    assert (shown.text.count("Another browser"), "This browser" in shown.text) == (0, True)


@pytest.mark.parametrize("session", ["", "x", "0190a000-0000-7000-8000-00000000000f", "1' OR '1'='1"])
async def test_nobody_ends_a_session_of_another(page, do, http, identity, session):
    assert (await do("end", session=session)).status_code == 303
    assert "This browser" in (await http.get(ACCOUNT)).text


async def test_a_password_is_changed_by_whoever_knows_it(page, do, browser, identity):
    new = "a lake full of stars"
    assert "not right" in (await do("password", current="wrong", password=new)).text
    assert "too easy" in (await do("password", current=PASSWORD, password="test_clinician")).text
    assert "The password is set" in (await do("password", current=PASSWORD, password=new)).text
    assert (await browser.sign_in()).status_code == 401
    assert "code" in answer_of(await browser.sign_in(password=new))
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("DELETE FROM account")


async def test_guesses_of_the_present_password_are_counted(page, do):
    for _ in range(6):
        await do("password", current="wrong", password="a lake full of stars")
    answer = await do("password", current=PASSWORD, password="a lake full of stars")
    assert "not right" in answer.text


async def test_an_account_is_deleted_by_its_owner(page, do, browser, identity):
    assert "not right" in (await do("delete", current="wrong")).text
    assert "Your account is deleted" in (await do("delete", current=PASSWORD)).text
    assert (await browser.sign_in()).status_code == 401


async def test_a_participant_cannot_delete_the_account(identity, http, do):
    context, _ = identity
    new = NewAccount(username="SB-0001", role="Participant", name="SB-0001", participant="SB-0001")
    await create_account(context, new, PASSWORD)
    form = fields_of(await http.get(ACCOUNT)) | {"username": "SB-0001", "password": PASSWORD}
    await http.post(ACCOUNT, data=form)
    assert "Delete the account" not in (await http.get(ACCOUNT)).text
    assert (await do("delete", current=PASSWORD)).status_code == 400


async def test_a_deed_of_another_site_is_not_done(page, http):
    answer = await http.post(ACCOUNT, data={"do": "delete", "current": PASSWORD, "proof": "made up"})
    assert answer.status_code == 200
    assert "Case manager CM-07" in (await http.get(ACCOUNT)).text


@pytest.mark.parametrize("deed", ["", "everything", "__class__"])
async def test_a_deed_nobody_knows_is_not_done(page, do, deed):
    assert (await do(deed)).status_code == 200


async def test_an_authenticator_app_is_asked_from_then_on(page, do, http, browser, clock):
    secret = await set_up(do, http, clock)
    http.cookies.clear()
    clock.advance(timedelta(seconds=60))
    shown = await browser.sign_in()
    assert (shown.status_code, "authenticator app shows" in shown.text) == (200, True)
    back = answer_of(await second(http, shown, code=code_at(secret, clock)))
    tokens = (await browser.exchange(back["code"])).json()
    assert identity_claims(tokens)["acr"] == "2"
    assert set(identity_claims(tokens)["amr"]) == {"pwd", "otp", "mfa"}


def identity_claims(tokens):
    body = tokens["id_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=="))


async def test_a_one_time_password_is_good_once_and_for_about_a_minute(page, do, http, browser, clock):
    secret = await set_up(do, http, clock)
    http.cookies.clear()
    used = code_at(secret, clock)
    shown = await browser.sign_in()
    assert (await second(http, shown, code=used)).status_code == 401
    clock.advance(timedelta(seconds=30))
    code = code_at(secret, clock)
    clock.advance(timedelta(seconds=61))
    assert (await second(http, shown, code=code)).status_code == 401
    fresh = code_at(secret, clock)
    assert (await second(http, shown, code=f"{fresh[:3]} {fresh[3:]}")).status_code == 303
    assert (await second(http, shown, code=fresh)).status_code == 400


async def test_guesses_of_one_time_passwords_are_counted(page, do, http, browser, clock):
    secret = await set_up(do, http, clock)
    http.cookies.clear()
    clock.advance(timedelta(seconds=60))
    shown = await browser.sign_in()
    answers = [await second(http, shown, code="000000") for _ in range(7)]
    assert answers[-1].status_code == 429
    clock.advance(timedelta(minutes=2))
    assert (await second(http, shown, code=code_at(secret, clock))).status_code == 303


async def test_the_password_alone_opens_nothing(page, do, http, browser, clock):
    await set_up(do, http, clock)
    http.cookies.clear()
    await browser.sign_in()
    assert answer_of(await browser.open(prompt="none"))["error"] == "login_required"
    assert 'name="password"' in (await http.get(ACCOUNT)).text


async def test_the_second_step_is_open_for_ten_minutes_and_in_its_browser(page, do, http, browser, clock):
    secret = await set_up(do, http, clock)
    http.cookies.clear()
    clock.advance(timedelta(seconds=60))
    shown = await browser.sign_in()
    fields = fields_of(shown) | {"step": "code"}
    half = http.cookies["smartbear_half"]
    http.cookies.delete("smartbear_half")
    code = {"code": code_at(secret, clock)}
    assert (await http.post(f"{PROTOCOL}/auth", params=asked(), data=fields | code)).status_code == 400
    http.cookies.set("smartbear_half", half)
    clock.advance(timedelta(minutes=11))
    code = {"code": code_at(secret, clock)}
    assert (await http.post(f"{PROTOCOL}/auth", params=asked(), data=fields | code)).status_code == 400


async def test_an_authenticator_app_can_be_removed(page, do, http, browser, clock):
    await set_up(do, http, clock)
    await do("remove_app")
    http.cookies.clear()
    assert "code" in answer_of(await browser.sign_in())


@pytest.fixture
async def strict(identity):
    """A deployment that wants a second factor of its staff."""
    context, app = identity
    app.app.state.provider = Provider(context, IdentitySettings(staff_second_factor=True), None, None)


async def test_staff_without_a_second_factor_set_one_up_before_they_go_on(strict, http, browser, clock):
    shown = await browser.sign_in()
    assert "Set up an authenticator app" in shown.text
    code = code_at(totp_secret(shown), clock)
    assert (await second(http, shown, code="123456")).status_code == 401
    kept = await second(http, shown, code=code)
    assert len(set(codes_on(kept))) == 10
    onward = re.search(r'class="button" href="([^"]+)"', kept.text)[1]
    assert "code" in answer_of(await http.get(html.unescape(onward)))


async def test_going_on_from_the_codes_asks_for_no_second_sign_in(strict, http, clock):
    asks = {"prompt": "login", "max_age": "0"}
    shown = await Browser(http).sign_in(**asks)
    form = fields_of(shown) | {"code": code_at(totp_secret(shown), clock)}
    kept = await http.post(f"{PROTOCOL}/auth", params=asked(**asks), data=form)
    onward = html.unescape(re.search(r'class="button" href="([^"]+)"', kept.text)[1])
    assert (answer_of(await http.get(onward))["state"], "prompt" in onward) == ("s-1", False)


async def go_on(http, secret, clock, **form):
    """Go on with a second step at the browser's own cookies."""
    shown = fields_of(await http.get(ACCOUNT))
    code = code_at(secret, clock)
    return await http.post(ACCOUNT, data={"proof": shown["proof"], "step": "code", "code": code} | form)


async def test_nobody_goes_on_where_somebody_who_signed_out_was_setting_up_an_app(page, do, http, clock):
    secret = totp_secret(await do("set_up"))
    out = await http.get(f"{PROTOCOL}/logout")
    await http.post(f"{PROTOCOL}/logout", data=fields_of(out))
    assert (await go_on(http, secret, clock)).status_code == 400


@pytest.mark.parametrize("ending", ["end_others", "password"])
async def test_a_set_up_begun_elsewhere_ends_with_its_session(page, do, http, clock, ending):
    mine = dict(http.cookies)
    http.cookies.clear()
    form = fields_of(await http.get(ACCOUNT)) | {"username": "test_clinician", "password": PASSWORD}
    await http.post(ACCOUNT, data=form)
    secret = totp_secret(await do("set_up"))
    theirs = dict(http.cookies)
    http.cookies.clear()
    http.cookies.update(mine)
    await do(ending, current=PASSWORD, password=PASSWORD)
    http.cookies.clear()
    http.cookies.update(theirs)
    assert (await go_on(http, secret, clock)).status_code == 400


async def test_of_two_who_set_up_the_first_app_with_one_password_the_second_begins_anew(
    strict, http, browser, clock
):
    secret = totp_secret(await browser.sign_in())
    first = dict(http.cookies)
    http.cookies.clear()
    shown = await browser.sign_in()
    assert codes_on(await second(http, shown, code=code_at(totp_secret(shown), clock)))
    http.cookies.clear()
    http.cookies.update(first)
    assert (await go_on(http, secret, clock)).status_code == 400


@pytest.mark.parametrize(
    ("wanted", "environment", "role", "is_needed"),
    [
        (None, "production", "CCM", True),
        (None, "production", "SysAdmin", True),
        (None, "production", "Participant", False),
        (None, "demo", "CCM", False),
        (None, "test", "CCM", False),
        (True, "demo", "CCM", True),
        (True, "demo", "Participant", False),
        (False, "production", "CCM", False),
    ],
)
def test_production_asks_staff_for_a_second_factor_unless_told_not_to(wanted, environment, role, is_needed):
    settings = IdentitySettings(staff_second_factor=wanted)
    assert settings.needs_second_factor(role, environment) is is_needed


@pytest.mark.parametrize(
    ("environment", "setting", "said"),
    [
        ("production", "false", ["staff_sign_in_by_password_alone"]),
        ("production", "true", []),
        ("demo", "false", []),
    ],
)
async def test_production_without_a_second_step_is_said_at_the_start(
    make_context, users, monkeypatch, environment, setting, said
):
    monkeypatch.setenv("SMARTBEAR_IDENTITY_STAFF_SECOND_FACTOR", setting)
    heard = []
    monkeypatch.setattr(identity_app, "_log", SimpleNamespace(warning=heard.append))
    async with make_context("identity", {"users": users}) as context:
        settings = context.settings.model_copy(update={"environment": environment})
        async with identity_app.serve(replace(context, settings=settings)):
            assert heard == said


async def test_participants_are_not_asked_for_a_second_factor(strict, identity, browser):
    context, _ = identity
    new = NewAccount(username="SB-0001", role="Participant", name="SB-0001", participant="SB-0001")
    await create_account(context, new, PASSWORD)
    assert "code" in answer_of(await browser.sign_in("SB-0001"))


async def test_the_secret_of_an_app_is_not_readable_in_the_database(page, do, http, identity, clock):
    secret = await set_up(do, http, clock)
    context, _ = identity
    async with context.db.connection() as c:
        kept = await c.fetchval("SELECT totp FROM account WHERE totp IS NOT NULL")
    assert secret not in kept


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_one_time_passwords_are_those_of_the_rfc(seconds, code):
    assert totp.code(b"12345678901234567890", seconds // 30) == code


async def test_the_owner_comes_in_from_a_known_browser_while_others_guess(browser, http, identity):
    await browser.sign_in()
    known = http.cookies["smartbear_known"]
    http.cookies.clear()
    for _ in range(7):
        await browser.sign_in(password="wrong")
    assert (await browser.sign_in()).status_code == 429
    http.cookies.set("smartbear_known", known, domain="localhost.local", path="/realms/smartbear")
    assert "code" in answer_of(await browser.sign_in())


@pytest.mark.parametrize("cookie", ["", "x", "a.b", f"{'n' * 43}.{'0' * 64}"])
async def test_a_known_browser_cannot_be_made_up(browser, http, cookie):
    for _ in range(6):
        await browser.sign_in(password="wrong")
    shown = await http.get(f"{PROTOCOL}/auth", params=asked())
    form = fields_of(shown) | {"username": "test_clinician", "password": PASSWORD}
    jar = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    answer = await http.post(
        f"{PROTOCOL}/auth", params=asked(), data=form, headers={"cookie": f"{jar}; smartbear_known={cookie}"}
    )
    assert answer.status_code in (400, 429)


async def test_an_address_that_guesses_many_names_has_to_wait(browser, http):
    for number in range(51):
        await browser.sign_in(username=f"name-{number}", password="wrong")
    assert (await browser.sign_in(username="name-99", password="wrong")).status_code == 429


async def test_people_who_come_in_from_one_address_use_up_none_of_its_tries(browser, http, monkeypatch):
    monkeypatch.setattr(tries, "FREE_TRIES_OF_ADDRESS", 3)
    for _ in range(5):
        http.cookies.clear()
        assert "code" in answer_of(await browser.sign_in())


async def test_whoever_has_been_here_waits_for_nobody_who_guesses_at_the_same_address(
    browser, http, monkeypatch
):
    monkeypatch.setattr(tries, "FREE_TRIES_OF_ADDRESS", 3)
    await browser.sign_in()
    for number in range(5):
        await browser.sign_in(username=f"name-{number}", password="wrong", prompt="login")
    other = await browser.sign_in(username="name-9", password="wrong", prompt="login")
    assert other.status_code == 429
    assert "code" in answer_of(await browser.sign_in(prompt="login"))


async def test_a_wrong_guess_is_forgotten_each_minute(browser, clock):
    for _ in range(4):
        await browser.sign_in(password="wrong")
    clock.advance(timedelta(minutes=4))
    answers = [await browser.sign_in(password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    clock.advance(timedelta(seconds=30))
    answers = [await browser.sign_in(password="wrong") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 429]
