"""A thousand times somebody with all rights in the database changes the audit trail: every time it shows.

The trail is on a real PostgreSQL, its events are appended, put in order, signed and shown to the witness's
files as in production. Each tampering is one transaction of a superuser, in which the trail is then verified,
and which is undone. Some cover their traces: they build the log anew, unsigned, signed with a key of their
own, or even with the log's.

    python assurance-tests/faults/tamper.py [--times 1000] [--events 500] [--seed 1] [--counted 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.tamperings import CHECKPOINTS, TAMPERINGS, Hand, Tampering
from platform_under_test import data_directory
from smartbear import system
from smartbear.assurance.actions import sequence, verifying, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.verifying import Trust
from smartbear.assurance.store import log
from smartbear.contracts.audit import Agent, Event, Person, seal
from smartbear.kit import postgres
from smartbear.kit.audit import Keys, append
from smartbear.kit.db import Connection
from smartbear.kit.settings import PlatformSettings

_AT_ONCE = 1000  # events in a transaction where only their number counts


@dataclass(frozen=True)
class Verdict:
    """What was found."""

    tamperings: int
    found: int
    kinds: dict[str, str]
    """Tampering → found of how many, and as what."""
    undisturbed: bool
    """Whether the trail was intact before, and after all was undone."""
    sequenced_per_second: float
    """Elapsed, database included; of ``counted`` events in batches of 10,000."""
    verified_per_second: float
    bytes_per_event: float
    """In the log's own tables, with indexes."""
    trail_bytes_per_event: float
    """In the trail itself."""
    counted: int

    @property
    def good(self) -> bool:
        """Whether every tampering showed."""
        return self.undisturbed and self.found == self.tamperings


@dataclass
class _Tally:
    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    told: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, name: str, counts: dict[str, int]) -> None:
        self.tried[name] += 1
        self.found[name] += bool(counts)
        self.told.setdefault(name, Counter()).update(counts.keys())

    def written(self) -> dict[str, str]:
        return {
            name: f"{self.found[name]} of {tried} ({', '.join(sorted(self.told[name]))})"
            for name, tried in self.tried.items()
        }


async def run(home: Path, times: int, events: int, seed: int, counted: int) -> Verdict:
    """Tamper so many times with a trail of so many events; then count what many more of them cost."""
    async with _trail(home) as (services, connection):
        await _fill(services, connection, events)
        before = await verifying.verify_all(services, _quiet)
        tally, chance = _Tally(), random.Random(seed)
        for number in range(times):
            tampering = TAMPERINGS[number % len(TAMPERINGS)]
            hand = Hand(connection, chance, events, services.signers.log)
            tally.add(tampering.__name__, await _found(services, hand, tampering))
        after = await verifying.verify_all(services, _quiet)
        cost = await _cost(services, connection, counted)
    return Verdict(
        tamperings=times,
        found=sum(tally.found.values()),
        kinds=tally.written(),
        undisturbed=before.intact and after.intact and before.witnessed == CHECKPOINTS,
        **cost,
    )


async def _cost(services: Services, connection: Connection, counted: int) -> dict[str, Any]:
    """What it costs to sign and to verify many events."""
    keys = await Keys(services.context.db, services.context.key("audit")).of(["person 0"])
    for _ in range(counted // _AT_ONCE):
        one = seal(_event(services.context.clock, 0), [_person(0)], keys)
        await append(connection, [one] * _AT_ONCE)
    began, total = time.perf_counter(), await log.waiting(connection, (0, 0))
    while await sequence.advance(services):
        pass
    signed = time.perf_counter()
    report = await verifying.verify_all(services, _quiet)
    ended = time.perf_counter()
    assert (report.intact, report.events) == (True, total)
    return {
        "sequenced_per_second": counted / (signed - began),
        "verified_per_second": total / (ended - signed),
        "bytes_per_event": await _bytes(connection, "assurance.tile", "assurance.checkpoint") / total,
        "trail_bytes_per_event": await _bytes(connection, f"audit.event_{datetime.now(UTC):%Y%m%d}") / total,
        "counted": counted,
    }


async def _bytes(connection: Connection, *tables: str) -> float:
    return float(
        sum([await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", one) for one in tables])
    )


async def _found(services: Services, hand: Hand, tampering: Tampering) -> dict[str, int]:
    """What the verification says of one tampering, which is undone."""
    trust, undone = Trust.of(services), hand.connection.transaction()
    await undone.start()
    try:
        await hand.connection.execute("SET LOCAL search_path = assurance")
        await tampering(hand)
        report = await verifying.verify(hand.connection, trust, _quiet)
    finally:
        await undone.rollback()
    return dict(report.counts)


@asynccontextmanager
async def _trail(home: Path) -> AsyncIterator[tuple[Services, Connection]]:
    """The component on a PostgreSQL of its own, and a superuser's connection."""
    server = await asyncio.to_thread(postgres.start, home)
    try:
        await system.migrate(server.url)
        settings = PlatformSettings(home=home, environment="test")
        async with system.assemble(settings, server.url, only=("assurance",)) as running:
            services = Services.of(running.contexts["assurance"])
            connection = await asyncpg.connect(server.url)
            yield services, connection
            await connection.close()
            await services.close()
    finally:
        await asyncio.to_thread(server.stop)


async def _fill(services: Services, connection: Connection, events: int) -> None:
    """Append events about five persons, each in a transaction of its own, and sign them in some steps."""
    context = services.context
    keys = await Keys(context.db, context.key("audit")).of([f"person {number}" for number in range(5)])
    for step in range(CHECKPOINTS):
        for number in range(step * events // CHECKPOINTS, (step + 1) * events // CHECKPOINTS):
            await append(connection, [seal(_event(context.clock, number), [_person(number)], keys)])
        assert await sequence.advance(services)
        await witnessing.file(services)


def _event(clock: Any, number: int) -> Event:
    agent = Agent(role="CCM", account=f"account {number % 7}", username="test_clinician", client="dashboard")
    return Event(
        action="R",
        address="GET /fhir/Observation/{id}",
        agent=agent,
        at=clock.now(),
        purpose="TREAT",
        request=f"request {number}",
        source="cdr",
        status=200,
        subtype="read",
    )


def _person(number: int) -> Person:
    return Person(subject=f"person {number % 5}", entities=(f"Observation/{number}",))


async def _quiet(*_progress: int) -> None:
    """Nobody looks on."""


def main() -> None:
    """Tamper, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counted", type=int, default=100_000)
    arguments = parser.parse_args()
    with data_directory() as home:
        verdict = asyncio.run(run(home, **vars(arguments)))
    Console(width=110).print(verdict)
    sys.exit(not verdict.good)


if __name__ == "__main__":
    main()
