"""Erasures: asked for, under way, done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from smartbear.contracts.erasure import Erasing
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict
from smartbear.users.model.erasures import Erasure, NewErasure

_SHOWN = """
    SELECT id::text, participant_id AS participant, ground, asked_by, asked_at, agreed_by, agreed_at, removed,
           left_over AS "left", ended_at,
           CASE WHEN ended_at IS NOT NULL THEN 'done' WHEN agreed_at IS NOT NULL THEN 'under_way'
                ELSE 'asked' END AS state
    FROM erasure"""
_NAMES = "participant_id AS participant, subject::text, account::text"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An erasure that has begun."""

    person: Erasing
    agreed_by: str
    sweeps: int
    """That have ended."""


async def ask(tx: Connection, erasure_id: str, form: NewErasure, who: str, at: datetime) -> str | None:
    """Write down that somebody is to be erased; returns the subject, None if there is no such person.

    Conflict if it has been asked for already.
    """
    try:
        subject: str | None = await tx.fetchval(
            """WITH asked AS (
                   INSERT INTO erasure (id, participant_id, ground, asked_by, asked_at)
                   SELECT $1, p.id, $3, $4, $5 FROM participant p WHERE p.id = $2 RETURNING participant_id)
               SELECT p.subject::text FROM asked a JOIN participant p ON p.id = a.participant_id""",
            erasure_id,
            form.participant,
            form.ground,
            who,
            at,
        )
    except asyncpg.UniqueViolationError:
        raise Conflict("This has been asked for already.") from None
    return subject


async def every(connection: Connection) -> list[Erasure]:
    """All of them, the newest first."""
    found = await connection.fetch(f"{_SHOWN} ORDER BY asked_at DESC, id")
    return [Erasure.model_validate(dict(row)) for row in found]


async def one(connection: Connection, erasure_id: str) -> Erasure | None:
    """One of them."""
    row = await connection.fetchrow(f"{_SHOWN} WHERE id = $1", erasure_id)
    return Erasure.model_validate(dict(row)) if row else None


async def asked_for(connection: Connection, participant_id: str) -> str | None:
    """The erasure of a participant that nobody has agreed to."""
    found: str | None = await connection.fetchval(
        "SELECT id::text FROM erasure WHERE participant_id = $1 AND agreed_at IS NULL", participant_id
    )
    return found


async def begin(tx: Connection, erasure_id: str, who: str, at: datetime) -> Erasing | None:
    """Agree, and remove the person from ``users`` at once; None if it is under way or done already.

    From then on nobody signs in as the person, no device is the person's, and nobody is told of the person.
    """
    row = await tx.fetchrow(
        f"""UPDATE erasure e SET agreed_by = $2, agreed_at = $3, subject = p.subject, account = p.account
            FROM participant p WHERE e.id = $1 AND e.agreed_at IS NULL AND p.id = e.participant_id
            RETURNING {_NAMES.replace("subject", "p.subject").replace("account", "p.account")}""",  # noqa: S608 - constants
        erasure_id,
        who,
        at,
    )
    if row is None:
        return None
    person = Erasing.model_validate(dict(row))
    await tx.execute("DELETE FROM participant WHERE id = $1", person.participant)
    await tx.execute("DELETE FROM consent WHERE subject = $1", person.subject)
    return person


async def under_way(connection: Connection, erasure_id: str) -> UnderWay | None:
    """An erasure that has begun and not ended."""
    row = await connection.fetchrow(
        f"SELECT {_NAMES}, agreed_by, sweeps FROM erasure WHERE id = $1 AND subject IS NOT NULL",  # noqa: S608 - constants
        erasure_id,
    )
    return UnderWay(Erasing.model_validate(dict(row)), row["agreed_by"], row["sweeps"]) if row else None


async def swept(tx: Connection, erasure_id: str, removed: Mapping[str, int], left: int) -> None:
    """Add what a sweep has removed. News about consent that came late go, too."""
    row = await tx.fetchrow("SELECT removed, subject FROM erasure WHERE id = $1 FOR UPDATE", erasure_id)
    assert row is not None
    total = Counter(row["removed"]) + Counter(removed)
    await tx.execute(
        "UPDATE erasure SET removed = $2, left_over = $3, sweeps = sweeps + 1 WHERE id = $1",
        erasure_id,
        dict(total),
        left,
    )
    await tx.execute("DELETE FROM consent WHERE subject = $1", row["subject"])


async def end(tx: Connection, erasure_id: str, at: datetime) -> None:
    """Nothing is left; nor are here the names by which it was looked for."""
    await tx.execute(
        "UPDATE erasure SET ended_at = $2, subject = NULL, account = NULL WHERE id = $1", erasure_id, at
    )
