import re
from datetime import timedelta

import pytest

from smartbear.identity.actions import NewAccount, create_account
from tests.identity.conftest import ORIGIN, PASSWORD, PROTOCOL, answer_of

LOGOUT = f"{PROTOCOL}/logout"


async def is_signed_in(browser):
    return "code" in answer_of(await browser.open(prompt="none"))


async def test_signing_out_ends_the_session_and_its_tokens(http, browser):
    tokens = await browser.tokens()
    query = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": f"{ORIGIN}/signed-out",
        "state": "bye",
    }
    answer = await http.get(f"{PROTOCOL}/logout", params=query)
    assert answer.headers["location"] == f"{ORIGIN}/signed-out?state=bye"
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    assert answer_of(await browser.open(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("address", [f"{ORIGIN}/elsewhere", "http://evil.example/", f"{ORIGIN}/app/", ""])
async def test_signing_out_leads_nowhere_but_to_the_clients_own_page(http, address):
    query = {"client_id": "dashboard", "post_logout_redirect_uri": address}
    answer = await http.get(f"{PROTOCOL}/logout", params=query)
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "signed out" in answer.text


async def test_signing_out_may_be_asked_for_in_a_form(http, browser):
    tokens = await browser.tokens()
    form = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": f"{ORIGIN}/"}
    assert (await http.post(LOGOUT, data=form)).headers["location"] == f"{ORIGIN}/"
    assert not await is_signed_in(browser)


async def test_a_link_from_anywhere_asks_before_it_signs_anybody_out(http, browser):
    await browser.sign_in()
    query = {"client_id": "dashboard", "post_logout_redirect_uri": f"{ORIGIN}/signed-out", "state": '"><b>'}
    page = await http.get(LOGOUT, params=query)
    assert page.status_code == 200
    assert "<b>" not in page.text
    assert await is_signed_in(browser)
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)[1]
    assert (await http.post(LOGOUT, data=query | {"proof": "made up"})).status_code == 200
    assert await is_signed_in(browser)
    answer = await http.post(LOGOUT, data=query | {"proof": proof})
    assert answer_of(answer) == {"state": '"><b>'}
    assert not await is_signed_in(browser)


async def test_the_id_token_of_another_person_is_no_permission(http, browser, identity):
    context, _ = identity
    stranger = NewAccount(username="stranger", role="Tech", name="Technician")
    await create_account(context, stranger, PASSWORD)
    theirs = (await browser.exchange(answer_of(await browser.sign_in(username="stranger"))["code"])).json()
    http.cookies.clear()
    await browser.sign_in()
    await http.get(LOGOUT, params={"id_token_hint": theirs["id_token"]})
    assert await is_signed_in(browser)


async def test_an_access_token_is_no_id_token(http, browser):
    tokens = await browser.tokens()
    await http.get(LOGOUT, params={"id_token_hint": tokens["access_token"]})
    assert await is_signed_in(browser)


async def test_an_id_token_says_whom_it_was_for_after_it_has_expired(http, browser, clock):
    tokens = await browser.tokens()
    clock.advance(timedelta(hours=2))
    await http.get(LOGOUT, params={"id_token_hint": tokens["id_token"]})
    assert not await is_signed_in(browser)


async def test_tokens_that_outlived_their_session_end_as_well(http, browser):
    tokens = await browser.tokens()
    http.cookies.clear()
    await http.get(LOGOUT, params={"id_token_hint": tokens["id_token"]})
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_client_that_shows_the_token_of_another_is_refused(http, browser):
    tokens = await browser.tokens()
    query = {"id_token_hint": tokens["id_token"], "client_id": "mobile"}
    assert (await http.get(LOGOUT, params=query)).status_code == 400
    assert await is_signed_in(browser)


@pytest.mark.parametrize("hint", ["", ".", "a.b.c", "e30.e30.", "bnVsbA.e30.x", "W10.W10.eA"])
async def test_a_hint_that_is_no_token_counts_for_nothing(http, browser, hint):
    await browser.sign_in()
    assert (await http.get(LOGOUT, params={"id_token_hint": hint})).status_code == 200
    assert await is_signed_in(browser)


async def test_a_request_to_sign_out_that_says_two_things_is_refused(http, browser):
    await browser.sign_in()
    assert (await http.get(f"{LOGOUT}?client_id=dashboard&client_id=mobile")).status_code == 400
    assert await is_signed_in(browser)
