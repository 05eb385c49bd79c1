"""Participants: finding, enrolling, changing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from smartbear.contracts.people import NewParticipant
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, FieldError
from smartbear.users.model.participants import Carer, Participant, Private, Reachable
from smartbear.users.model.rows import Rows, Search


async def find(connection: Connection, rows: Rows, search: Search, today: date) -> list[Participant]:
    """Participants of ``rows``, by id; ages as of ``today``.

    Of one who has withdrawn others see that this is so, and nothing of what was agreed to be seen.
    """
    found = await connection.fetch(
        """SELECT p.id, p.subject::text, to_char(s.birth_month, 'YYYY-MM') AS birth_month,
                  extract(year FROM age($7::date, s.birth_month))::int AS age,
                  coalesce(s.sex, 'unknown') AS sex, p.status, coalesce(s.profiles, '{}') AS profiles,
                  p.organisation, p.pilot, p.consent, coalesce(
                      (SELECT json_agg(json_build_object('account', s.account, 'name', s.name)
                                       ORDER BY s.name)
                       FROM care_assignment c JOIN staff s USING (account)
                       WHERE c.participant_id = p.id), '[]') AS case_managers
           FROM person p LEFT JOIN participant s ON s.id = p.id AND (NOT p.is_withheld OR p.id = $2)
           WHERE (p.organisation_id = ANY($1::uuid[]) OR p.id = $2)
             AND ($3 = '' OR strpos(lower(concat_ws(' ', p.id, p.email, p.phone)), lower($3)) > 0)
             AND ($4::text IS NULL OR p.status = $4) AND ($5::text IS NULL OR $5 = ANY(s.profiles))
             AND ($6::text IS NULL OR p.id = $6)
           ORDER BY p.number""",
        rows.organisations,
        rows.participant,
        search.text,
        search.status,
        search.profile,
        search.participant,
        today,
    )
    return [Participant.model_validate(dict(row)) for row in found]


async def find_reachable(connection: Connection, rows: Rows, search: Search) -> list[Reachable]:
    """The same people as a technician meets them."""
    found = await connection.fetch(
        """SELECT p.id, p.organisation, p.pilot, p.contact FROM person p
           WHERE (p.organisation_id = ANY($1::uuid[]) OR p.id = $2)
             AND ($3 = '' OR strpos(lower(concat_ws(' ', p.id, p.email, p.phone)), lower($3)) > 0)
             AND ($4::text IS NULL OR p.id = $4)
           ORDER BY p.number""",
        rows.organisations,
        rows.participant,
        search.text,
        search.participant,
    )
    return [Reachable.model_validate(dict(row)) for row in found]


async def private(connection: Connection, participant_id: str) -> Private:
    """Contact, carers and the external case manager of a participant found before."""
    row = await connection.fetchrow(
        """SELECT p.contact, p.external_email, coalesce(
               (SELECT json_agg(json_build_object('name', c.name, 'relation', c.relation, 'phone', c.phone)
                                ORDER BY c.name)
                FROM carer c WHERE c.participant_id = p.id), '[]') AS carers
           FROM person p WHERE p.id = $1""",
        participant_id,
    )
    assert row is not None
    return Private.model_validate(dict(row))


async def profiles(connection: Connection, rows: Rows) -> dict[str, int]:
    """How many participants of ``rows`` have each profile."""
    found = await connection.fetch(
        """SELECT profile, count(*) AS n FROM person p, unnest(p.profiles) AS profile
           WHERE (p.organisation_id = ANY($1::uuid[]) AND NOT p.is_withheld) OR p.id = $2 GROUP BY profile""",
        rows.organisations,
        rows.participant,
    )
    return {row["profile"]: row["n"] for row in found}


async def enrol(
    connection: Connection, form: NewParticipant, *, subject: str, organisation_id: str, at: datetime
) -> str:
    """Insert a participant and return the id; Conflict if the e-mail address is taken."""
    try:
        participant_id: str = await connection.fetchval(
            """INSERT INTO participant (subject, organisation_id, birth_month, sex, email, phone, status,
                   profiles, consent_date, external_email, enrolled_at)
               VALUES ($1, $2, to_date($3, 'YYYY-MM'), $4, $5, $6, 'pending', $7, $8, $9, $10)
               RETURNING id""",
            subject,
            organisation_id,
            form.birth_month,
            form.sex,
            form.email,
            form.phone,
            sorted(set(form.profiles)),
            form.consent_date,
            form.external_email,
            at,
        )
    except asyncpg.UniqueViolationError:
        raise _email_taken() from None
    return participant_id


async def change(connection: Connection, participant_id: str, changes: dict[str, Any]) -> None:
    """Set the columns named in ``changes``; Conflict if the new e-mail address is taken."""
    try:
        await connection.execute(
            """UPDATE participant SET
                   email = coalesce(new->>'email', email),
                   phone = coalesce(new->>'phone', phone),
                   status = coalesce(new->>'status', status),
                   external_email = CASE WHEN new ? 'external_email' THEN new->>'external_email'
                                         ELSE external_email END,
                   profiles = CASE WHEN new ? 'profiles' THEN
                       ARRAY(SELECT DISTINCT jsonb_array_elements_text(new->'profiles') ORDER BY 1)
                       ELSE profiles END
               FROM (SELECT $2::jsonb AS new) AS named WHERE id = $1""",
            participant_id,
            changes,
        )
    except asyncpg.UniqueViolationError:
        raise _email_taken() from None


async def strangers(connection: Connection, accounts: Sequence[str], organisation_id: str) -> list[str]:
    """Those of ``accounts`` that are not case managers of the organisation."""
    found = await connection.fetch(
        """SELECT a::text FROM unnest($1::uuid[]) AS a WHERE NOT EXISTS (
               SELECT FROM staff s WHERE s.account = a AND s.organisation_id = $2 AND s.role = 'CCM')""",
        accounts,
        organisation_id,
    )
    return [row["a"] for row in found]


async def set_case_managers(connection: Connection, participant_id: str, accounts: Sequence[str]) -> None:
    """Replace the participant's case managers; accounts must be known staff."""
    await connection.execute("DELETE FROM care_assignment WHERE participant_id = $1", participant_id)
    await connection.execute(
        "INSERT INTO care_assignment SELECT $1, a FROM (SELECT DISTINCT unnest($2::uuid[]) AS a)",
        participant_id,
        accounts,
    )


async def set_carers(
    connection: Connection, participant_id: str, carers: Sequence[tuple[str, Carer]]
) -> None:
    """Replace the participant's carers, each with the id it gets."""
    await connection.execute("DELETE FROM carer WHERE participant_id = $1", participant_id)
    await connection.executemany(
        "INSERT INTO carer (id, participant_id, name, relation, phone) VALUES ($1, $2, $3, $4, $5)",
        [(carer_id, participant_id, c.name, c.relation, c.phone) for carer_id, c in carers],
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """What a change needs to know about the participant it is about to change."""

    organisation_id: str
    subject: str


async def lock(connection: Connection, rows: Rows, participant_id: str) -> Locked | None:
    """Keep others from changing the participant until the transaction ends; None if not of ``rows``."""
    row = await connection.fetchrow(
        """SELECT organisation_id::text, subject::text FROM participant p
           WHERE (p.organisation_id = ANY($1::uuid[]) OR p.id = $2) AND p.id = $3 FOR UPDATE""",
        rows.organisations,
        rows.participant,
        participant_id,
    )
    return Locked(**row) if row else None


async def link_account(connection: Connection, participant_id: str, account: str) -> bool:
    """Set the participant's own account; whether there is such a participant. Conflict if it is another's."""
    try:
        status = await connection.execute(
            "UPDATE participant SET account = $2 WHERE id = $1", participant_id, account
        )
    except asyncpg.UniqueViolationError:
        fault = FieldError("account", "taken", "This account belongs to another participant.")
        raise Conflict(errors=(fault,)) from None
    return status != "UPDATE 0"


def _email_taken() -> Conflict:
    return Conflict(errors=(FieldError("email", "taken", "This e-mail address is already used."),))
