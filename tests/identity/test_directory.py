"""The embedded adapter passes the suite of all adapters."""

import uuid

import pytest

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.roles import PARTICIPANT
from smartbear.identity.actions import NewAccount, create_account
from smartbear.identity.actions.directory import Embedded
from smartbear.identity.model.people import Directory, Wanted
from smartbear.identity.model.registration import Registration
from smartbear.identity.store import people
from tests.identity.conftest import letters
from tests.identity.directory_cases import *  # noqa: F403 - the suite
from tests.identity.directory_cases import somebody


@pytest.fixture
def directory(identity):
    context, _ = identity
    return Embedded(context)


@pytest.fixture
def ask_for_account(identity):
    context, _ = identity

    async def ask():
        account, name = context.new_id(), f"user-{uuid.uuid4().hex[:10]}"
        form = Registration(name, "New", "User", f"{name}@demo.invalid", "", "o-1", "en", has_consented=True)
        async with context.db.transaction() as tx:
            assert await people.request_account(tx, account, form, "no hash", context.clock.now())
        return account

    return ask


def test_the_adapter_fits_the_port(directory):
    assert isinstance(directory, Directory)


async def test_letters_go_to_the_owner(identity, directory, database_url):
    context, _ = identity
    new = somebody(language="fr")
    added = await directory.add(new, None)
    await directory.send_reset(added.id)
    sent = [letter for letter in await letters(context, database_url) if letter.to == new.email]
    assert [letter.subject for letter in sent] == [
        "Votre compte SMART BEAR",
        "Choisissez un nouveau mot de passe",
    ]


async def test_a_participants_account_is_none_of_an_administrators(identity, directory):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute(
            """INSERT INTO account (id, username, role, name, created_at)
               VALUES ('0190a000-0000-7000-8000-0000000000aa', 'SB-0009', 'Participant', 'SB-0009', now())"""
        )
    assert (await directory.people(Wanted("SB-0009"), 0, 10)).total == 0


@pytest.mark.parametrize("changes", [{"role": "Tech"}, {"organisation": None}])
async def test_what_was_allowed_before_a_change_is_over(identity, directory, browser, changes):
    context, _ = identity
    tokens = await browser.tokens()
    async with context.db.connection() as c:
        account = await c.fetchval("SELECT id FROM account WHERE username = 'test_clinician'")
    await directory.change(str(account), changes)
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    async with context.db.connection() as c:
        await c.execute("DELETE FROM account")


async def test_a_participants_account_is_erased_by_the_number_and_nobody_elses(identity, directory):
    context, _ = identity
    staff = await directory.add(somebody(), None)
    for number in ("SB-0007", "SB-0008"):
        new = NewAccount(username=number, role=PARTICIPANT, name=number, participant=number)
        await create_account(context, new, "correct horse battery staple")
    gone = Erasing(participant="SB-0007", subject="s-7", account=staff.id)
    assert await directory.erase(gone)
    assert not await directory.erase(gone)
    async with context.db.connection() as connection:
        left = await connection.fetch("SELECT username FROM account WHERE role = 'Participant'")
    assert [row["username"] for row in left] == ["SB-0008"]
    assert await directory.person(staff.id) == staff
