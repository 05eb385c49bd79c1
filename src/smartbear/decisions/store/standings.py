"""How people stand: one row for each measure, one for each day, and the notice that is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from smartbear.decisions.model.standing import Measured, Newest
from smartbear.kit.db import Connection


async def put(tx: Connection, subject: str, newest: Sequence[Newest], marks: Mapping[date, int]) -> None:
    """Take a batch into account; told again, or out of order, the newest reading and the worst mark stay."""
    await tx.execute(
        """INSERT INTO standing AS s (subject, measure, state, since, last_reading_at)
           SELECT $1, measure, state, since, last_reading_at
           FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
               AS n (measure, state, since, last_reading_at)
           ON CONFLICT (subject, measure) DO UPDATE
           SET state = excluded.state, last_reading_at = excluded.last_reading_at,
               since = CASE WHEN s.state IS NOT DISTINCT FROM excluded.state AND excluded.measure = ANY($6)
                       THEN s.since ELSE excluded.since END
           WHERE excluded.last_reading_at > s.last_reading_at""",
        subject,
        [one.measure for one in newest],
        [one.state for one in newest],
        [one.since for one in newest],
        [one.last_reading_at for one in newest],
        [one.measure for one in newest if one.unbroken],
    )
    await tx.execute(
        """INSERT INTO day_mark AS d (subject, day, rank)
           SELECT $1, day, rank FROM unnest($2::date[], $3::smallint[]) AS m (day, rank)
           ON CONFLICT (subject, day) DO UPDATE SET rank = excluded.rank WHERE excluded.rank > d.rank""",
        subject,
        list(marks),
        list(marks.values()),
    )


@dataclass(slots=True)
class OnRecord:
    """What is known of how a person stands."""

    known_since: date | None = None
    """The first day of a reading, or the day the person was first heard of."""
    measured: list[Measured] = field(default_factory=list)
    ranks: dict[date, int] = field(default_factory=dict)
    alert: dict[str, Any] | None = None


async def get(connection: Connection, subjects: Sequence[str], since: date) -> dict[str, OnRecord]:
    """Standing of each subject somebody has told us of, with marks from ``since`` on."""
    people = await connection.fetch(
        """SELECT subject::text, least(known_since,
               (SELECT min(day) FROM day_mark d WHERE d.subject = p.subject)) AS known_since
           FROM person p WHERE subject = ANY($1::uuid[])""",
        subjects,
    )
    found = {row["subject"]: OnRecord(row["known_since"]) for row in people}
    for row in await connection.fetch(
        """SELECT subject::text, measure, state, since, last_reading_at FROM standing
           WHERE subject = ANY($1::uuid[])""",
        subjects,
    ):
        one = Measured(row["measure"], row["state"], row["since"], row["last_reading_at"])
        found[row["subject"]].measured.append(one)
    for row in await connection.fetch(
        "SELECT subject::text, day, rank FROM day_mark WHERE subject = ANY($1::uuid[]) AND day >= $2",
        subjects,
        since,
    ):
        found[row["subject"]].ranks[row["day"]] = row["rank"]
    for row in await connection.fetch(_ALERTS, subjects):
        found[row["subject"]].alert = {name: row[name] for name in _ALERT}
    return found


_ALERT = ("id", "kind", "level", "raised_at", "acknowledged_at")
_ALERTS = """
SELECT DISTINCT ON (e.subject) e.subject::text, n.notice_id::text AS id, n.kind, n.level, n.raised_at,
       (SELECT r.at FROM receipt r
         WHERE r.notice_id = n.notice_id AND r.kind = 'acknowledged' AND r.by = 'ccm') AS acknowledged_at
FROM episode e JOIN notice n USING (episode_id)
WHERE e.subject = ANY($1::uuid[]) AND e.state NOT IN ('cleared', 'closed')
ORDER BY e.subject, e.outcome DESC, n.raised_at DESC
"""
