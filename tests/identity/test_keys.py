"""Signing keys change without anybody being signed out, and at once when one is no longer secret."""

import asyncio
from datetime import timedelta

import pytest

from smartbear.identity.actions.keys import OVERLAP, rotate, signing_keys
from smartbear.identity.settings import IdentitySettings
from tests.identity.conftest import PROTOCOL

SETTINGS = IdentitySettings()
LIFETIME = timedelta(seconds=SETTINGS.access_token_lifetime)


def kids(keys):
    return [key["kid"] for key in keys.public["keys"]]


@pytest.fixture
async def context(identity, clock):
    context, _ = identity
    async with context.db.connection() as c:
        await c.execute("DELETE FROM signing_key")
    return context


async def test_the_next_key_is_known_before_it_signs_and_the_last_one_after(context, clock):
    first = (await signing_keys(context, SETTINGS)).current.kid
    second = await rotate(context)
    before = await signing_keys(context, SETTINGS)
    assert (before.current.kid, set(kids(before))) == (first, {first, second})
    clock.advance(OVERLAP)
    during = await signing_keys(context, SETTINGS)
    assert (during.current.kid, set(kids(during))) == (second, {first, second})
    clock.advance(LIFETIME)
    assert first in kids(await signing_keys(context, SETTINGS))
    clock.advance(timedelta(minutes=2))
    assert kids(await signing_keys(context, SETTINGS)) == [second]


async def test_a_key_is_followed_by_another_when_it_is_old(context, clock):
    first = (await signing_keys(context, SETTINGS)).current.kid
    clock.advance(timedelta(days=SETTINGS.key_days))
    assert kids(await signing_keys(context, SETTINGS)) == [first]
    clock.advance(timedelta(minutes=1))
    both = await asyncio.gather(*(signing_keys(context, SETTINGS) for _ in range(4)))
    assert all(keys.current.kid == first and len(kids(keys)) == 2 for keys in both)
    clock.advance(OVERLAP + LIFETIME + timedelta(minutes=2))
    after = await signing_keys(context, SETTINGS)
    assert (len(kids(after)), after.current.kid == first) == (1, False)


async def test_a_key_that_others_may_know_is_refused_at_once(context, browser, http, clock):
    tokens = await browser.tokens()
    kid = await rotate(context, at_once=True)
    clock.advance(timedelta(minutes=1))
    assert kids(await signing_keys(context, SETTINGS)) == [kid]
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await http.get(f"{PROTOCOL}/userinfo", headers=headers)).status_code == 401
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 200


async def test_making_a_key_at_once_wins_over_one_that_was_planned(context, clock):
    await signing_keys(context, SETTINGS)
    await rotate(context)
    clock.advance(timedelta(minutes=1))
    kid = await rotate(context, at_once=True)
    clock.advance(OVERLAP)
    assert (await signing_keys(context, SETTINGS)).current.kid == kid


async def test_a_rotation_reaches_every_process_within_a_minute(context, http, clock):
    before = (await http.get(f"{PROTOCOL}/certs")).json()["keys"]
    kid = await rotate(context)
    assert (await http.get(f"{PROTOCOL}/certs")).json()["keys"] == before
    clock.advance(timedelta(minutes=1))
    assert kid in {key["kid"] for key in (await http.get(f"{PROTOCOL}/certs")).json()["keys"]}
