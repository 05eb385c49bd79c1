"""Attack 11: using a token that was somebody else's, is over, or was meant for another part."""

from datetime import timedelta

import httpx

from tests.identity.conftest import ORIGIN, Browser


async def test_a_refresh_token_used_by_a_thief_and_its_owner_ends_both(platform):
    tokens = await platform.browser("ccm_north")
    async with httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as elsewhere:
        thief = Browser(elsewhere)
        stolen = tokens["refresh_token"]
        assert (await thief.refresh(stolen, client_id="mobile")).status_code == 400
        first = await thief.refresh(stolen)
        again = await thief.refresh(stolen)
        assert again.json()["error"] == "invalid_grant"
        if first.status_code == 200:
            after = await thief.refresh(first.json()["refresh_token"])
            assert after.json()["error"] == "invalid_grant"


async def test_an_access_token_is_over_after_five_minutes_and_a_little(platform):
    token = await platform.token("ccm_north")
    path = "/fhir/Patient"
    assert (await platform.ask("", "GET", path, authorization=f"Bearer {token}")).status_code == 200
    platform.clock.advance(timedelta(minutes=5, seconds=31))
    answer = await platform.ask("", "GET", path, authorization=f"Bearer {token}")
    assert answer.status_code == 401
    assert token not in answer.text


async def test_a_token_is_for_the_components_it_names(platform):
    for who, path in (
        ("system", "/api/participants"),
        ("reader", "/api/accounts"),
        ("holobalance", "/api/inbox"),
    ):
        answer = await platform.ask(who, "GET", path)
        assert answer.status_code in (401, 403), (who, path)


async def test_tokens_are_taken_from_the_header_alone(platform):
    token = await platform.token("ccm_north")
    for params in ({"access_token": token}, {"token": token}):
        assert (await platform.ask("", "GET", "/fhir/Patient", params=params)).status_code == 401
    assert (await platform.ask("", "GET", "/fhir/Patient", cookie=f"access_token={token}")).status_code == 401


async def test_a_scope_signed_by_nobody_is_not_believed_from_outside(platform):
    for name in ("x_smartbear_scope", "x_synergy", "x_forwarded_for"):
        answer = await platform.ask("", "GET", "/fhir/Patient", **{name: "CCM"})
        assert answer.status_code == 401
