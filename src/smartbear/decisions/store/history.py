"""Episodes with all that belongs to them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.decisions.model.episode import Outcome
from smartbear.decisions.model.history import Raised, Story
from smartbear.decisions.model.plan import Episode, Receipt
from smartbear.decisions.model.pressure import Pressure
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """Episodes of one person opened in an interval of device time."""

    subject: str
    since: datetime
    until: datetime
    """Not included."""
    limit: int


async def stories(connection: Connection, wanted: Wanted) -> list[Story]:
    """The episodes wanted, the newest first."""
    rows = await connection.fetch(
        """SELECT episode_id::text, rule_id, rule_version, outcome, state, opened_at, deadline,
                  answer_id::text
           FROM episode WHERE subject = $1 AND opened_at >= $2 AND opened_at < $3
           ORDER BY opened_at DESC LIMIT $4""",
        wanted.subject,
        wanted.since,
        wanted.until,
        wanted.limit,
    )
    ids = [row["episode_id"] for row in rows]
    pressures = await _pressures(connection, ids)
    raised = await _raised(connection, ids)
    receipts = await _receipts(connection, ids)
    return [
        Story(
            episode=Episode(row["episode_id"], row["rule_id"], Outcome(row["outcome"]), row["state"]),
            rule_version=row["rule_version"],
            opened_at=row["opened_at"],
            deadline=row["deadline"],
            answer_id=row["answer_id"],
            pressures=pressures[row["episode_id"]],
            raised=raised[row["episode_id"]],
            receipts=receipts[row["episode_id"]],
        )
        for row in rows
    ]


async def _pressures(connection: Connection, ids: Sequence[str]) -> dict[str, list[Pressure]]:
    """Of each episode its extreme pressures and the one that answered, which may be normal."""
    rows = await connection.fetch(
        """SELECT e.episode_id::text AS episode, p.reading_id::text, p.device_id::text, p.systolic,
                  p.diastolic, p.measured_at, p.received_at
           FROM episode e JOIN pressure p ON p.episode_id = e.episode_id OR p.reading_id = e.answer_id
           WHERE e.episode_id = ANY($1::uuid[]) ORDER BY p.measured_at, p.reading_id""",
        ids,
    )
    return _grouped((row["episode"], Pressure(*row[1:])) for row in rows)


async def _raised(connection: Connection, ids: Sequence[str]) -> dict[str, list[Raised]]:
    rows = await connection.fetch(
        """SELECT episode_id::text AS episode, notice_id::text, kind, raised_at
           FROM notice WHERE episode_id = ANY($1::uuid[]) ORDER BY raised_at, notice_id""",
        ids,
    )
    return _grouped((row["episode"], Raised(*row[1:])) for row in rows)


async def _receipts(connection: Connection, ids: Sequence[str]) -> dict[str, list[Receipt]]:
    rows = await connection.fetch(
        """SELECT n.episode_id::text AS episode, r.notice_id::text, r.kind, r.by, r.account::text, r.at,
                  r.action, r.note
           FROM receipt r JOIN notice n USING (notice_id)
           WHERE n.episode_id = ANY($1::uuid[]) ORDER BY r.at""",
        ids,
    )
    return _grouped((row["episode"], Receipt(*row[1:])) for row in rows)


def _grouped(pairs: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for episode, value in pairs:
        found[episode].append(value)
    return found
