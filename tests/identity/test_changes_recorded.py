"""Every change of a factor, a session, an account or a client: by whom, about whom, in the trail."""

import pytest

from smartbear.contracts.roles import SERVICE
from smartbear.contracts.scope import AccessScope
from smartbear.identity.actions import NewClient, create_client, remove_client, rotate, set_password
from smartbear.kit.errors import NotFound
from smartbear.operations.witness import recorded
from tests.conftest import client_of
from tests.identity.conftest import ACCOUNT, PASSWORD, PROTOCOL, fields_of, letters, link_in
from tests.identity.directory_cases import somebody
from tests.identity.test_own_account import second, set_up
from tests.identity.test_passkeys import make
from tests.identity.test_registration import GOOD

ACCOUNTS = "/api/accounts"
ADMINISTRATOR = "0190a000-0000-7000-8000-0000000000bb"
pytestmark = pytest.mark.usefixtures("plain_again")


def said(events):
    return [(event.subtype, event.agent.username) for event in events]


async def test_an_authenticator_app_and_its_codes_have_events_of_their_own(page, do, http, clock, news):
    await news()
    await set_up(do, http, clock)
    assert said(await news()) == [
        ("totp-set", "test_clinician"),
        ("recovery-codes-made", "test_clinician"),
        ("sign-in", "test_clinician"),
    ]
    await do("renew_codes")
    await do("remove_app")
    told = [one for one in said(await news()) if one[1]]
    assert told == [("recovery-codes-made", "test_clinician"), ("totp-removed", "test_clinician")]
    await do("remove_app")
    assert "totp-removed" not in str(await news())


async def test_a_recovery_code_is_used_and_somebody_signs_in_with_it(page, do, http, clock, browser, news):
    await set_up(do, http, clock)
    codes = (await do("renew_codes")).text.partition("<code>")[2][:14]
    http.cookies.clear()
    shown = await browser.sign_in()
    await news()
    await second(http, shown, step="recovery", code=codes)
    assert said(await news()) == [("recovery-code-used", "test_clinician"), ("sign-in", "test_clinician")]


async def test_a_passkey_comes_and_goes(page, do, http, news):
    await news()
    await make(http, do)
    assert said(await news()) == [
        ("passkey-added", "test_clinician"),
        ("recovery-codes-made", "test_clinician"),
    ]
    name = fields_of(await http.get(ACCOUNT)).get("passkey")
    await do("remove_passkey", passkey="bm9uZSBzdWNo")
    assert await news() == []
    await do("remove_passkey", passkey=name)
    assert said(await news()) == [("passkey-removed", "test_clinician")]


async def test_sessions_that_are_ended_are_recorded(page, do, browser, http, news):
    mine = dict(http.cookies)
    http.cookies.clear()
    await browser.sign_in()
    http.cookies.clear()
    http.cookies.update(mine)
    other = _sessions(await http.get(ACCOUNT))[-1]
    await news()
    await do("end", session=other)
    await do("end", session=other)
    await do("end_others")
    assert said(await news()) == [
        ("session-ended", "test_clinician"),
        ("other-sessions-ended", "test_clinician"),
    ]


def _sessions(page):
    return [part[:36] for part in page.text.split('name="session" value="')[1:]]


async def test_a_new_address_is_recorded_once_its_link_is_used(identity, page, do, http, database_url, news):
    context, _ = identity
    await do("address", current=PASSWORD, email="elsewhere@demo.invalid")
    link = link_in((await letters(context, database_url))[-1])
    shown = await http.get(link)
    await news()
    await http.post(link, data=fields_of(shown))
    assert said(await news()) == [("email-change", "test_clinician")]


@pytest.fixture
async def admin(identity, clock):
    _, app = identity
    async with client_of(
        app, clock, AccessScope(role="SysAdmin", account=ADMINISTRATOR, username="admin")
    ) as c:
        yield c


async def test_what_an_administrator_does_to_an_account_has_a_name_and_says_whose(admin, news):
    added = (await admin.post(ACCOUNTS, json=somebody().model_dump())).json()["id"]
    where = f"{ACCOUNTS}/{added}"
    await admin.patch(where, json={"family_name": "Other"})
    await admin.put(f"{where}/enabled", json={"enabled": False})
    await admin.put(f"{where}/enabled", json={"enabled": True})
    await admin.post(f"{where}/reset")
    await admin.delete(f"{where}/factors")
    await admin.delete(where)
    events = await news()
    assert [event.subtype for event in events] == [
        "account-added",
        "account-changed",
        "account-disabled",
        "account-enabled",
        "reset-sent",
        "factors-removed",
        "account-deletion",
    ]
    assert {(event.agent.account, event.agent.role, event.entities) for event in events} == {
        (ADMINISTRATOR, "SysAdmin", (f"Account/{added}",))
    }


async def test_asking_for_an_account_and_its_approval_are_about_that_account(admin, http, news):
    shown = await http.get(f"{ACCOUNT}/registration")
    await news()
    await http.post(f"{ACCOUNT}/registration", data=fields_of(shown) | GOOD)
    [registered] = await news()
    waiting = (await admin.get(ACCOUNTS, params={"state": "approval"})).json()["items"][0]["id"]
    assert (registered.subtype, registered.entities) == ("registration", (f"Account/{waiting}",))
    await news()
    place = "0190a000-0000-7000-8000-00000000000a"
    await admin.patch(f"{ACCOUNTS}/{waiting}", json={"role": "CCM", "organisation": place})
    [approved] = await news()
    assert (approved.subtype, approved.entities) == ("account-approved", registered.entities)


async def test_what_is_refused_leaves_no_event_of_a_change(admin, news):
    answer = await admin.put(f"{ACCOUNTS}/{ADMINISTRATOR}/enabled", json={"enabled": False})
    assert answer.status_code == 409
    assert [(event.subtype, event.status) for event in await news()] == [("update", 409)]


async def test_a_refresh_token_that_comes_twice_is_recorded(browser, news):
    first = (await browser.tokens())["refresh_token"]
    await browser.refresh(first)
    await news()
    assert (await browser.refresh(first)).status_code == 400
    told = [("token-reused", 200), ("token-reused", 400)]  # the family's end, and what was answered
    assert [(event.subtype, event.status) for event in await news()] == told


async def test_clients_and_keys_from_the_command_line_are_recorded(identity, news):
    context, _ = identity
    with recorded(context, "client create"):
        client, _ = await create_client(context, NewClient(name="recorded", scope="system/*.read"))
    [created] = await news()
    assert (created.subtype, created.entities, created.agent.role) == (
        "client-created",
        (f"Client/{client}",),
        SERVICE,
    )
    assert (created.agent.service, created.address) == ("operations", "smartbear client create")
    with recorded(context, "client remove"):
        await remove_client(context, client)
        with pytest.raises(NotFound):
            await remove_client(context, client)
    with recorded(context, "key rotate"):
        await rotate(context)
    with recorded(context, "account password"):
        await set_password(context, "test_clinician", PASSWORD)
    assert [event.subtype for event in await news()] == ["client-removed", "key-rotated", "password-change"]


async def test_a_client_of_the_realm_is_made_once_and_then_renewed(identity, news):
    context, _ = identity
    for _ in range(2):
        with recorded(context, "client create"):
            await create_client(context, NewClient(name="holobalance", scope=""))
    assert [event.subtype for event in await news()] == ["client-created", "client-renewed"]


async def test_a_removed_client_gets_no_token(identity, machine, http):
    context, _ = identity
    client, secret = machine
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    assert (await http.post(f"{PROTOCOL}/token", data=form)).status_code == 200
    await remove_client(context, client)
    assert (await http.post(f"{PROTOCOL}/token", data=form)).status_code == 401
