"""The intents of the modules of the plan for RP-initiated logout, one test for each module."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.identity.conftest import PROTOCOL, drain, fields_of
from tests.identity.relying_party import AFTER, RelyingParty, back_with, register

LOGOUT = f"{PROTOCOL}/logout"


@pytest.fixture
async def rp(identity, http):
    context, _ = identity
    return RelyingParty(http, *await register(context))


async def sign_out(rp, **sent):
    """Follow a link to sign out, and say yes if the page asks."""
    answer = await rp.http.get(LOGOUT, params=sent)
    if 'name="proof"' in answer.text:
        answer = await rp.http.post(LOGOUT, data=fields_of(answer))
    return answer


async def is_signed_in(rp):
    return "code" in back_with(await rp.send(prompt="none"))


def where(answer):
    """The address without its query, and the query."""
    address = urlsplit(answer.headers["location"])
    return f"{address.scheme}://{address.netloc}{address.path}", parse_qs(address.query)


async def test_a_client_signs_its_person_out__rp_initiated_logout(rp):
    hint = (await rp.tokens())["id_token"]
    answer = await sign_out(rp, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="s")
    assert where(answer) == (AFTER, {"state": ["s"]})
    assert not await is_signed_in(rp)


async def test_an_address_not_registered_leads_nowhere__bad_post_logout_redirect_uri(rp):
    hint = (await rp.tokens())["id_token"]
    answer = await sign_out(rp, id_token_hint=hint, post_logout_redirect_uri=f"{AFTER}/other")
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_a_hint_that_was_tampered_with_is_none__modified_id_token_hint(rp):
    head, body, _ = (await rp.tokens())["id_token"].split(".")
    hint = f"{head}.{body}.{'A' * 342}"
    answer = await rp.http.get(LOGOUT, params={"id_token_hint": hint, "post_logout_redirect_uri": AFTER})
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert await is_signed_in(rp)


@pytest.mark.parametrize("hint", ["", "not a token", "e30.e30.e30"])
async def test_a_hint_that_is_no_token_leads_nowhere__bad_id_token_hint(rp, hint):
    await rp.tokens()
    answer = await sign_out(rp, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_without_a_hint_nobody_is_sent_away_unasked__no_id_token_hint(rp):
    await rp.tokens()
    answer = await rp.http.get(LOGOUT, params={"post_logout_redirect_uri": AFTER, "state": "s"})
    assert "Sign out of SMART BEAR?" in answer.text
    assert await is_signed_in(rp)


async def test_a_bare_link_asks_and_then_says_so__no_params(rp):
    await rp.tokens()
    assert "You are signed out" in (await sign_out(rp)).text
    assert not await is_signed_in(rp)


async def test_without_an_address_a_page_says_so__no_post_logout_redirect_uri(rp):
    hint = (await rp.tokens())["id_token"]
    answer = await sign_out(rp, id_token_hint=hint, state="s")
    assert "You are signed out" in answer.text
    assert not await is_signed_in(rp)


async def test_without_a_state_none_comes_back__no_state(rp):
    hint = (await rp.tokens())["id_token"]
    assert where(await sign_out(rp, id_token_hint=hint, post_logout_redirect_uri=AFTER)) == (AFTER, {})


async def test_a_state_alone_leads_nowhere__only_state(rp):
    await rp.tokens()
    answer = await sign_out(rp, state="s")
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_an_address_with_a_query_is_another_one__query_added_to_post_logout_redirect_uri(rp):
    hint = (await rp.tokens())["id_token"]
    answer = await sign_out(rp, id_token_hint=hint, post_logout_redirect_uri=f"{AFTER}?foo=bar")
    assert (answer.status_code, "location" in answer.headers) == (200, False)


class Ear:
    """A client's server on the loopback that hears of sign-outs; it refuses the first ``busy`` of them."""

    def __init__(self, busy=0):
        self.heard, self.busy = [], busy

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/told"

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        form = parse_qs((await reader.readexactly(length)).decode())
        self.busy -= 1
        if self.busy < 0:
            self.heard.append(form["logout_token"][0])
        status = b"503 Busy" if self.busy >= 0 else b"204 No Content"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


async def test_clients_are_told_of_a_sign_out__backchannel_rp_initiated_logout(
    identity, http, database_url, clock
):
    context, _ = identity
    async with Ear() as ear:
        rp = RelyingParty(http, *await register(context, backchannel_logout=ear.address))
        tokens = await rp.tokens()
        id_token = await rp.claims(tokens["id_token"])
        await sign_out(rp, id_token_hint=tokens["id_token"])
        await drain(context, database_url)
    claims = await rp.claims(ear.heard[0], typ="logout+jwt")
    assert len(ear.heard) == 1
    for name in ("iss", "sub", "aud", "sid"):
        assert claims[name] == id_token[name]
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert claims["exp"] - claims["iat"] <= 120
    assert "nonce" not in claims


async def test_a_client_that_is_busy_is_told_again(identity, http, database_url):
    context, _ = identity
    async with Ear(busy=2) as ear:
        rp = RelyingParty(http, *await register(context, backchannel_logout=ear.address))
        await sign_out(rp, id_token_hint=(await rp.tokens())["id_token"])
        for _ in range(3):
            await drain(context, database_url)
    assert len(ear.heard) == 1


async def test_a_logout_token_opens_nothing(identity, http, database_url):
    context, _ = identity
    async with Ear() as ear:
        rp = RelyingParty(http, *await register(context, backchannel_logout=ear.address))
        await sign_out(rp, id_token_hint=(await rp.tokens())["id_token"])
        await drain(context, database_url)
    headers = {"authorization": f"Bearer {ear.heard[0]}"}
    assert (await http.get(f"{PROTOCOL}/userinfo", headers=headers)).status_code == 401
