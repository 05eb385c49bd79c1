"""What has been signed, and who has seen it."""

import base64
from datetime import datetime

from pydantic import BaseModel

from smartbear.assurance import access
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.witnessing import FILES
from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.notes import BadNote, Note
from smartbear.assurance.store import log, witnesses
from smartbear.contracts import trail
from smartbear.contracts.scope import AccessScope


class CheckpointView(BaseModel):
    """A checkpoint with the signatures of its witnesses."""

    size: int
    root: str
    """As base64; empty if the note has been changed so that it is none."""
    signed_at: datetime
    note: str
    witnesses: list[str]


class WitnessView(BaseModel):
    """A witness, as it answered last."""

    name: str
    state: witnesses.State
    size: int
    """Of the tree it has seen."""
    at: datetime


class Checkpoints(BaseModel):
    """The log, as far as it is signed."""

    origin: str
    key: str
    """The verifier key of this log, as C2SP signed-note writes it."""
    witness_key: str
    """The verifier key with which this installation signs as a witness of others."""
    size: int
    waiting: int
    """Events that are not signed yet."""
    items: list[CheckpointView]
    witnesses: list[WitnessView]


async def checkpoints(services: Services, scope: AccessScope, limit: int) -> Checkpoints:
    """The latest checkpoints, the newest first."""
    access.auditing(scope)
    trail.did("audit-checkpoints", "R")
    async with services.context.db.connection() as connection:
        found = await log.newest(connection, limit)
        signed = await witnesses.signatures(connection, [size for size, _, _ in found])
        state = await log.state(connection)
        waiting = await log.waiting(connection, (state.cursor.xid, state.cursor.event))
        asked = await witnesses.every(connection)
    in_files = next((witness.size for witness in asked if witness.name == FILES), 0)
    return Checkpoints(
        origin=services.signers.log.name,
        key=str(services.signers.log.verifier),
        witness_key=str(services.signers.witness.verifier),
        size=found[0][0] if found else 0,
        waiting=waiting,
        items=[_view(one, signed[one[0]], is_in_files=one[0] == in_files) for one in found],
        witnesses=[WitnessView(name=w.name, state=w.state, size=w.size, at=w.at) for w in asked],
    )


def _view(found: tuple[int, datetime, str], lines: list[str], *, is_in_files: bool) -> CheckpointView:
    size, signed_at, note = found
    names = [line.split()[1] for line in lines]
    try:
        root = base64.b64encode(Checkpoint.of(Note.parse(note)).root).decode()
    except BadNote:
        root = ""
    seen = [FILES, *names] if is_in_files else names
    return CheckpointView(
        size=size, root=root, signed_at=signed_at, note=note + "".join(lines), witnesses=seen
    )
