"""Who came in, who did not, and who left: as the audit trail has it."""

import pytest

from tests.identity.conftest import ORIGIN, PASSWORD, PROTOCOL, fields_of


async def test_signing_in_and_out_is_recorded_by_name(browser, http, news):
    assert (await browser.sign_in()).status_code == 303
    [event] = await news()
    assert (event.subtype, event.agent.username, event.agent.role) == ("sign-in", "test_clinician", "CCM")
    asked = await http.get(f"{PROTOCOL}/logout")
    await http.post(f"{PROTOCOL}/logout", data=fields_of(asked), headers={"origin": ORIGIN})
    assert [(one.subtype, one.agent.username) for one in await news()] == [("sign-out", "test_clinician")]


@pytest.mark.parametrize("name", ["test_clinician", "nobody_of_this_name"])
async def test_who_fails_to_sign_in_leaves_an_event_without_the_name(browser, news, name):
    await browser.sign_in(username=name, password="wrong " + PASSWORD)
    [event] = await news()
    assert (event.subtype, event.status, event.agent.role) == ("sign-in-failed", 401, "anonymous")
    assert event.entities[0].startswith("Name/")
    assert name not in str(event)


async def test_the_same_name_leaves_the_same_mark(browser, news):
    marks = []
    for name in ("Somebody", "somebody", "somebody_else"):
        await browser.sign_in(username=name, password="wrong")
        marks += [event.entities for event in await news()]
    assert marks[0] == marks[1] != marks[2]


async def test_a_machines_token_is_recorded_and_so_is_a_wrong_secret(http, machine, news):
    client_id, secret = machine
    form = {"grant_type": "client_credentials", "client_id": client_id}
    await http.post(f"{PROTOCOL}/token", data=form | {"client_secret": secret})
    await http.post(f"{PROTOCOL}/token", data=form | {"client_secret": "wrong"})
    given, refused = await news()
    assert (given.subtype, given.agent.client, given.agent.role) == ("token", client_id, "system")
    assert (refused.subtype, refused.status, refused.agent.client) == ("sign-in-failed", 401, "")


async def test_a_page_that_nobody_in_particular_opens_leaves_no_event(browser, http, news):
    await browser.open()
    await http.get("/realms/smartbear/.well-known/openid-configuration")
    assert await news() == []


async def test_who_fails_often_is_counted_and_not_told_each_time(identity, http, machine, news):
    _, app = identity
    client_id, _ = machine
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "wrong"}
    for _ in range(25):
        assert (await http.post(f"{PROTOCOL}/token", data=form)).status_code == 401
    assert len(await news()) == 10
    await app.app.state.provider.failures.tell()
    [counted] = await news()
    assert (counted.subtype, counted.times, counted.status) == ("sign-in-failed", 15, 401)


async def test_guesses_that_have_to_wait_are_failures_too(browser, news):
    for _ in range(6):
        answer = await browser.sign_in(password="wrong")
    assert answer.status_code == 429
    assert [event.status for event in await news()] == [401] * 5 + [429]
