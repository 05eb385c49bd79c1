"""What somebody with all rights in the database may try with the audit trail."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import Range
from smartbear.assurance.model.notes import Signer
from smartbear.assurance.model.tiles import tiles_of
from smartbear.assurance.store import log
from smartbear.kit.clock import SystemClock
from smartbear.kit.db import Connection

CHECKPOINTS = 20
_NTH = "(SELECT id FROM audit.event ORDER BY xid, id OFFSET {} LIMIT 1)"
_LEAF = (
    "SELECT sha256('\\x00' || record || about[1] || int8send((extract(epoch FROM at) * 1000000)::bigint))"
    " FROM audit.event WHERE id = {}"
)

Tampering = Callable[["Hand"], Awaitable[None]]


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
        hand.random.randrange(CHECKPOINTS - 1),
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
        connection, after := (await log.state(connection)).cursor, hand.events // CHECKPOINTS
    ):
        first = tree.size
        tree, nodes = tree.extend(leaf.hash for leaf in leaves)
        made = note(number, Checkpoint(hand.signer.name, tree.size, tree.root, clock.now()))
        ids, last = [leaf.event for leaf in leaves], leaves[-1]
        batch = log.Batch(first, tree.size, ids, last.xid, last.event, clock.now(), made)
        await log.append(connection, after, tree, tiles_of(nodes), last.at, batch)
        number += 1
