"""What participants said about their data, and what holds since."""

from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from smartbear.contracts.events import ConsentChanged, Span
from smartbear.kit.db import Connection
from smartbear.users.model.consents import PURPOSES, Agreement, Purpose, Said


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """A decision to write down; ``account`` is who made it, or entered what the paper says."""

    id: str
    participant: str
    purpose: Purpose
    given: bool
    at: datetime
    signed: date | None
    account: str
    by_telephone: bool
    note: str


async def add(tx: Connection, said: NewAgreement) -> None:
    """Write down a decision."""
    await tx.execute(
        "INSERT INTO agreement VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        said.id,
        said.participant,
        said.purpose,
        said.given,
        said.at,
        said.signed,
        said.account,
        said.by_telephone,
        said.note,
    )


async def agreements(connection: Connection, participant_id: str) -> list[Agreement]:
    """What holds for each purpose now, and what was said about it."""
    now = await connection.fetchrow(
        "SELECT NOT is_withheld AS care, is_released AS research FROM person WHERE id = $1", participant_id
    )
    assert now is not None
    said = await connection.fetch(
        """SELECT purpose, given, at, signed, note,
                  CASE WHEN signed IS NULL THEN 'app'
                       WHEN by_telephone THEN 'telephone' ELSE 'paper' END AS how
           FROM agreement WHERE participant_id = $1 ORDER BY at DESC, id DESC""",
        participant_id,
    )
    return [
        Agreement(
            purpose=purpose,
            given=now[purpose],
            said=tuple(Said.model_validate(dict(row)) for row in said if row["purpose"] == purpose),
        )
        for purpose in PURPOSES
    ]


async def put(connection: Connection, change: ConsentChanged) -> None:
    """Remember what a person's consent says; news that come late change nothing."""
    await connection.execute(
        """INSERT INTO consent AS c (subject, number, withheld, released) VALUES ($1, $2, $3, $4)
           ON CONFLICT (subject) DO UPDATE
           SET number = excluded.number, withheld = excluded.withheld, released = excluded.released
           WHERE c.number < excluded.number""",
        change.subject,
        change.number,
        _ranges(change.withheld),
        _ranges(change.released),
    )


def _ranges(spans: tuple[Span, ...]) -> list["asyncpg.Range[datetime]"]:
    return [asyncpg.Range(span.since, span.until) for span in spans]
