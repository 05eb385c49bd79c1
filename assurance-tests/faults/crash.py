"""``kill -9`` at random moments while readings pour in: what was acknowledged is there once, no alert is lost.

A writer sends batches and repeats each under its idempotency key until it is acknowledged. Now and then a
member of the cohort sends two extreme pressures a minute apart. The platform, or the platform and PostgreSQL,
is killed again and again. At the end every acknowledged reading must be in the readings' store and in the
repository exactly once, and every pair must have become exactly one red alert.
"""

from __future__ import annotations

import asyncio
import random
import sys
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clients import Person, SystemClient
from cohort import Cohort, Member, enrol, pressure
from platform_under_test import PlatformUnderTest

_BATCH = 20
_SETTLE = 120.0  # seconds for the last jobs


@dataclass
class Ledger:
    """What the platform acknowledged."""

    readings: Counter[str] = field(default_factory=Counter)
    """Subject → readings acknowledged."""
    alarmed: list[Member] = field(default_factory=list)
    """Members whose two extreme pressures were acknowledged."""
    kills: int = 0
    retries: int = 0


@dataclass(frozen=True)
class Verdict:
    """What was found at the end."""

    kills: int
    acknowledged: int
    retries: int
    lost: int
    doubled: int
    alerts_expected: int
    alerts_lost: int
    alerts_doubled: int

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.alerts_lost or self.alerts_doubled)


async def run(home: Path, kills: int, seed: int) -> Verdict:
    """Start a demo platform on ``home``, kill it ``kills`` times, and judge."""
    chance = random.Random(seed)
    platform = PlatformUnderTest(home)
    platform.start()
    platform.wait_until_ready()
    platform.wait_until_seeded()
    system = SystemClient(platform)
    clinician = Person(platform, "test_clinician", platform.password())
    cohort = await enrol(platform, system, clinician, max(4, kills // 2))
    ledger, stop = Ledger(), asyncio.Event()
    writers = [asyncio.create_task(_write(cohort, ledger, stop, lane)) for lane in range(3)]
    alarms = asyncio.create_task(_alarm(cohort, ledger, stop, chance))
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 2.5))
        platform.kill(everything=chance.random() < 0.5)
        ledger.kills += 1
        platform.start()
        await asyncio.to_thread(platform.wait_until_ready)
    await asyncio.sleep(1)
    stop.set()
    await asyncio.gather(*writers, alarms)
    verdict = await _judge(cohort, ledger)
    await system.close()
    await clinician.close()
    platform.stop()
    return verdict


async def _write(cohort: Cohort, ledger: Ledger, stop: asyncio.Event, lane: int) -> None:
    """Batches of ordinary pressures, each at a time of its own."""
    second = 0
    began = datetime.now(UTC) - timedelta(days=20 + lane)
    while not stop.is_set():
        member = cohort.members[(second // _BATCH + lane) % len(cohort.members)]
        times = [began + timedelta(seconds=second + i) for i in range(_BATCH)]
        second += _BATCH
        readings = [pressure(125, 75, at) for at in times]
        await _send(cohort, ledger, member, readings)
        ledger.readings[member.subject] += _BATCH


async def _alarm(cohort: Cohort, ledger: Ledger, stop: asyncio.Event, chance: random.Random) -> None:
    """One member after another sends two extreme pressures a minute apart."""
    for member in cohort.members:
        if stop.is_set():
            return
        now = datetime.now(UTC)
        for ago in (90, 30):
            readings = [pressure(200, 130, now - timedelta(seconds=ago))]
            await _send(cohort, ledger, member, readings)
            ledger.readings[member.subject] += 1
        ledger.alarmed.append(member)
        await asyncio.sleep(chance.uniform(0.2, 2.0))


async def _send(cohort: Cohort, ledger: Ledger, member: Member, readings: list[dict[str, Any]]) -> None:
    """Send until acknowledged, always under the same key."""
    body = {"subject": member.subject, "device_id": member.device, "readings": readings}
    headers = {"idempotency-key": str(uuid.uuid4())}
    while True:
        try:
            answer = await cohort.system.request("POST", "/api/measurements", json=body, headers=headers)
        except (httpx.HTTPError, KeyError):
            answer = None
        if answer is not None and answer.is_success:
            return
        assert answer is None or answer.status_code >= 401, answer.text
        assert answer is None or answer.status_code not in (400, 422), answer.text
        ledger.retries += 1
        await asyncio.sleep(0.1)


async def _judge(cohort: Cohort, ledger: Ledger) -> Verdict:
    stored, repository = Counter[str](), Counter[str]()
    deadline = asyncio.get_running_loop().time() + _SETTLE
    alerts = Counter[str]()
    while True:
        for subject in ledger.readings:
            counted = await cohort.system.get(
                "/fhir/Observation", subject=f"Patient/{subject}", _summary="count"
            )
            repository[subject] = counted["total"]
        alerts = await _red_alerts(cohort)
        settled = repository == ledger.readings and len(alerts) >= len(ledger.alarmed)
        if settled or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(1)
    for subject in ledger.readings:
        stored[subject] = await _stored(cohort, subject)
    lost = (ledger.readings - stored).total() + (ledger.readings - repository).total()
    doubled = (stored - ledger.readings).total() + (repository - ledger.readings).total()
    expected = [member.participant for member in ledger.alarmed]
    return Verdict(
        ledger.kills,
        ledger.readings.total(),
        ledger.retries,
        lost,
        doubled,
        len(expected),
        sum(alerts[participant] == 0 for participant in expected),
        sum(max(0, count - 1) for count in alerts.values()),
    )


async def _stored(cohort: Cohort, subject: str) -> int:
    """Readings of a subject in the readings' store, page after page."""
    found, params = 0, {"subject": subject, "limit": "1000"}
    while True:
        page = await cohort.system.get("/api/measurements", **params)
        found += len(page["items"])
        if not page.get("next"):
            return found
        params["next"] = page["next"]


async def _red_alerts(cohort: Cohort) -> Counter[str]:
    """Participant → open red alerts in the case manager's inbox."""
    found: Counter[str] = Counter()
    members = {member.participant for member in cohort.members}
    number = 1
    while True:
        page = await cohort.clinician.get("/api/inbox", box="open", page=number, size=100)
        found.update(
            item["participant"]
            for item in page["items"]
            if item["kind"] == "red_alert" and item["participant"] in members
        )
        if number * 100 >= page["total"]:
            return found
        number += 1
