"""Showing the latest checkpoint to witnesses. One that does not go on from what they saw is an alarm."""

import httpx

from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import extends
from smartbear.assurance.model.notes import BadNote, Note, Verifier, signature_lines
from smartbear.assurance.model.tiles import consistency_spans, needed
from smartbear.assurance.model.witnessing import body_of
from smartbear.assurance.store import log, witnesses
from smartbear.assurance.store.witnesses import State, Witness
from smartbear.kit import logs, telemetry
from smartbear.kit.db import Connection
from smartbear.kit.http import outside

FILES = "files"
"""The name of the witness that keeps checkpoints as files."""
_MOST_SIZE = 20  # characters of the answer that says which size a witness knows
_log = logs.get("assurance")


async def file(services: Services) -> State:
    """Keep the latest checkpoint as a file."""
    async with services.context.db.connection() as connection:
        size, note = await log.latest(connection)
        try:
            kept = await _keep(services, connection, size, note)
        except OSError:
            kept = "unreachable", await witnesses.seen(connection, FILES)
        return await _settle(services, connection, FILES, *kept) if kept else "current"


async def _keep(services: Services, connection: Connection, size: int, note: str) -> tuple[State, int] | None:
    """What became of it, and how much the files have seen; None if there is nothing new."""
    with services.files.alone():
        before = services.files.last()
        if before == (note or None):
            return None
        try:
            old = None if before is None else Checkpoint.of(Note.parse(before))
        except BadNote:
            return "inconsistent", 0
        if old is None or await _goes_on(connection, old, note):
            services.files.append(note, services.context.clock.now().date())
            return "current", size
        return "inconsistent", old.size


async def _goes_on(connection: Connection, old: Checkpoint, note: str) -> bool:
    try:
        new = Checkpoint.of(Note.parse(note))
        proof = await _proof(connection, old.size, new.size)
    except (BadNote, KeyError):
        return False
    return extends(old.state, new.state, proof)


async def _proof(connection: Connection, old: int, size: int) -> list[bytes]:
    """KeyError if the log has no such tree, or not all of it."""
    if old > size:
        raise KeyError(old)
    return (await log.tiles(connection, needed(consistency_spans(old, size)))).consistency(old, size)


async def ask(services: Services, address: str, key: Verifier) -> State | None:
    """Have a witness sign the latest checkpoint; None if it has, or somebody else is asking it."""
    async with witnesses.alone(services.context.db, address) as connection:
        if connection is None:
            return None
        (size, note), seen = await log.latest(connection), await witnesses.seen(connection, address)
        if size == seen:
            return None
        async with outside(address) as client:
            state, seen = await _show(connection, client, key, (seen, size, note))
        return await _settle(services, connection, address, state, seen)


async def _show(
    connection: Connection, client: httpx.AsyncClient, key: Verifier, shown: tuple[int, int, str]
) -> tuple[State, int]:
    """Ask a witness, twice if it remembers another size than we do; its state, and what it has seen."""
    seen, size, note = shown
    for _ in range(2):
        try:
            answer = await client.post(
                "add-checkpoint", content=body_of(seen, await _proof(connection, seen, size), note)
            )
        except KeyError:
            return "inconsistent", seen
        except httpx.HTTPError:
            return "unreachable", seen
        if answer.status_code != httpx.codes.CONFLICT:
            break
        seen = _size(answer.text)
    if answer.status_code in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
        return "inconsistent", seen
    line = _line(answer, note, key) if answer.is_success else None
    if line is None:
        return "refused", seen
    await witnesses.sign(connection, size, key.name, line)
    return "current", size


def _size(text: str) -> int:
    """The size a witness says it knows; one beyond every log for what is no size."""
    found = text.strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) < _MOST_SIZE else 1 << 62


def _line(answer: httpx.Response, note: str, key: Verifier) -> str | None:
    """The witness's signature of a note from its answer."""
    for line in answer.text.splitlines():
        try:
            signed = Note(Note.parse(note).text, tuple(signature_lines([line])))
        except BadNote:
            continue
        if key.signed_at(signed) is not None:
            return f"{line}\n"
    return None


async def _settle(services: Services, connection: Connection, name: str, state: State, size: int) -> State:
    """Keep what became of the try, and raise the alarm if the log was changed."""
    if state == "inconsistent":
        _log.error("audit_log_changed", witness=name, count=size)
        telemetry.AUDIT_ALARMS.labels(name).inc()
    elif state != "current":
        _log.warning("witness_failed", witness=name, state=state)
    telemetry.AUDIT_WITNESSED.labels(name).set(size)
    await witnesses.put(connection, Witness(name, size, state, services.context.clock.now()))
    return state
