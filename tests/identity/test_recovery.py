"""Recovery codes: what helps whoever has lost the second factor, and nobody else."""

import re
from datetime import timedelta

import pytest

from smartbear.identity.model import recovery
from tests.identity.conftest import (
    ACCOUNT,
    PROTOCOL,
    answer_of,
    asked,
    code_at,
    codes_on,
    fields_of,
    letters,
    totp_secret,
)


@pytest.fixture
async def codes(page, do, http, clock, plain_again):
    """Of somebody who has just set up an authenticator app, and then signed out."""
    shown = await do("set_up")
    form = fields_of(shown) | {"code": code_at(totp_secret(shown), clock)}
    codes = codes_on(await http.post(ACCOUNT, data=form))
    http.cookies.clear()
    return codes


async def use(http, shown, code):
    form = fields_of(shown) | {"step": "recovery", "code": code}
    return await http.post(f"{PROTOCOL}/auth", params=asked(), data=form)


async def left(context):
    async with context.db.connection() as c:
        return await c.fetchval("SELECT count(*) FROM recovery_code")


def test_codes_are_ten_and_hard_to_guess():
    codes = recovery.fresh()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z0-9]{4}-){2}[a-z0-9]{4}", code) for code in codes)


async def test_a_code_signs_in_once_and_its_owner_hears_of_it(codes, identity, browser, http, database_url):
    context, _ = identity
    assert "code" in answer_of(await use(http, await browser.sign_in(), codes[3]))
    assert await left(context) == 9
    http.cookies.clear()
    assert (await use(http, await browser.sign_in(), codes[3])).status_code == 401
    told = (await letters(context, database_url))[-1]
    assert (told.to, told.subject) == ("cm-07@demo.invalid", "A recovery code was used")


async def test_a_code_signs_in_whoever_has_no_address_to_write_to(codes, identity, browser, http):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET email = NULL")
    assert "code" in answer_of(await use(http, await browser.sign_in(), codes[0]))
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET email = 'cm-07@demo.invalid'")


async def test_a_code_is_understood_however_it_is_typed(codes, browser, http):
    typed = codes[0].upper().replace("-", "  ")
    assert "code" in answer_of(await use(http, await browser.sign_in(), typed))


@pytest.mark.parametrize("wrong", ["", "-", "0" * 12, "aaaa-bbbb-cccc", "' OR 1=1", "x" * 5000])
async def test_what_is_no_code_opens_nothing(codes, browser, http, wrong):
    answer = await use(http, await browser.sign_in(), wrong)
    assert (answer.status_code, "That is not right" in answer.text) == (401, True)


async def test_guesses_of_codes_are_counted_with_those_of_digits(codes, browser, http, clock):
    shown = await browser.sign_in()
    for _ in range(6):
        await use(http, shown, "aaaa-bbbb-cccc")
    assert (await use(http, shown, codes[0])).status_code == 429
    clock.advance(timedelta(minutes=2))
    assert (await use(http, shown, codes[0])).status_code == 303


async def test_nobody_who_guesses_keeps_the_owner_out_of_a_known_browser(codes, browser, http):
    await use(http, await browser.sign_in(), codes[0])
    known = http.cookies["smartbear_known"]
    http.cookies.clear()
    shown = await browser.sign_in()
    for _ in range(6):
        await use(http, shown, "aaaa-bbbb-cccc")
    assert (await use(http, shown, codes[1])).status_code == 429
    http.cookies.set("smartbear_known", known, domain="localhost.local", path="/realms/smartbear")
    assert (await use(http, shown, codes[1])).status_code == 303


async def test_codes_are_shown_once_counted_and_made_anew(codes, identity, browser, http, do):
    context, _ = identity
    await use(http, await browser.sign_in(), codes[0])
    overview = (await http.get(ACCOUNT)).text
    assert "9 of 10 left" in overview
    assert not any(code in overview for code in codes)
    fresh = codes_on(await do("renew_codes"))
    assert (len(fresh), set(fresh) & set(codes), await left(context)) == (10, set(), 10)
    http.cookies.clear()
    shown = await browser.sign_in()
    assert (await use(http, shown, codes[1])).status_code == 401
    assert (await use(http, shown, fresh[1])).status_code == 303


async def test_codes_go_with_the_last_second_factor(codes, identity, browser, http, do):
    context, _ = identity
    await use(http, await browser.sign_in(), codes[0])
    await http.get(ACCOUNT)
    await do("remove_app")
    assert await left(context) == 0


async def test_codes_cannot_be_read_or_guessed_from_the_database(codes, identity):
    context, _ = identity
    async with context.db.connection() as c:
        kept = [row["digest"] for row in await c.fetch("SELECT digest FROM recovery_code")]
    assert len(kept) == 10
    assert all(len(digest) == 32 for digest in kept)
    assert not any(recovery.normal(code).encode() in digest for code in codes for digest in kept)


async def test_whoever_is_still_setting_up_has_no_use_for_a_code(identity, page, do, http):
    shown = await do("set_up")
    answer = await http.post(ACCOUNT, data=fields_of(shown) | {"step": "recovery", "code": "aaaa-bbbb-cccc"})
    assert answer.status_code == 401
