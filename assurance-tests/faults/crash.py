"""``kill -9`` at random moments while readings pour in: what was acknowledged is there once.

Writers send batches and repeat each under its idempotency key until it is acknowledged. Now and then a member
of the cohort sends two extreme pressures a minute apart. The platform, PostgreSQL or both are killed over and
over, sometimes before they have recovered. At the end every acknowledged reading must be in the readings'
store and in the repository exactly once, and every pair must have become exactly one red alert.

    python assurance-tests/faults/crash.py <new data directory> <kills> <seed>
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clients import Client, Person, SystemClient
from cohort import Cohort, Member, enrol, pressure
from platform_under_test import PlatformUnderTest, Victim

_BATCH = 20
_SETTLE = 180.0  # seconds for the last jobs
_HASTE = 0.2  # of the restarts are killed before they are ready
_PAGES = ("/api/inbox?box=open&page=1&size=20", "/api/participants", "/api/me")
_SEARCHES = ("/fhir/Observation?_count=50", "/fhir/Patient?_count=20", "/fhir/metadata")
_VICTIMS: tuple[Victim, ...] = ("platform", "database", "everything")


@dataclass
class Ledger:
    """What the platform acknowledged, and how it behaved."""

    readings: dict[str, Counter[datetime]] = field(default_factory=lambda: defaultdict(Counter))
    """Subject → times of the readings acknowledged."""
    alarmed: list[Member] = field(default_factory=list)
    """Members whose two extreme pressures were acknowledged."""
    kills: Counter[Victim] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    """Seconds from a restart, or from the death of the database, until ready."""
    starts: int = 0
    """Of the platform: after it was killed, or gave up since its database was killed before it was ready."""
    retries: int = 0
    hanging: int = 0
    slowest: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What was found at the end."""

    kills: dict[Victim, int]
    starts: int
    acknowledged: int
    retries: int
    lost: int
    doubled: int
    alerts_expected: int
    alerts_lost: int
    alerts_doubled: int
    answers: dict[int, int]
    """Status → answers."""
    odd: list[str]
    """Answers of 500 and above that are not a 503 with Retry-After in the form that is due."""
    hanging: int
    """Requests without an answer for thirty seconds."""
    slowest: float
    """Seconds of the longest request."""
    recoveries: list[float]
    """Seconds until ready, sorted."""

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        faults = self.lost or self.doubled or self.alerts_lost or self.alerts_doubled
        return not (faults or self.odd or self.hanging)


async def run(home: Path, kills: int, seed: int) -> Verdict:
    """Start a demo platform on ``home``, kill it ``kills`` times, and judge."""
    chance = random.Random(seed)
    platform = PlatformUnderTest(home)
    platform.start()
    try:
        platform.wait_until_ready()
        platform.wait_until_seeded()
        system = SystemClient(platform)
        async with system, Person(platform, "test_clinician", platform.password()) as clinician:
            cohort = await enrol(platform, system, clinician, max(4, kills // 2))
            ledger, stop = Ledger(), asyncio.Event()
            platform.kept_running = True
            async with asyncio.TaskGroup() as tasks:
                for lane in range(3):
                    tasks.create_task(_write(cohort, ledger, stop, lane))
                tasks.create_task(_alarm(cohort, ledger, stop, chance))
                keeper = tasks.create_task(_keep_running(platform, ledger))
                tasks.create_task(_look(clinician, _PAGES, ledger, stop))
                tasks.create_task(_look(system, _SEARCHES, ledger, stop))
                for _ in range(kills):
                    await _kill(platform, ledger, chance)
                await asyncio.to_thread(platform.wait_until_ready)
                await asyncio.sleep(1)
                keeper.cancel()
                stop.set()
            return await _judge(cohort, ledger)
    finally:
        platform.stop()


async def _kill(platform: PlatformUnderTest, ledger: Ledger, chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0.2, 2.5))
    what = chance.choice(_VICTIMS)
    await asyncio.to_thread(platform.kill, what)
    ledger.kills[what] += 1
    if chance.random() > _HASTE:
        ledger.recoveries.append(await asyncio.to_thread(platform.wait_until_ready))


async def _keep_running(platform: PlatformUnderTest, ledger: Ledger) -> None:
    """Start the platform again whenever it has ended, as a service manager does."""
    while True:
        assert platform.process
        if platform.process.poll() is not None:
            ledger.starts += 1
            platform.start()
        await asyncio.sleep(0.1)


async def _write(cohort: Cohort, ledger: Ledger, stop: asyncio.Event, lane: int) -> None:
    """Batches of ordinary pressures, each at a time of its own."""
    second = 0
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20 + lane)
    while not stop.is_set():
        member = cohort.members[(second // _BATCH + lane) % len(cohort.members)]
        times = [began + timedelta(seconds=second + i) for i in range(_BATCH)]
        second += _BATCH
        readings = [pressure(125, 75, at) for at in times]
        await _send(cohort, ledger, member, readings)
        ledger.readings[member.subject].update(times)


async def _alarm(cohort: Cohort, ledger: Ledger, stop: asyncio.Event, chance: random.Random) -> None:
    """One member after another sends two extreme pressures a minute apart."""
    for member in cohort.members:
        if stop.is_set():
            return
        now = datetime.now(UTC).replace(microsecond=0)
        for ago in (90, 30):
            at = now - timedelta(seconds=ago)
            await _send(cohort, ledger, member, [pressure(200, 130, at)])
            ledger.readings[member.subject][at] += 1
        ledger.alarmed.append(member)
        await asyncio.sleep(chance.uniform(0.2, 2.0))


async def _look(client: Client, addresses: Sequence[str], ledger: Ledger, stop: asyncio.Event) -> None:
    """Read now this and now that; what is wrong with the answers, the client notes."""
    for address in cycle(addresses):
        if stop.is_set():
            return
        await _answer(client, ledger, "GET", address)
        await asyncio.sleep(0.05)


async def _send(cohort: Cohort, ledger: Ledger, member: Member, readings: list[dict[str, Any]]) -> None:
    """Send until acknowledged, always under the same key."""
    body = {"subject": member.subject, "device_id": member.device, "readings": readings}
    headers = {"idempotency-key": str(uuid.uuid4())}
    while True:
        answer = await _answer(cohort.system, ledger, "POST", "/api/measurements", json=body, headers=headers)
        if answer is not None and answer.is_success:
            return
        assert answer is None or answer.status_code >= httpx.codes.TOO_MANY_REQUESTS, answer.text
        ledger.retries += 1
        await asyncio.sleep(0.1)


async def _answer(
    client: Client, ledger: Ledger, method: str, address: str, **options: Any
) -> httpx.Response | None:
    """The answer, None if there was none."""
    began = time.monotonic()
    try:
        return await client.request(method, address, **options)
    except httpx.TimeoutException:
        ledger.hanging += 1
    except httpx.HTTPError:
        pass  # the connection broke, or there was no token to be had
    finally:
        ledger.slowest = max(ledger.slowest, time.monotonic() - began)
    return None


async def _judge(cohort: Cohort, ledger: Ledger) -> Verdict:
    await _settle(cohort, ledger)
    lost = doubled = 0
    for subject, sent in ledger.readings.items():
        for found in (await _stored(cohort, subject), await _in_repository(cohort, subject)):
            lost += (sent - found).total()
            doubled += (found - sent).total()
    expected = [member.participant for member in ledger.alarmed]
    alerts = await _red_alerts(cohort)
    return Verdict(
        dict(ledger.kills),
        ledger.starts,
        sum(times.total() for times in ledger.readings.values()),
        ledger.retries,
        lost,
        doubled,
        len(expected),
        sum(alerts[participant] == 0 for participant in expected),
        sum(max(0, count - 1) for count in alerts.values()),
        dict(cohort.system.answers + cohort.clinician.answers),
        cohort.system.odd + cohort.clinician.odd,
        ledger.hanging,
        ledger.slowest,
        sorted(ledger.recoveries),
    )


async def _settle(cohort: Cohort, ledger: Ledger) -> None:
    """Return once as much has arrived as is expected, or when the time for it is over."""
    deadline = time.monotonic() + _SETTLE
    waiting = {subject: times.total() for subject, times in ledger.readings.items()}
    while time.monotonic() < deadline:
        for subject, count in list(waiting.items()):
            params = {"subject": f"Patient/{subject}", "_summary": "count"}
            if (await cohort.system.get("/fhir/Observation", **params))["total"] >= count:
                del waiting[subject]
        if not waiting and len(await _red_alerts(cohort)) >= len(ledger.alarmed):
            return
        await asyncio.sleep(1)


async def _stored(cohort: Cohort, subject: str) -> Counter[datetime]:
    """Times of a subject's readings in the readings' store, page after page."""
    found = Counter[datetime]()
    address: str | None = f"/api/measurements?subject={subject}&limit=1000"
    while address:
        page = await cohort.system.get(address)
        found.update(datetime.fromisoformat(item["measured_at"]) for item in page["items"])
        address = page["next"]
    return found


async def _in_repository(cohort: Cohort, subject: str) -> Counter[datetime]:
    """Times of a subject's observations in the repository, page after page."""
    found = Counter[datetime]()
    address: str | None = f"/fhir/Observation?subject=Patient/{subject}&_count=500"
    while address:
        page = await cohort.system.get(address)
        found.update(
            datetime.fromisoformat(entry["resource"]["effectiveDateTime"]) for entry in page.get("entry", [])
        )
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next")
    return found


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


if __name__ == "__main__":
    verdict = asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
    json.dump(asdict(verdict) | {"good": verdict.good}, sys.stdout, indent=2)
    sys.exit(not verdict.good)
