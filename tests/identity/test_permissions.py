"""Programs of others learn who somebody is once that person has allowed it, and until it is taken back."""

from datetime import timedelta

import pytest

from tests.identity.conftest import ACCOUNT, PASSWORD, PROTOCOL, fields_of
from tests.identity.relying_party import RelyingParty, back_with, register


class Stranger(RelyingParty):
    """A program of somebody else's, whose person is asked."""

    async def ask(self, **changes):
        """The page that asks, of somebody who has signed in."""
        page = await self.send(**changes)
        if 'name="password"' in page.text:
            form = fields_of(page) | {"username": "test_clinician", "password": PASSWORD}
            page = await self.http.post(f"{PROTOCOL}/auth", params=self.request(**changes), data=form)
        return page

    async def answer(self, page, answer, **changes):
        form = fields_of(page) | {"answer": answer}
        return await self.http.post(f"{PROTOCOL}/auth", params=self.request(**changes), data=form)


@pytest.fixture
async def stranger(identity, http, plain_again):
    context, _ = identity
    return Stranger(http, *await register(context, name="Somebody's <b>program</b>", is_ours=False))


async def test_a_person_is_asked_in_words_before_a_stranger_learns_anything(stranger):
    page = await stranger.ask(scope="openid profile email offline_access")
    assert (page.status_code, "location" in page.headers) == (200, False)
    for told in (
        "your role, organisation",
        "your name and",
        "your e-mail address",
        "without asking you again",
    ):
        assert told in page.text
    assert "Somebody&#39;s &lt;b&gt;program" in page.text


async def test_what_is_allowed_is_remembered_and_the_same_is_not_asked_again(stranger):
    back = back_with(await stranger.answer(await stranger.ask(), "allow"))
    assert (await stranger.exchange(back["code"])).status_code == 200
    assert "code" in back_with(await stranger.send())
    assert "code" in back_with(await stranger.send(prompt="none"))


@pytest.mark.parametrize(
    "more", [{"scope": "openid email"}, {"claims": '{"userinfo": {"email": null}}'}, {"prompt": "consent"}]
)
async def test_more_than_was_allowed_is_asked_for(stranger, more):
    await stranger.answer(await stranger.ask(), "allow")
    page = await stranger.ask(**more)
    assert (page.status_code, "wants to know who you are" in page.text) == (200, True)
    assert "code" in back_with(await stranger.answer(page, "allow", **more))
    assert "code" in back_with(await stranger.send())


@pytest.mark.parametrize("answer", ["refuse", "", "yes"])
async def test_whatever_is_not_a_yes_is_a_no(stranger, answer):
    assert back_with(await stranger.answer(await stranger.ask(), answer))["error"] == "access_denied"
    assert back_with(await stranger.send(prompt="none"))["error"] == "consent_required"


async def test_nobody_allows_it_in_the_name_of_another(stranger, http):
    await stranger.ask()
    forged = {"step": "permission", "answer": "allow", "proof": "made up"}
    page = await http.post(f"{PROTOCOL}/auth", params=stranger.request(), data=forged)
    assert (page.status_code, 'name="password"' in page.text) == (200, True)
    assert back_with(await stranger.send(prompt="none"))["error"] == "consent_required"


async def test_a_yes_does_not_stand_for_a_sign_in_that_has_to_be_new(stranger, clock):
    page = await stranger.ask(prompt="login")
    clock.advance(timedelta(minutes=11))
    answer = await stranger.answer(page, "allow", prompt="login")
    assert (answer.status_code, 'name="password"' in answer.text) == (200, True)


async def test_what_is_taken_back_ends_at_once(stranger, http, do):
    scope = "openid offline_access"
    back = back_with(await stranger.answer(await stranger.ask(scope=scope), "allow", scope=scope))
    tokens = (await stranger.exchange(back["code"])).json()
    assert "Programs you have allowed" in (await http.get(ACCOUNT)).text
    await do("take_back", client=stranger.client_id)
    assert "Programs you have allowed" not in (await http.get(ACCOUNT)).text
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    used = await http.post(f"{PROTOCOL}/token", data=form, auth=(stranger.client_id, stranger.secret))
    assert used.json()["error"] == "invalid_grant"
    assert back_with(await stranger.send(scope=scope, prompt="none"))["error"] == "consent_required"


async def test_taking_back_from_nobody_changes_nothing(stranger, http, do):
    await stranger.answer(await stranger.ask(), "allow")
    for client in ("", "nobody", "x" * 5000):
        assert (await do("take_back", client=client)).status_code == 303
    assert "code" in back_with(await stranger.send())


async def test_the_platforms_own_programs_do_not_ask(browser):
    assert (await browser.sign_in()).status_code == 303


async def test_what_is_given_and_taken_back_is_recorded_with_the_program(stranger, http, do, news):
    await stranger.answer(await stranger.ask(), "allow")
    await do("take_back", client=stranger.client_id)
    await do("take_back", client=stranger.client_id)
    events = [event for event in await news() if event.subtype.startswith("permission")]
    told = [(event.subtype, event.agent.username, event.entities) for event in events]
    program = (f"Client/{stranger.client_id}",)
    assert told == [
        ("permission-given", "test_clinician", program),
        ("permission-taken-back", "test_clinician", program),
    ]
