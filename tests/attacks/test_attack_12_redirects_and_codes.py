"""Attack 12: codes sent astray, taken from others, and sign-outs that lead elsewhere."""

import httpx
import pytest

from tests.identity.conftest import ORIGIN, PROTOCOL, Browser, answer_of, asked

HOSTILE = (
    "https://evil.example/callback",
    f"{ORIGIN}/callback/..;/evil",
    f"{ORIGIN}/callback/../evil",
    f"{ORIGIN}@evil.example/callback",
    f"{ORIGIN}.evil.example/callback",
    f"{ORIGIN}/callback?x=1",
    f"{ORIGIN}/callback#x",
    f"{ORIGIN}/CALLBACK",
    "jAvAsCrIpT:alert(1)",
    "http://user@user@evil.example/",
    "http://[::1]:8080/callback",
    "//evil.example/callback",
    "",
)


@pytest.fixture
async def browser(platform):
    async with httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as jar:
        yield Browser(jar)


@pytest.mark.parametrize("address", HOSTILE)
async def test_nobody_is_sent_to_an_address_that_is_not_the_clients(browser, address):
    answer = await browser.open(redirect_uri=address)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text


async def test_a_code_is_good_once_for_its_client_address_and_proof(browser):
    for changes in ({"client_id": "mobile"}, {"redirect_uri": f"{ORIGIN}/"}, {"code_verifier": "w" * 43}):
        browser.http.cookies.clear()
        refused = await browser.exchange(await browser.code(username="ccm_north"), **changes)
        assert refused.status_code == 400, changes
    browser.http.cookies.clear()
    issued = await browser.code(username="ccm_north")
    assert (await browser.exchange(issued)).status_code == 200
    assert (await browser.exchange(issued)).json()["error"] == "invalid_grant"


async def test_a_request_without_the_proof_of_s256_is_not_served(browser):
    for changes in ({"code_challenge": None}, {"code_challenge_method": "plain"}, {"response_type": "token"}):
        back = await browser.http.get(f"{PROTOCOL}/auth", params=asked(**changes))
        assert "error" in answer_of(back), changes


async def test_the_answer_names_who_gives_it(browser):
    back = answer_of(await browser.sign_in(username="ccm_north"))
    assert back["iss"] == f"{ORIGIN}/realms/smartbear"
    assert back["state"] == "s-1"


async def test_a_sign_out_leads_nowhere_but_home(browser):
    for address in HOSTILE[:5]:
        query = {"client_id": "dashboard", "post_logout_redirect_uri": address}
        answer = await browser.http.get(f"{PROTOCOL}/logout", params=query)
        assert "evil" not in answer.headers.get("location", "")
        assert answer.status_code < 500


async def test_no_address_leads_to_where_the_caller_says_the_platform_is(platform):
    asked_by = {
        "sysadmin": "/api/accounts/",
        "ccm_north": "/api/participants/",
        "person_north": "/api/audit/own/",
    }
    for who, path in (asked_by | {"": "/realms/smartbear/account/"}).items():
        answer = await platform.ask(who, "GET", path, host="evil.example")
        assert answer.status_code == 404, path
        assert "evil" not in str(answer.headers) + answer.text, path
