"""Many refusals are few events, and none of them is lost."""

import asyncio

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.contracts import audit, tally
from smartbear.contracts.tally import Tally
from smartbear.kit.errors import Unavailable
from tests.conftest import MakeContext


@pytest.fixture
async def context(make_context: MakeContext):
    async with make_context("gateway") as made:
        yield made


@pytest.fixture
async def events(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM audit.event")

    async def look():
        return [audit.read(row["record"]) for row in await connection.fetch("SELECT record FROM audit.event")]

    yield look
    await connection.close()


async def test_a_thousand_refusals_are_one_event_with_their_number(context, events):
    refused = Tally(context, "token-refused")
    for n in range(1000):
        assert not refused.take(f"192.0.2.{n % 5}")
    await refused.close()
    [event] = await events()
    assert (event.subtype, event.times, event.status, event.outcome) == ("token-refused", 1000, 401, "4")
    assert len(event.entities) == 5
    assert "192.0.2" not in str(event)


async def test_the_address_with_most_comes_first_and_a_list_has_an_end(context, events):
    refused = Tally(context, "token-refused")
    for n in range(150):
        refused.take(f"2001:db8::{n:x}")
    for _ in range(3):
        refused.take("192.0.2.9")
    await refused.close()
    [event] = await events()
    assert (event.times, len(event.entities), event.more) == (153, 100, 51)
    refused.take("192.0.2.9")
    await refused.close()
    assert (await events())[-1].entities == event.entities[:1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it keeps nothing
@given(st.lists(st.sampled_from(["a", "b", "c"])), st.integers(0, 4), st.integers(0, 6))
async def test_each_refusal_has_its_own_event_or_is_counted(context, addresses, each, most):
    refused = Tally(context, "sign-in-failed", each=each, most=most)
    own = [address for address in addresses if refused.take(address)]
    assert len(own) == min(most, sum(min(each, addresses.count(one)) for one in set(addresses)))
    told = []
    refused._auditor.record = lambda trail, _status: kept(told, trail.times)
    await refused.close()
    assert sum(told) + len(own) == len(addresses)


async def kept(told, times):
    told.append(times)


async def test_a_minute_ends_by_itself(context, events, monkeypatch):
    monkeypatch.setattr(tally, "_MINUTE", 0.01)
    refused = Tally(context, "token-refused")
    refused.take("192.0.2.9")
    for _ in range(100):
        if await events():
            break
        await asyncio.sleep(0.01)
    assert [event.times for event in await events()] == [1]
    await refused.close()
    assert len(await events()) == 1


async def test_what_cannot_be_recorded_is_told_later(context, events):
    refused = Tally(context, "token-refused")
    record = refused._auditor.record

    async def fail(_trail, _status):
        raise Unavailable

    refused.take("192.0.2.9")
    refused._auditor.record = fail
    await refused.tell()
    refused._auditor.record = record
    refused.take("192.0.2.9")
    await refused.tell()
    assert [event.times for event in await events()] == [2]


async def test_more_addresses_than_can_be_told_apart_cost_no_memory(context, events, monkeypatch):
    monkeypatch.setattr(tally, "_MOST", 3)
    refused = Tally(context, "token-refused")
    for n in range(50):
        refused.take(f"192.0.2.{n}")
    await refused.close()
    [event] = await events()
    assert (event.times, len(event.entities)) == (50, 4)
