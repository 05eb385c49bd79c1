"""The signed export: events with the proofs that they are in the log, and a signature over all of it.

Lines of JSON: first the export's head with the checkpoint, then the events, the newest first, last the end
with a note that signs how many there are and the hash of every byte before. ``verify_audit.py`` checks such a
file with nothing of the platform at hand; docs/reference/audit.md describes the members.
"""

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson

from smartbear.assurance import access
from smartbear.assurance.actions import reading
from smartbear.assurance.actions.looking import subject_of
from smartbear.assurance.actions.question import Question
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.witnessing import FILES
from smartbear.assurance.model.leaves import microseconds
from smartbear.assurance.model.tiles import Tiles, inclusion_spans, needed
from smartbear.assurance.store import events, log, witnesses
from smartbear.assurance.store.events import Row
from smartbear.contracts import trail
from smartbear.contracts.scope import AccessScope
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound

_AT_ONCE = 500  # events, with some twenty hashes each


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be exported, up to a checkpoint."""

    services: Services
    question: Question
    size: int
    note: str

    async def lines(self) -> AsyncIterator[bytes]:
        """The file."""
        digest, number = sha256(), 0
        signer = self.services.signers.log
        head = {"type": "export", "key": str(signer.verifier), "checkpoint": self.note}
        yield _hashed(digest, {**head, "at": self.services.context.clock.now()})
        async for row, proof in self._events():
            number += 1
            yield _hashed(digest, _line(row, proof))
        text = f"{signer.name}/export\n{number}\n{_b64(digest.digest())}\n"
        yield orjson.dumps({"type": "end", "note": signer.sign(text)}) + b"\n"

    async def _events(self) -> AsyncIterator[tuple[Row, "_Proof"]]:
        window: Any = self.question.window
        while window:
            async with self.services.context.db.connection() as connection:
                rows = await _some(connection, replace(self.question, window=window))
                proofs = await _proofs(connection, rows, self.size)
            for row in rows:
                if row.id in proofs:
                    yield row, proofs[row.id]
            window = replace(window, before=rows[-1].place) if len(rows) == _AT_ONCE else None


@dataclass(frozen=True, slots=True)
class _Proof:
    position: int
    hashes: Sequence[bytes]


async def prepare(
    services: Services, scope: AccessScope, question: Question, participant: str | None
) -> Export:
    """What an auditor asks for; NotFound before the first checkpoint."""
    access.auditing(scope)
    trail.did("audit-export", "R")
    return await up_to_checkpoint(services, question, await subject_of(services, participant))


async def up_to_checkpoint(services: Services, question: Question, subject: str | None) -> Export:
    """What is asked for, up to the checkpoint that the witness saw last; NotFound before the first."""
    async with services.context.db.connection() as connection:
        size = await witnesses.seen(connection, FILES)
        note = await log.note_of(connection, size)
        if note is None:
            size, note = await log.latest(connection)
        if not size:
            raise NotFound("Nothing has been signed yet.")
        signatures = (await witnesses.signatures(connection, [size]))[size]
        key = await reading.key_of(services, connection, subject) if subject else None
    mark = key.mark if key else b"" if subject else None  # nobody's: there is nothing about the person
    window = replace(question.window, mark=mark)
    return Export(services, replace(question, window=window), size, note + "".join(signatures))


async def _some(connection: Connection, question: Question) -> list[Row]:
    rows = []
    async for row, _ in reading.looked_for(
        connection, question.window, reading.lets(question, None), _AT_ONCE, most=1 << 62
    ):
        rows.append(row)
        if len(rows) == _AT_ONCE:
            break
    return rows


async def _proofs(connection: Connection, rows: Sequence[Row], size: int) -> dict[int, _Proof]:
    """By the event's number; events after the checkpoint, and those that the log does not know, have none."""
    places = await events.positions(connection, rows)
    there = {event: position for event, position in places.items() if position < size}
    spans = [span for position in there.values() for span in inclusion_spans(position, size)]
    tiles = await log.tiles(connection, needed(spans))
    found = {event: _proof(tiles, position, size) for event, position in there.items()}
    return {event: proof for event, proof in found.items() if proof}


def _proof(tiles: Tiles, position: int, size: int) -> _Proof | None:
    try:
        return _Proof(position, tiles.inclusion(position, size))
    except KeyError:
        return None


def _line(row: Row, proof: _Proof) -> dict[str, Any]:
    return {
        "type": "event",
        "position": proof.position,
        "record": row.record.decode(),
        "marks": [_b64(mark) for mark in row.marks],
        "time": microseconds(row.at),
        "proof": [_b64(each) for each in proof.hashes],
    }


def _hashed(digest: Any, line: dict[str, Any]) -> bytes:
    data = orjson.dumps(line) + b"\n"
    digest.update(data)
    return data


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
