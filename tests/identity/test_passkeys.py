"""Passkeys over HTTP, with an authenticator of the tests' own: made, used, copied, and not the account's."""

import re

import msgspec
import pytest

from smartbear.identity.model import webauthn
from tests.identity import test_webauthn as device
from tests.identity.conftest import ACCOUNT, ORIGIN, PROTOCOL, answer_of, asked, codes_on, fields_of

NUMBER = b"n" * 16
pytestmark = pytest.mark.usefixtures("plain_again")


def challenge_on(page):
    return re.search(r'data-challenge="([^"]+)"', page.text)[1]


def answered(response, number=NUMBER):
    told = replace_id(response, webauthn.coded(number))
    return msgspec.json.encode(told).decode()


def replace_id(response, text):
    return msgspec.structs.replace(response, id=text)


def creation(page, number=NUMBER, **changes):
    told = device.client("webauthn.create", challenge=challenge_on(page), origin=ORIGIN)
    return answered(device.creation(number=number, told=told, host="localhost", **changes), number)


def assertion(page, number=NUMBER, **changes):
    told = device.client("webauthn.get", challenge=challenge_on(page), origin=ORIGIN)
    return answered(device.assertion(told=told, host="localhost", **changes), number)


async def make(http, do, number=NUMBER, **changes):
    shown = await do("make_passkey")
    form = fields_of(shown) | {"answer": creation(shown, number, **changes)}
    return await http.post(ACCOUNT, data=form)


@pytest.fixture
async def made(page, do, http):
    answer = await make(http, do)
    assert len(codes_on(answer)) == 10
    http.cookies.clear()


async def use(http, shown, answer):
    form = fields_of(shown) | {"step": "passkey", "answer": answer}
    return await http.post(f"{PROTOCOL}/auth", params=asked(), data=form)


async def test_a_passkey_is_the_second_step(made, browser, http):
    shown = await browser.sign_in()
    tokens = (
        await browser.exchange(answer_of(await use(http, shown, assertion(shown, count=1)))["code"])
    ).json()
    assert "id_token" in tokens
    assert (await use(http, shown, assertion(shown, count=2))).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        lambda page: assertion(page, key=device.ED),
        lambda page: assertion(page, number=b"another passkey!"),
        lambda page: assertion(page, flags=0x04),
        lambda _page: "",
        lambda _page: "{}",
        lambda _page: answered(webauthn.Response("x", "x"), b"").replace('"id":""', '"id":"x"'),
    ],
)
async def test_what_is_not_the_accounts_passkey_opens_nothing(made, browser, http, wrong):
    shown = await browser.sign_in()
    answer = await use(http, shown, wrong(shown))
    assert (answer.status_code, "That is not right" in answer.text) == (401, True)


async def test_a_copy_of_a_passkey_shows_by_its_count(made, browser, http):
    shown = await browser.sign_in()
    assert (await use(http, shown, assertion(shown, count=7))).status_code == 303
    http.cookies.clear()
    shown = await browser.sign_in()
    assert (await use(http, shown, assertion(shown, count=7))).status_code == 401


async def test_digits_are_no_second_step_for_whoever_has_a_passkey_alone(made, browser, http):
    shown = await browser.sign_in()
    form = fields_of(shown) | {"step": "code", "code": "123456"}
    answer = await http.post(f"{PROTOCOL}/auth", params=asked(), data=form)
    assert (answer.status_code, "That is not right" in answer.text) == (401, True)


async def test_a_passkey_that_is_not_genuine_or_not_new_is_not_kept(page, do, http):
    shown = await do("make_passkey")
    form = fields_of(shown) | {"answer": "{}"}
    assert "That did not work" in (await http.post(ACCOUNT, data=form)).text
    assert (await make(http, do)).status_code == 200
    assert "That did not work" in (await make(http, do)).text
    assert (await make(http, do, b"m" * 16)).status_code == 303
    assert (await http.get(ACCOUNT)).text.count('name="passkey"') == 2


async def test_a_passkey_is_forgotten_by_its_owner_alone(made, http, do, browser, identity):
    shown = await browser.sign_in()
    await use(http, shown, assertion(shown))
    for other in ("", "x", "not base64 !", webauthn.coded(b"another")):
        assert (await do("remove_passkey", passkey=other)).status_code == 303
    assert 'name="passkey"' in (await http.get(ACCOUNT)).text
    await do("remove_passkey", passkey=webauthn.coded(NUMBER))
    assert 'name="passkey"' not in (await http.get(ACCOUNT)).text


async def test_a_passkey_is_kept_by_whoever_asked_to_make_it(page, do, http):
    shown = await do("make_passkey")
    form = fields_of(shown) | {"answer": creation(shown)}
    http.cookies.delete("smartbear_half")
    assert "Your account" in (await http.post(ACCOUNT, data=form)).text
    assert 'name="passkey"' not in (await http.get(ACCOUNT)).text
