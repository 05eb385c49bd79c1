"""Verifying the whole trail: every event, every hash, every signature, and what the witnesses have seen."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import Node, Range
from smartbear.assurance.model.notes import BadNote, Note, Verifier
from smartbear.assurance.model.tiles import HEIGHT, WIDTH, TileId, Tiles
from smartbear.assurance.model.verification import Finding, Report, Tally, compare
from smartbear.assurance.store import log, witnesses
from smartbear.assurance.store.log import Batch, Found
from smartbear.kit.db import Connection

_CHECKPOINTS = 50  # read at a time, with up to 10,000 events each
_EVENTS = 5_000  # read at a time, unless one checkpoint has more

Told = Callable[[int, int], Awaitable[None]]
"""Events verified so far, and all there are."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is believed, because it is not in the database."""

    keys: Sequence[Verifier]
    """The log's own: today's and former ones."""
    witnesses: Sequence[Verifier]
    notes: Iterator[str]
    """What the witness has kept as files, the oldest first."""
    expired_before: datetime | None = None
    """When an event must have been signed so that it may be gone."""

    @classmethod
    def of(cls, services: Services) -> "Trust":
        """What this installation believes. To be called before the transaction that verifies begins."""
        files, days = services.files, services.settings.retention_days
        return cls(
            services.trusted,
            list(services.witnesses.values()),
            files.notes(until=files.last()),
            services.context.clock.now() - timedelta(days=days) if days else None,
        )

    def signed(self, text: str) -> Checkpoint | None:
        """The checkpoint of a note that one of the keys has signed."""
        try:
            note = Note.parse(text)
            checkpoint = Checkpoint.of(note)
        except BadNote:
            return None
        return checkpoint if any(key.signed_at(note) is not None for key in self.keys) else None


@dataclass(slots=True)
class _Walk:
    """How far a verification has come."""

    trust: Trust
    tree: Range = field(default_factory=Range)
    place: tuple[int, int] = (0, 0)
    tally: Tally = field(default_factory=Tally)
    checkpoints: int = 0
    witnessed: int = 0
    expired: int = 0
    seen: Checkpoint | None = None
    """What the witness's files say next."""


async def verify(connection: Connection, trust: Trust, told: Told) -> Report:
    """Verify everything, in a transaction with one view throughout."""
    walk, after = _Walk(trust), 0
    total, _ = await log.latest(connection)
    _look_ahead(walk)
    while batches := await log.batches(connection, after, _CHECKPOINTS):
        for group in _groups(batches):
            await _check(connection, walk, group)
            await told(walk.tree.size, total)
        after = batches[-1].size
    if not await _goes_on(connection, walk):
        walk.tally.add([Finding("tree", checkpoint=walk.tree.size)])
    while walk.seen:  # the witness has seen more than there is
        walk.tally.add([Finding("witness", checkpoint=walk.seen.size)])
        _look_ahead(walk)
    findings = walk.tally.findings()
    return Report(
        intact=not findings,
        events=walk.tree.size,
        checkpoints=walk.checkpoints,
        witnessed=walk.witnessed,
        expired=walk.expired,
        waiting=await log.waiting(connection, walk.place),
        counts=walk.tally.counts,
        findings=findings,
    )


async def _goes_on(connection: Connection, walk: _Walk) -> bool:
    """Whether the log will go on from where the checkpoints end."""
    try:
        state = await log.state(connection)
    except ValueError:
        return False
    return state.tree == walk.tree and (state.cursor.xid, state.cursor.event) == walk.place


def _groups(batches: Sequence[Batch]) -> Iterator[list[Batch]]:
    """Some at a time, so that not too many events are held at once."""
    group: list[Batch] = []
    events = 0
    for batch in batches:
        if group and events + len(batch.ids) > _EVENTS:
            yield group
            group, events = [], 0
        group.append(batch)
        events += len(batch.ids)
    yield group


async def _check(connection: Connection, walk: _Walk, group: Sequence[Batch]) -> None:
    last = group[-1]
    found = await log.between(connection, walk.place, (last.xid, last.event))
    end = walk.tree.size + sum(len(batch.ids) for batch in group)
    tiles = await log.tiles(connection, _tiles_of(walk.tree.size, end))
    signatures = await witnesses.signatures(connection, [batch.size for batch in group])
    # In a thread, which gives way every few milliseconds: the worker's other jobs may be alarms
    await asyncio.to_thread(_go_on, walk, group, found, tiles, signatures)


def _go_on(
    walk: _Walk,
    group: Sequence[Batch],
    found: Sequence[Found],
    tiles: Tiles,
    signatures: Mapping[int, Sequence[str]],
) -> None:
    for batch in group:
        there = [each for each in found if walk.place < each.place <= (batch.xid, batch.event)]
        _check_events(walk, batch, tiles, there)
        _check_note(walk, batch, signatures[batch.size])
        walk.place, walk.checkpoints = (batch.xid, batch.event), walk.checkpoints + 1


def _check_events(walk: _Walk, batch: Batch, tiles: Tiles, found: Sequence[Found]) -> None:
    """The events of one checkpoint, and the tiles over them."""
    start, tally = walk.tree.size, walk.tally
    leaves = list(_leaves(tiles, start, start + len(batch.ids)))
    if (batch.first, batch.size) != (start, start + len(leaves)) or len(batch.ids) != len(leaves):
        tally.add([Finding("tree", checkpoint=batch.size)])
    rows = [(each.place[1], each.hash) for each in found]
    findings = list(compare(start, batch.ids[: len(leaves)], leaves, rows))
    at = _signed_at(walk, batch)
    if at and walk.trust.expired_before and at < walk.trust.expired_before:
        walk.expired += sum(each.kind == "missing" for each in findings)
        findings = [each for each in findings if each.kind != "missing"]
    tally.add(findings)
    walk.tree, nodes = walk.tree.extend(leaves)
    if not all(_is_kept(tiles, node) for node in nodes if node.level and node.level % HEIGHT == 0):
        tally.add([Finding("tree", checkpoint=batch.size)])


def _signed_at(walk: _Walk, batch: Batch) -> datetime | None:
    signed = walk.trust.signed(batch.note)
    return signed.at if signed else None


def _check_note(walk: _Walk, batch: Batch, lines: Sequence[str]) -> None:
    """The checkpoint itself: whether it is signed, fits the tree, and is what the witnesses have seen."""
    signed, size = walk.trust.signed(batch.note), batch.size
    if signed is None:
        walk.tally.add([Finding("signature", checkpoint=size)])
    elif signed.state != (walk.tree.size, walk.tree.root):
        walk.tally.add([Finding("tree", checkpoint=size)])
    is_seen = any(_is_cosigned(walk.trust, batch.note, line) for line in lines)
    while walk.seen and walk.seen.size <= size:
        if walk.seen.state == (walk.tree.size, walk.tree.root):
            is_seen = True
        else:
            walk.tally.add([Finding("witness", checkpoint=walk.seen.size)])
        _look_ahead(walk)
    walk.witnessed += is_seen


def _look_ahead(walk: _Walk) -> None:
    """Take the witness's next note; only those signed with the log's key were ever put there."""
    walk.seen = None
    for note in walk.trust.notes:
        walk.seen = walk.trust.signed(note)
        if walk.seen:
            return
        walk.tally.add([Finding("witness")])


def _is_cosigned(trust: Trust, note: str, line: str) -> bool:
    try:
        both = Note.parse(note + line)
    except BadNote:
        return False
    return any(key.signed_at(both) is not None for key in trust.witnesses)


def _tiles_of(start: int, size: int) -> set[TileId]:
    """The tiles that hold the hashes of these leaves, and those above that end among them."""
    found, level = set(), 0
    while level == 0 or start >> HEIGHT * level != size >> HEIGHT * level:
        first, last = (start >> HEIGHT * level) // WIDTH, (size >> HEIGHT * level) // WIDTH
        found |= {(level, number) for number in range(first, last + 1)}
        level += 1
    return found


def _leaves(tiles: Tiles, start: int, size: int) -> Iterator[bytes]:
    """Hashes of leaves from the tiles, as far as there are any."""
    for position in range(start, size):
        try:
            yield tiles.leaf(position)
        except KeyError:
            return


def _is_kept(tiles: Tiles, node: Node) -> bool:
    try:
        return tiles.node(node.level, node.index) == node.hash
    except KeyError:
        return False


async def verify_all(services: Services, told: Told) -> Report:
    """Verify the trail of this installation."""
    trust = Trust.of(services)
    async with (
        services.context.db.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await verify(connection, trust, told)
