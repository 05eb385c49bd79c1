"""What other components ask about a person they know by account or by subject."""

from collections.abc import Iterable
from datetime import date

from smartbear.contracts.events import ParticipantChanged
from smartbear.contracts.people import AccountLink, Audience, Care
from smartbear.kit.db import Connection


async def by_account(connection: Connection, account: str) -> AccountLink | None:
    """The participant behind an account."""
    row = await connection.fetchrow(
        """SELECT account::text, id AS participant, subject::text, organisation_id::text AS organisation,
                  pilot_id::text AS pilot
           FROM person WHERE account = $1""",
        account,
    )
    return AccountLink.model_validate(dict(row)) if row else None


async def of(connection: Connection, participant_ids: Iterable[str]) -> dict[str, str]:
    """Participant id → subject."""
    found = await connection.fetch(
        "SELECT id, subject::text FROM participant WHERE id = ANY($1::text[])", list(participant_ids)
    )
    return {row["id"]: row["subject"] for row in found}


async def audience(connection: Connection, subject: str, today: date) -> Audience | None:
    """Everyone who must hear about a subject: the person's own case managers, and their colleagues."""
    row = await connection.fetchrow(
        """WITH manager AS (
               SELECT s.name,
                      json_build_object('account', s.account, 'name', s.name, 'email', s.email) AS value,
                      EXISTS (SELECT FROM care_assignment c
                              WHERE c.participant_id = p.id AND c.account = s.account) AS assigned
               FROM participant p JOIN staff s ON s.organisation_id = p.organisation_id AND s.role = 'CCM'
               WHERE p.subject = $1)
           SELECT subject::text, id AS participant, account::text, organisation_id::text AS organisation,
                  pilot_id::text AS pilot, language, sex, external_email, muted_conditions,
                  extract(year FROM age($2::date, birth_month))::int AS age,
                  coalesce((SELECT json_agg(value ORDER BY name) FROM manager WHERE assigned), '[]')
                      AS case_managers,
                  coalesce((SELECT json_agg(value ORDER BY name) FROM manager WHERE NOT assigned), '[]')
                      AS colleagues
           FROM person WHERE subject = $1""",
        subject,
        today,
    )
    return Audience.model_validate(dict(row)) if row else None


async def care(connection: Connection, subject: str) -> Care | None:
    """The care team of a subject and the kinds of devices in the person's hands."""
    row = await connection.fetchrow(
        """SELECT p.id AS participant, p.time_zone, p.care_team,
                  ARRAY(SELECT DISTINCT h.category FROM holding h
                        WHERE h.participant_id = p.id AND h.assigned_to IS NULL ORDER BY 1) AS categories
           FROM person p WHERE p.subject = $1""",
        subject,
    )
    return Care.model_validate(dict(row)) if row else None


async def changed(connection: Connection, participant_id: str) -> ParticipantChanged:
    """What the other components are told after a change of this participant."""
    row = await connection.fetchrow(
        """SELECT subject::text, organisation_id::text AS organisation, pilot_id::text AS pilot,
                  language, sex, status, to_char(birth_month, 'YYYY-MM') AS birth_month
           FROM person WHERE id = $1""",
        participant_id,
    )
    assert row is not None
    return ParticipantChanged.model_validate(dict(row))
