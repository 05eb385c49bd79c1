"""How much a caller may ask: by one replica's count, and by that of several which share a database."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.contracts.scope import SYSTEM, AccessScope
from smartbear.gateway.actions.callers import NOBODY
from smartbear.gateway.actions.limits import Limits
from smartbear.gateway.model.bucket import BURST, Buckets
from smartbear.gateway.model.rates import ALARMS, PAGES, RECORDS
from smartbear.gateway.settings import GatewaySettings
from smartbear.kit.errors import TooCostly, TooManyRequests, Unavailable
from tests.conftest import eventually

MACHINE = AccessScope(role=SYSTEM, client="bench")
PERSON = AccessScope(role="CCM", account="a-1", client="dashboard")


def test_a_bucket_lets_ten_seconds_worth_through_and_then_the_rate():
    buckets = Buckets(rate=2)
    assert [buckets.wait("a", 0.0) for _ in range(20)] == [0.0] * 20
    assert buckets.wait("a", 0.0) == pytest.approx(0.5)
    assert buckets.wait("b", 0.0) == 0.0
    assert buckets.wait("a", 0.5) == 0.0
    assert buckets.wait("a", 0.5) > 0


def test_a_rate_slower_than_the_burst_lets_one_through_at_a_time():
    buckets = Buckets(rate=0.05)
    assert [buckets.wait("a", 0.0), buckets.wait("a", 0.0)] == [0.0, pytest.approx(20)]
    assert buckets.wait("a", 20.0) == 0.0


def test_buckets_of_callers_not_seen_for_long_are_forgotten(monkeypatch):
    monkeypatch.setattr("smartbear.gateway.model.bucket._MOST", 3)
    buckets = Buckets(rate=2)
    for caller in "abcde":
        buckets.wait(caller, 0.0)
    assert list(buckets._buckets) == ["c", "d", "e"]


def test_what_has_been_told_is_not_told_again_and_what_came_since_is_added():
    buckets = Buckets(rate=1)
    assert [buckets.wait("a", 0.0) for _ in range(3)] == [0.0] * 3
    assert buckets.news() == {"a": 3.0}
    assert (buckets.news(), buckets.has_news) == ({}, False)
    assert buckets.wait("a", 0.0) == 0.0
    buckets.learn("a", 8.0, 0.0)  # others have used five
    assert buckets.wait("a", 0.0) == 0.0
    assert buckets.wait("a", 0.0) == pytest.approx(1.0)


@given(
    rate=st.floats(0.1, 1000),
    arrivals=st.lists(st.floats(0, 0.5), min_size=1, max_size=200),
)
def test_no_caller_ever_gets_more_than_the_burst_and_the_rate(rate, arrivals):
    buckets, now, allowed = Buckets(rate), 0.0, 0
    for pause in arrivals:
        now += pause
        allowed += buckets.wait("a", now) == 0.0
    assert allowed <= math.ceil((now + max(BURST, 1 / rate)) * rate + 1e-6)


class Moments:
    """A monotonic clock that a test moves."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
async def replicas(make_context):
    """Two front doors' limits on one database, on a clock that stands; five requests a second."""
    settings = GatewaySettings(machine_rate=5, person_rate=5, client_rate=5, address_rate=5)
    async with make_context("gateway") as one, make_context("gateway") as other:
        async with one.db.connection() as connection:
            await connection.execute("TRUNCATE rate")
        yield [Limits(context, settings, Moments()) for context in (one, other)]


def allowed(limits, tries, access=MACHINE, rate=PAGES):
    """How many of so many requests at once are let through."""
    through = 0
    for _ in range(tries):
        try:
            limits.check(rate, access, "127.0.0.1")
        except TooManyRequests:
            break
        through += 1
    return through


async def test_what_one_replica_lets_through_another_does_not_let_through_again(replicas):
    first, second = replicas
    assert allowed(first, 40) == 40
    await first.exchange()
    assert allowed(second, 3) == 3  # half a second's worth, and it asks what the others have done
    await second.exchange()
    assert allowed(second, 50) <= 8  # fifty in all, and what the database's clock gave back meanwhile


async def test_a_burst_at_every_replica_at_once_is_paid_back(replicas):
    first, second = replicas
    assert [allowed(each, 60) for each in replicas] == [50, 50]
    await first.exchange()
    await second.exchange()
    second._now.now = 5.0  # its own count alone would give 25 back
    assert allowed(second, 1) == 0


async def test_a_class_of_requests_does_not_use_up_another(replicas):
    limits = replicas[0]
    assert allowed(limits, 60, rate=RECORDS) == 50
    assert allowed(limits, 60, PERSON, ALARMS) == 50
    assert allowed(limits, 60, NOBODY, PAGES) == 50


async def test_people_of_one_client_share_what_the_client_may(replicas):
    limits = replicas[0]
    assert allowed(limits, 30, PERSON) == 30
    assert allowed(limits, 30, AccessScope(role="CCM", account="a-2", client="dashboard")) == 20
    assert allowed(limits, 30, AccessScope(role="CCM", account="a-2", client="mobile")) == 29


async def test_replicas_tell_each_other_by_themselves_with_few_statements(replicas, monkeypatch):
    first, second = replicas
    exchanges = []
    real = Limits.exchange

    async def counted(limits):
        exchanges.append(limits)
        await real(limits)

    monkeypatch.setattr(Limits, "exchange", counted)
    running = [asyncio.create_task(each.run()) for each in replicas]
    assert allowed(first, 50) == 50
    await eventually(lambda: exchanges)
    allowed(second, 3)
    await eventually(lambda: second in exchanges)
    await eventually(lambda: allowed(second, 1) == 0)
    assert len(exchanges) < 10
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.parametrize("fault", [ConnectionResetError, Unavailable, TooCostly])
async def test_without_the_database_a_replica_goes_on_by_its_own_count(replicas, monkeypatch, caplog, fault):
    limits = replicas[0]
    monkeypatch.setattr("smartbear.gateway.actions.limits._PAUSE", 0)

    async def gone(*_):
        raise fault

    monkeypatch.setattr("smartbear.gateway.store.limits.use", gone)
    running = asyncio.create_task(limits.run())
    assert allowed(limits, 60) == 50
    await eventually(lambda: "limits_kept_alone" in caplog.text)
    assert allowed(limits, 60, rate=RECORDS) == 50
    await asyncio.sleep(0.02)
    assert not running.done()
    assert caplog.text.count("limits_kept_alone") == 1
    running.cancel()


async def test_who_has_asked_is_kept_as_a_digest_and_forgotten(replicas):
    limits = replicas[0]
    allowed(limits, 5, PERSON)
    await limits.exchange()
    async with limits._db.connection() as connection:
        kept = [bytes(row["caller"]) for row in await connection.fetch("SELECT caller FROM rate")]
        assert len(kept) == 2
        assert all(b"a-1" not in each and len(each) == 16 for each in kept)
        await connection.execute("UPDATE rate SET until = now() - interval '1 second'")
        limits._now.now = 61.0
        await limits.exchange()
        assert await connection.fetch("SELECT caller FROM rate") == []
