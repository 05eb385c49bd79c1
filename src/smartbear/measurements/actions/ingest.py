"""Taking in a batch of readings: once, whoever sends it how often."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import zstandard
from pydantic import ValidationError

from smartbear.contracts import trail
from smartbear.contracts.events import ReadingsAccepted, publish
from smartbear.contracts.people import DeviceAt
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.users import UsersClient
from smartbear.kit import telemetry
from smartbear.kit.body import parse_json
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import FieldError, Forbidden, Unprocessable
from smartbear.kit.problems import field_errors
from smartbear.measurements import access
from smartbear.measurements.model.batch import NewBatch, device_faults, faults
from smartbear.measurements.model.filter import MeasurementFilter
from smartbear.measurements.model.reading import Row, rows
from smartbear.measurements.store import arrivals, batches, people, readings

_SHOWN = 100  # faults in one answer
_LEVEL = 3  # of Zstandard: a batch of a hundred becomes a tenth in a tenth of a millisecond


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a batch needs besides the batch."""

    context: Context
    users: UsersClient
    allowed: MeasurementFilter


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a batch, and whether it had been given before."""

    body: dict[str, Any]
    replayed: bool


async def ingest(intake: Intake, scope: AccessScope, key: str, body: bytes) -> Outcome:
    """Store the batch in ``body`` under an idempotency key, or give the answer that key already got.

    BadInput for what is no JSON, Unprocessable for wrong fields and for a key that another body used; then
    nothing is stored.
    """
    caller, digest = access.sender_id(scope), hashlib.sha256(body).digest()
    async with intake.context.db.connection() as connection:
        known = await batches.answered(connection, caller, key)
    if known:
        return _replay(known, digest)
    batch = _form(parse_json(body))
    subject = access.sending(scope, batch.subject)
    fresh = await _examined(intake, batch, subject)
    received = batches.Received(
        batch_id=intake.context.new_id(),
        caller=caller,
        key=key,
        digest=digest,
        payload=zstandard.compress(body, _LEVEL),
        subject=subject,
        device_id=batch.device_id,
        received_at=fresh[0].reading.received_at,
    )
    return await _store(intake.context, received, fresh)


def _form(raw: Any) -> NewBatch:
    try:
        return NewBatch.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Unprocessable(errors=field_errors(found[:_SHOWN])) from None


async def _examined(intake: Intake, batch: NewBatch, subject: str) -> list[Row]:
    """The rows of a batch that nothing can be said against."""
    now = intake.context.clock.now()
    _refuse(faults(batch, intake.allowed, now))
    instants = sorted({reading.measured_at for reading in batch.readings})
    async with intake.context.db.connection() as connection:
        sender = await people.sender(connection, subject, batch.device_id, instants[0], instants[-1])
    if sender.status == "withdrawn":
        raise Forbidden("The participant has withdrawn; readings are no longer taken.")
    if batch.device_id is None:
        _refuse(_subject_faults(batch, sender))
    else:
        _refuse(device_faults(batch, intake.allowed, sender.category))
        doubtful = [instants[0], instants[-1]] if sender.held_throughout else instants
        _refuse(await _attribution_faults(intake.users, batch.device_id, subject, doubtful))
    return rows(batch, subject, intake.allowed, sender.category, now, intake.context.new_id)


def _refuse(found: Sequence[FieldError]) -> None:
    if found:
        raise Unprocessable(errors=tuple(found[:_SHOWN]))


def _subject_faults(batch: NewBatch, sender: people.Sender) -> list[FieldError]:
    """A participant exists because of the scope; whom a machine client names must have been told of."""
    if batch.subject is None or sender.status:
        return []
    return [FieldError("subject", "unknown", "Nobody has this id.")]


async def _attribution_faults(
    users: UsersClient, device_id: str, subject: str, instants: Sequence[datetime]
) -> list[FieldError]:
    """The device must have been this person's at the time of every reading.

    ``users`` is asked about every instant that is in doubt. Where one assignment is known to cover the batch,
    those are its ends: an end of that assignment too new to be known here would show at the last reading.
    """
    owners = await users.device_owners([DeviceAt(device_id=device_id, at=at) for at in instants])
    if all(owner == subject for owner in owners):
        return []
    return [FieldError("device_id", "not_theirs", "The device was not this participant's when it measured.")]


class _KeyTakenError(Exception):
    """Another request stored its batch under the same key in the meantime."""


async def _store(context: Context, received: batches.Received, fresh: Sequence[Row]) -> Outcome:
    try:
        async with context.db.transaction() as tx:
            answer = await _add(tx, received, fresh)
    except _KeyTakenError:
        async with context.db.connection() as connection:
            known = await batches.answered(connection, received.caller, received.key)
        assert known is not None  # or the key would have been free
        return _replay(known, received.digest)
    telemetry.READINGS.labels("accepted").inc(answer["accepted"])
    telemetry.READINGS.labels("duplicate").inc(answer["duplicates"])
    return Outcome(answer, replayed=False)


async def _add(tx: Connection, received: batches.Received, fresh: Sequence[Row]) -> dict[str, Any]:
    """Readings before their batch, so that its row is written once, with the answer."""
    trail.saw(f"Batch/{received.batch_id}", received.subject)
    ids = await readings.add(tx, fresh, received.batch_id)
    new = [row for row, reading_id in zip(fresh, ids, strict=True) if row.reading.reading_id == reading_id]
    answer = _answer(received, fresh, ids, accepted=len(new))
    if not await batches.add(tx, received, answer):
        raise _KeyTakenError
    if new:
        await arrivals.count(tx, new)
        accepted = tuple(row.reading for row in new)
        event = ReadingsAccepted(batch_id=received.batch_id, subject=received.subject, readings=accepted)
        await publish(tx, event)
    return answer


def _answer(
    received: batches.Received, fresh: Sequence[Row], ids: Sequence[str], accepted: int
) -> dict[str, Any]:
    pairs = zip(fresh, ids, strict=True)
    return {
        "batch_id": received.batch_id,
        "accepted": accepted,
        "duplicates": len(ids) - accepted,
        "received_at": received.received_at.isoformat(),
        "readings": [
            {"reading_id": reading_id, "duplicate": row.reading.reading_id != reading_id}
            for row, reading_id in pairs
        ],
    }


def _replay(known: batches.Answered, digest: bytes) -> Outcome:
    if known.digest != digest:
        fault = FieldError("Idempotency-Key", "reused", "This key was used for another body.")
        raise Unprocessable(errors=(fault,))
    return Outcome(known.answer, replayed=True)
