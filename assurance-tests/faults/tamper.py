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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from platform_under_test import data_directory
from smartbear import system
from smartbear.assurance.actions import sequence, verifying, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.verifying import Trust
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import Range
from smartbear.assurance.model.notes import Signer
from smartbear.assurance.model.tiles import tiles_of
from smartbear.assurance.store import log
from smartbear.contracts.audit import Agent, Event, Person, seal
from smartbear.kit import postgres
from smartbear.kit.audit import Keys, append
from smartbear.kit.clock import SystemClock
from smartbear.kit.db import Connection
from smartbear.kit.settings import PlatformSettings

_CHECKPOINTS = 20
_AT_ONCE = 1000  # events in a transaction where only their number counts
_NTH = "(SELECT id FROM audit.event ORDER BY xid, id OFFSET {} LIMIT 1)"

Tampering = Callable[["Hand"], Awaitable[None]]

_LEAF = (
    "SELECT sha256('\\x00' || record || about[1] || int8send((extract(epoch FROM at) * 1000000)::bigint))"
    " FROM audit.event WHERE id = {}"
)


@dataclass
class Hand:
    """Somebody with all rights in the database, for one tampering."""

    connection: Connection
    random: random.Random
    events: int
    signer: Signer
    """The log's, for those who have stolen its key."""

    def some(self) -> str:
        """An event."""
        return _NTH.format(self.random.randrange(self.events))

    async def does(self, statement: str) -> None:
        """Something that changes at least one row."""
        done = await self.connection.execute(statement)
        assert not done.endswith(" 0"), statement


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


async def change_a_byte(hand: Hand) -> None:
    place = hand.random.randrange(200)
    await hand.does(
        f"UPDATE audit.event SET record = set_byte(record, {place}, get_byte(record, {place}) # 1)"
        f" WHERE id = {hand.some()}"
    )


async def change_who_did_it(hand: Hand) -> None:
    await hand.does(
        "UPDATE audit.event SET record = convert_to(replace(convert_from(record, 'UTF8'),"
        f" 'test_clinician', 'somebody_else'), 'UTF8') WHERE id = {hand.some()}"
    )


async def hide_whom_it_was_about(hand: Hand) -> None:
    await hand.does(f"UPDATE audit.event SET about = NULL WHERE id = {hand.some()}")


async def say_it_was_at_another_time(hand: Hand) -> None:
    await hand.does(f"UPDATE audit.event SET at = at + interval '1 minute' WHERE id = {hand.some()}")


async def say_it_was_about_another(hand: Hand) -> None:
    await hand.does(
        f"UPDATE audit.event SET about = ARRAY[sha256(about[1])] WHERE id = {hand.some()}",
    )


async def remove_one(hand: Hand) -> None:
    await hand.does(f"DELETE FROM audit.event WHERE id = {hand.some()}")


async def remove_several(hand: Hand) -> None:
    first = hand.random.randrange(hand.events - 10)
    rows = f"SELECT id FROM audit.event ORDER BY xid, id OFFSET {first} LIMIT {hand.random.randint(2, 10)}"
    await hand.does(f"DELETE FROM audit.event WHERE id IN ({rows})")


async def swap_what_two_say(hand: Hand) -> None:
    first, second = hand.random.sample(range(hand.events), 2)
    one, other = _NTH.format(first), _NTH.format(second)
    await hand.does(
        "UPDATE audit.event e SET record = o.record, about = o.about, at = o.at FROM audit.event o"
        f" WHERE (e.id, o.id) IN (({one}, {other}), ({other}, {one}))"
    )


async def swap_the_numbers_of_two(hand: Hand) -> None:
    first, second = hand.random.sample(range(hand.events), 2)
    one, other = _NTH.format(first), _NTH.format(second)
    await hand.does(
        "UPDATE audit.event e SET xid = o.xid FROM audit.event o"
        f" WHERE (e.id, o.id) IN (({one}, {other}), ({other}, {one}))"
    )


async def move_one_to_another_time(hand: Hand) -> None:
    first, last = "(SELECT min(xid) FROM audit.event)", "(SELECT max(xid) FROM audit.event)"
    await hand.does(
        f"UPDATE audit.event SET xid = CASE WHEN xid = {first} THEN {last} ELSE {first} END"
        f" WHERE id = {hand.some()}"
    )


async def insert_one(hand: Hand) -> None:
    await hand.does(
        "INSERT INTO audit.event (id, xid, at, record, about) OVERRIDING SYSTEM VALUE"
        f" SELECT -id, xid, at, record, about FROM audit.event WHERE id = {hand.some()}"
    )


async def double_one(hand: Hand) -> None:
    await hand.does(
        "INSERT INTO audit.event (id, xid, at, record, about) OVERRIDING SYSTEM VALUE"
        f" SELECT id, xid, at + interval '1 microsecond', record, about FROM audit.event"
        f" WHERE id = {hand.some()}"
    )


async def change_a_hash_too(hand: Hand) -> None:
    """As ``change_a_byte``, and what the log says the hash is."""
    place = hand.random.randrange(hand.events)
    await hand.does(f"UPDATE audit.event SET record = record || ' '::bytea WHERE id = {_NTH.format(place)}")
    await hand.does(
        f"UPDATE assurance.tile SET hashes = overlay(hashes PLACING ({_LEAF.format(_NTH.format(place))})"
        f" FROM {place % 256 * 32 + 1}) WHERE level = 0 AND number = {place // 256}"
    )


async def remove_one_and_build_the_log_anew(hand: Hand) -> None:
    """With the old signatures on checkpoints of the old sizes."""
    notes = await hand.connection.fetch("SELECT note FROM assurance.checkpoint ORDER BY size")
    await remove_one(hand)
    await _build_anew(hand, lambda number, _: notes[min(number, len(notes) - 1)]["note"])


async def remove_one_and_sign_with_another_key(hand: Hand) -> None:
    """A key of the same name, made by whoever tampers."""
    own = replace(hand.signer, key=Ed25519PrivateKey.generate())
    await remove_one(hand)
    await _build_anew(hand, lambda _, checkpoint: own.sign(str(checkpoint)))


async def change_one_and_sign_with_the_stolen_key(hand: Hand) -> None:
    """Nothing but the witness can find this."""
    await change_who_did_it(hand)
    await _build_anew(hand, lambda _, checkpoint: hand.signer.sign(str(checkpoint)))


async def cut_off_the_end(hand: Hand) -> None:
    """The newest events with their checkpoints, as if they had never been: the witness knows them."""
    size = await hand.connection.fetchval(
        "SELECT size FROM assurance.checkpoint ORDER BY size OFFSET $1 LIMIT 1",
        hand.random.randrange(_CHECKPOINTS - 1),
    )
    row = await hand.connection.fetchrow("SELECT xid, event FROM assurance.checkpoint WHERE size = $1", size)
    gone = "DELETE FROM audit.event WHERE (xid, id) > ($1, $2)"
    await hand.connection.execute(gone, row["xid"], row["event"])
    await _build_anew(hand, lambda _, checkpoint: hand.signer.sign(str(checkpoint)))


TAMPERINGS: tuple[Tampering, ...] = (
    *(change_a_byte, change_who_did_it, hide_whom_it_was_about, say_it_was_about_another),
    *(
        say_it_was_at_another_time,
        remove_one,
        remove_several,
        swap_what_two_say,
        swap_the_numbers_of_two,
        move_one_to_another_time,
    ),
    *(insert_one, double_one, change_a_hash_too, remove_one_and_build_the_log_anew),
    *(remove_one_and_sign_with_another_key, change_one_and_sign_with_the_stolen_key, cut_off_the_end),
)


async def _build_anew(hand: Hand, note: Callable[[int, Checkpoint], str]) -> None:
    """The log over the events as they are now, with a checkpoint for every so many of them."""
    connection = hand.connection
    await connection.execute("TRUNCATE checkpoint, tile, cosignature")
    await connection.execute(
        "UPDATE log SET size = 0, peaks = '{}', xid = '0', event = 0, at = '1970-01-01Z'"
    )
    tree, number, clock = Range(), 0, SystemClock()
    while leaves := await log.following(
        connection, (await log.state(connection)).cursor, hand.events // _CHECKPOINTS
    ):
        first = tree.size
        tree, nodes = tree.extend(leaf.hash for leaf in leaves)
        made = note(number, Checkpoint(hand.signer.name, tree.size, tree.root, clock.now()))
        ids, last = [leaf.event for leaf in leaves], leaves[-1]
        batch = log.Batch(first, tree.size, ids, last.xid, last.event, clock.now(), made)
        await log.append(connection, tree, tiles_of(nodes), last.at, batch)
        number += 1


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
        undisturbed=before.intact and after.intact and before.witnessed == _CHECKPOINTS,
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
    for step in range(_CHECKPOINTS):
        for number in range(step * events // _CHECKPOINTS, (step + 1) * events // _CHECKPOINTS):
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
