"""How long a reading takes from «accepted» to the case manager's open inbox, while others arrive."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta

from clients import Person, SystemClient
from cohort import Cohort, Member, demo_members, enrol, pressure, pulse
from platform_under_test import PlatformUnderTest

_MEMBERS = 20  # a run; each gives two notices
_BACKGROUND = 50  # ordinary readings a second


async def measure(
    platform: PlatformUnderTest, system: SystemClient, clinician: Person, runs: int
) -> list[float]:
    """For each run: the 95th percentile, in seconds, from the answer to the event in the inbox."""
    cohort = await enrol(platform, system, clinician, _MEMBERS * runs)
    seen: dict[tuple[str, str], float] = {}
    watching = asyncio.create_task(_watch(clinician, seen))
    background = asyncio.create_task(_ordinary(platform, system))
    results = []
    for run in range(runs):
        members = cohort.members[run * _MEMBERS : (run + 1) * _MEMBERS]
        results.append(await _one_run(cohort, members, seen))
    for task in (watching, background):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    return results


async def _one_run(cohort: Cohort, members: list[Member], seen: dict[tuple[str, str], float]) -> float:
    waited = []
    for kind, ago in (("repeat_asked", 90), ("red_alert", 30)):
        for member in members:
            at = datetime.now(UTC) - timedelta(seconds=ago)
            body = {
                "subject": member.subject,
                "device_id": member.device,
                "readings": [pressure(200, 130, at)],
            }
            headers = {"idempotency-key": str(uuid.uuid4())}
            answer = await cohort.system.request("POST", "/api/measurements", json=body, headers=headers)
            accepted = time.monotonic()
            answer.raise_for_status()
            waited.append(await _until(seen, (member.participant, kind)) - accepted)
    return statistics.quantiles(waited, n=20)[-1]


async def _until(seen: dict[tuple[str, str], float], what: tuple[str, str]) -> float:
    deadline = time.monotonic() + 30
    while what not in seen:
        assert time.monotonic() < deadline, f"{what} never arrived"
        await asyncio.sleep(0.005)
    return seen[what]


async def _watch(clinician: Person, seen: dict[tuple[str, str], float]) -> None:
    async for event in clinician.events():
        if "participant" in event:
            seen.setdefault((event["participant"], event["kind"]), time.monotonic())


async def _ordinary(platform: PlatformUnderTest, system: SystemClient) -> None:
    """Single readings at a steady rate, whatever the answers take."""
    members, sending = demo_members(platform), set()
    start, number = datetime.now(UTC) - timedelta(days=40), 0
    while True:
        member = members[number % len(members)]
        body = {
            "subject": member["subject"],
            "device_id": member["devices"]["smartwatch"],
            "readings": [pulse(71, start + timedelta(milliseconds=500 * number))],
        }
        headers = {"idempotency-key": str(uuid.uuid4())}
        task = asyncio.create_task(system.request("POST", "/api/measurements", json=body, headers=headers))
        sending.add(task)
        task.add_done_callback(sending.discard)
        number += 1
        await asyncio.sleep(1 / _BACKGROUND)
