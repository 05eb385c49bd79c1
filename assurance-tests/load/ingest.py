"""How many readings a second the platform takes in, and how many it has finished with."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from clients import SystemClient
from cohort import demo_members, pulse
from platform_under_test import PlatformUnderTest

_BATCH, _LANES, _SECONDS = 100, 4, 20
_MOST = 1500  # batches made beforehand for a run


async def measure(
    platform: PlatformUnderTest, system: SystemClient, runs: int
) -> tuple[list[float], list[float]]:
    """For each run: readings accepted a second, and readings a second until all are in the repository."""
    accepted, complete = [], []
    for run in range(runs):
        before = await _observations(system)
        bodies = _bodies(platform, run)
        began = time.monotonic()
        counts = await asyncio.gather(*(_lane(system, bodies, began + _SECONDS) for _ in range(_LANES)))
        taken = time.monotonic() - began
        total = sum(counts)
        await _all_there(system, before + total)
        accepted.append(total / taken)
        complete.append(total / (time.monotonic() - began))
    return accepted, complete


def _bodies(platform: PlatformUnderTest, run: int) -> itertools.chain[tuple[str, bytes]]:
    """Batches of one reading a second, each second of each participant used once, made beforehand."""
    members = demo_members(platform)
    start = datetime.now(UTC) - timedelta(days=39 - 6 * run)
    made = []
    for number in range(_MOST):
        member = members[number % len(members)]
        first = start + timedelta(seconds=number // len(members) * _BATCH)
        readings: list[dict[str, Any]] = [pulse(70, first + timedelta(seconds=i)) for i in range(_BATCH)]
        device = member["devices"]["smartwatch"]
        body = {"subject": member["subject"], "device_id": device, "readings": readings}
        made.append((str(uuid.uuid4()), json.dumps(body).encode()))
    return itertools.chain(made)


async def _lane(system: SystemClient, bodies: itertools.chain[tuple[str, bytes]], until: float) -> int:
    count = 0
    for key, body in bodies:
        headers = {"idempotency-key": key, "content-type": "application/json"}
        answer = await system.request("POST", "/api/measurements", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        count += answer.json()["accepted"]
        if time.monotonic() > until:
            break
    return count


async def _all_there(system: SystemClient, wanted: int) -> None:
    for _ in range(1500):
        if await _observations(system) >= wanted:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError("the repository did not catch up in five minutes")


async def _observations(system: SystemClient) -> int:
    total: int = (await system.get("/fhir/Observation", _summary="count"))["total"]
    return total
