"""Changing the own e-mail address: confirmed at the new one, told to the old one."""

from datetime import timedelta

import asyncpg
import pytest

from smartbear.identity.actions import NewAccount, create_account, set_password
from smartbear.identity.actions.registration import ask_for_reset
from tests.identity.conftest import ACCOUNT, PASSWORD, fields_of, letters, link_in

OLD, NEW = "cm-07@demo.invalid", "new.address@demo.invalid"


@pytest.fixture(autouse=True)
async def no_letters_yet(database_url, identity):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM jobs.procrastinate_jobs")
    await connection.close()
    yield
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET email = $1 WHERE username = 'test_clinician'", OLD)


async def address_of(context):
    async with context.db.connection() as c:
        return await c.fetchval("SELECT email FROM account WHERE username = 'test_clinician'")


@pytest.fixture
async def link(page, do, identity, database_url):
    context, _ = identity
    answer = await do("address", email=f" {NEW} ", current=PASSWORD)
    assert "We have written to the new address" in answer.text
    [letter] = await letters(context, database_url)
    assert letter.to == NEW
    return link_in(letter)


async def confirm(http, link):
    shown = await http.get(link)
    return await http.post(link, data=fields_of(shown))


async def test_nothing_changes_before_the_new_address_is_confirmed(identity, http, link):
    context, _ = identity
    assert (await http.get(link)).status_code == 200
    assert (await http.post(link, data={"proof": "made up"})).status_code == 400
    assert await address_of(context) == OLD


async def test_a_confirmed_address_counts_and_the_old_one_hears_of_it(identity, http, link, database_url):
    context, _ = identity
    assert "The address is changed" in (await confirm(http, link)).text
    assert await address_of(context) == NEW
    told = (await letters(context, database_url))[-1]
    assert (told.to, told.subject, NEW in told.text) == (OLD, "Your e-mail address was changed", False)
    assert (await confirm(http, link)).status_code == 410


async def test_a_link_is_over_after_an_hour(http, link, clock):
    clock.advance(timedelta(minutes=61))
    assert (await confirm(http, link)).status_code == 410


async def test_a_new_password_ends_what_whoever_knew_the_old_one_asked_for(identity, http, link):
    context, _ = identity
    await set_password(context, "test_clinician", PASSWORD)
    assert (await confirm(http, link)).status_code == 410


async def test_a_link_to_a_new_password_ends_with_the_address_it_was_sent_to(
    identity, http, link, database_url
):
    context, _ = identity
    await ask_for_reset(context, "test_clinician")
    reset = link_in((await letters(context, database_url))[-1])
    assert (await http.get(reset)).status_code == 200
    await confirm(http, link)
    assert (await http.get(reset)).status_code == 410


async def test_a_disabled_account_changes_nothing(identity, http, link):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = true")
    assert (await confirm(http, link)).status_code == 410
    async with context.db.connection() as c:
        await c.execute("UPDATE account SET disabled = false")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"email": NEW, "current": "wrong"}, "present password is not right"),
        ({"email": "nobody", "current": PASSWORD}, "not an e-mail address"),
        ({"email": "a@b.example\nBcc: c@d.example", "current": PASSWORD}, "not an e-mail address"),
        ({"current": PASSWORD}, "not an e-mail address"),
        ({"email": NEW}, "present password is not right"),
    ],
)
async def test_a_form_that_is_not_right_sends_nothing(page, do, identity, database_url, form, told):
    context, _ = identity
    answer = await do("address", **form)
    assert (answer.status_code, told in answer.text) == (400, True)
    assert await letters(context, database_url) == []


async def test_the_answer_does_not_say_whose_address_it_is_already(page, do, identity, database_url):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute(
            """INSERT INTO account (id, username, role, name, email, created_at)
               VALUES ('0190a000-0000-7000-8000-0000000000ac', 'other', 'Tech', 'Other', $1, now())""",
            NEW,
        )
    assert "We have written to the new address" in (await do("address", email=NEW, current=PASSWORD)).text
    [letter] = await letters(context, database_url)
    assert (letter.subject, "link=" in letter.text) == ("You already have an account", False)


async def test_a_participant_gets_a_first_address(identity, http, do, database_url):
    context, _ = identity
    new = NewAccount(username="SB-0001", role="Participant", name="SB-0001", participant="SB-0001")
    account = await create_account(context, new, PASSWORD)
    form = fields_of(await http.get(ACCOUNT)) | {"username": "SB-0001", "password": PASSWORD}
    await http.post(ACCOUNT, data=form)
    await do("address", email=NEW, current=PASSWORD)
    [letter] = await letters(context, database_url)
    assert "The address is changed" in (await confirm(http, link_in(letter))).text
    assert len(await letters(context, database_url)) == 1
    async with context.db.connection() as c:
        assert await c.fetchval("SELECT email FROM account WHERE id = $1", account) == NEW


async def test_the_page_shows_the_address_there_is(page, http):
    assert OLD in (await http.get(ACCOUNT)).text
