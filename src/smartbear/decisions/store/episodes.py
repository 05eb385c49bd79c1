"""Episodes, the pressures they are made of, and the notices they raised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.decisions.model.episode import Outcome
from smartbear.decisions.model.plan import Episode, Kind, Receipt, Step, Telling
from smartbear.decisions.model.pressure import Pressure
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of device time, ends included."""

    first: datetime
    last: datetime


async def add_pressures(tx: Connection, subject: str, pressures: Sequence[Pressure]) -> None:
    """Keep pressures; those already kept stay as they are."""
    await tx.execute(
        """INSERT INTO pressure
               (reading_id, subject, device_id, systolic, diastolic, measured_at, received_at)
           SELECT p.reading_id, $1, p.device_id, p.systolic, p.diastolic, p.measured_at, p.received_at
           FROM unnest($2::uuid[], $3::uuid[], $4::double precision[], $5::double precision[],
                       $6::timestamptz[], $7::timestamptz[])
               AS p (reading_id, device_id, systolic, diastolic, measured_at, received_at)
           ON CONFLICT (reading_id) DO NOTHING""",
        subject,
        [pressure.reading_id for pressure in pressures],
        [pressure.device_id for pressure in pressures],
        [pressure.systolic for pressure in pressures],
        [pressure.diastolic for pressure in pressures],
        [pressure.measured_at for pressure in pressures],
        [pressure.received_at for pressure in pressures],
    )


async def widen(tx: Connection, subject: str, span: Span) -> Span:
    """The span with the open episodes that reach into it; the lock of the person must be held."""
    row = await tx.fetchrow(
        """SELECT least($2, min(opened_at)) AS first, greatest($3, max(last_at)) AS last
           FROM episode WHERE subject = $1 AND NOT sealed AND opened_at <= $3 AND last_at >= $2""",
        subject,
        span.first,
        span.last,
    )
    assert row is not None
    return Span(row["first"], row["last"])


async def pressures(tx: Connection, subject: str, span: Span) -> list[Pressure]:
    """The pressures of a span that no sealed episode holds."""
    rows = await tx.fetch(
        """SELECT p.reading_id::text, p.device_id::text, p.systolic, p.diastolic, p.measured_at, p.received_at
           FROM pressure p LEFT JOIN episode e USING (episode_id)
           WHERE p.subject = $1 AND p.measured_at BETWEEN $2 AND $3 AND e.sealed IS NOT TRUE""",
        subject,
        span.first,
        span.last,
    )
    return [Pressure(*row) for row in rows]


async def on_record(tx: Connection, subject: str, span: Span) -> dict[str, Episode]:
    """Reading id → the open episode that holds it, for the readings of a span."""
    rows = await tx.fetch(
        """SELECT p.reading_id::text, e.episode_id::text, e.rule_id, e.outcome, e.state,
                  ARRAY(SELECT n.kind FROM notice n WHERE n.episode_id = e.episode_id) AS told
           FROM episode e JOIN pressure p USING (episode_id)
           WHERE e.subject = $1 AND NOT e.sealed AND p.measured_at BETWEEN $2 AND $3""",
        subject,
        span.first,
        span.last,
    )
    return {row["reading_id"]: _episode(row) for row in rows}


def _episode(row: Any) -> Episode:
    told = frozenset(row["told"])
    return Episode(row["episode_id"], row["rule_id"], Outcome(row["outcome"]), row["state"], told)


async def apply(tx: Connection, subject: str, step: Step, rule_version: int) -> None:
    """Bring an episode, its pressures and those it takes in to where a step says."""
    if step.is_new:
        await _insert(tx, subject, step, rule_version)
    else:
        await _update(tx, step)
    episode_id = step.episode.id
    ids = [reading.reading_id for reading in step.finding.readings]
    await tx.execute(
        "UPDATE pressure SET episode_id = $1 WHERE reading_id = ANY($2::uuid[])", episode_id, ids
    )
    if step.absorbed:
        await tx.execute(
            "UPDATE notice SET episode_id = $1 WHERE episode_id = ANY($2::uuid[])", episode_id, step.absorbed
        )
        await tx.execute("DELETE FROM episode WHERE episode_id = ANY($1::uuid[])", step.absorbed)


async def _insert(tx: Connection, subject: str, step: Step, rule_version: int) -> None:
    finding = step.finding
    await tx.execute(
        """INSERT INTO episode (episode_id, subject, rule_id, rule_version, outcome, state,
                                opened_at, last_at, deadline, answer_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        step.episode.id,
        subject,
        step.episode.rule_id,
        rule_version,
        step.episode.outcome,
        step.episode.state,
        finding.readings[0].measured_at,
        finding.readings[-1].measured_at,
        finding.deadline,
        finding.answer.reading_id if finding.answer else None,
    )


async def _update(tx: Connection, step: Step) -> None:
    finding = step.finding
    await tx.execute(
        """UPDATE episode SET outcome = $2, state = $3, opened_at = $4, last_at = $5,
               deadline = CASE WHEN $8 THEN $6 ELSE deadline END,
               answer_id = CASE WHEN $8 THEN $7 ELSE answer_id END
           WHERE episode_id = $1""",
        step.episode.id,
        step.episode.outcome,
        step.episode.state,
        finding.readings[0].measured_at,
        finding.readings[-1].measured_at,
        finding.deadline,
        finding.answer.reading_id if finding.answer else None,
        step.is_current,
    )


async def add_notice(tx: Connection, notice_id: str, episode_id: str, telling: Telling, at: datetime) -> None:
    """Keep that a notice was raised."""
    await tx.execute(
        "INSERT INTO notice (notice_id, episode_id, kind, level, raised_at) VALUES ($1, $2, $3, $4, $5)",
        notice_id,
        episode_id,
        telling.kind,
        telling.level,
        at,
    )


async def subject_of(tx: Connection, notice_id: str) -> str | None:
    """Whom a notice is about; None if it is none of ours."""
    found: str | None = await tx.fetchval(
        """SELECT e.subject::text FROM notice n JOIN episode e USING (episode_id) WHERE n.notice_id = $1""",
        notice_id,
    )
    return found


async def of_notice(tx: Connection, notice_id: str) -> tuple[Kind, Episode]:
    """The kind of a notice and its episode; the lock of the person must be held."""
    row = await tx.fetchrow(
        """SELECT n.kind, e.episode_id::text, e.rule_id, e.outcome, e.state, ARRAY[n.kind] AS told
           FROM notice n JOIN episode e USING (episode_id) WHERE n.notice_id = $1""",
        notice_id,
    )
    assert row is not None  # notices are never deleted
    return row["kind"], _episode(row)


async def add_receipt(tx: Connection, receipt: Receipt) -> None:
    """Keep what somebody did with a notice; the first of a kind stays."""
    await tx.execute(
        """INSERT INTO receipt (notice_id, kind, by, account, at, action, note)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING""",
        receipt.notice_id,
        receipt.kind,
        receipt.by,
        receipt.account,
        receipt.at,
        receipt.action,
        receipt.note,
    )


async def set_state(tx: Connection, episode_id: str, state: str, *, sealed: bool) -> None:
    """Move an episode as a person decided."""
    await tx.execute(
        "UPDATE episode SET state = $2, sealed = $3 WHERE episode_id = $1", episode_id, state, sealed
    )
