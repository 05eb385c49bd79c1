"""Figures of signing in: how many a core bears, and that time tells nobody which accounts there are."""

import asyncio
import os
import statistics
import sys
import time

import pytest

from smartbear.identity.actions.accounts import Attempt, Refused, check_password
from smartbear.identity.store import sessions
from tests.identity.conftest import PASSWORD

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(900)]
LOGINS, PAIRS = 200, 1000


@pytest.fixture
async def check(identity):
    """A sign-in from an address of its own, so that nobody has to wait."""
    context, _ = identity
    numbers = iter(range(10**9))

    async def check(username, password):
        return await check_password(context, Attempt(username, password, f"address {next(numbers)}"))

    yield check
    async with context.db.transaction() as tx:
        await sessions.forget_tries(tx, b"", context.clock.now())


async def test_a_core_bears_fifteen_logins_a_second(check, capsys):
    await check("test_clinician", PASSWORD)
    began, spent = time.monotonic(), time.process_time()
    for _ in range(LOGINS // 10):
        await asyncio.gather(*(check("test_clinician", PASSWORD) for _ in range(10)))
    took, spent = time.monotonic() - began, time.process_time() - spent
    with capsys.disabled():
        figures = f"{LOGINS / spent:.0f} logins/s a core by processor time, {LOGINS / took:.0f}/s in all"
        sys.stdout.write(f"\n{figures}, {os.cpu_count()} cores\n")
    assert LOGINS / spent >= 15


async def test_known_and_unknown_accounts_take_the_same_time(check, capsys):
    """Welch's t over interleaved tries: below 3 there is nothing to be seen."""
    known, unknown = [], []
    for _ in range(PAIRS):
        for username, times in (("test_clinician", known), ("nobody", unknown)):
            began = time.perf_counter()
            assert isinstance(await check(username, "wrong"), Refused)
            times.append(time.perf_counter() - began)
    for times in (known, unknown):
        times.sort()
        del times[int(len(times) * 0.95) :]  # the longest are other processes'
    difference = statistics.fmean(known) - statistics.fmean(unknown)
    error = sum(statistics.variance(times) / len(times) for times in (known, unknown)) ** 0.5
    with capsys.disabled():
        sys.stdout.write(f"\n{PAIRS} pairs: {difference * 1e6:.0f} µs apart, t = {difference / error:.2f}\n")
    assert abs(difference) < 0.001 or abs(difference / error) < 3
