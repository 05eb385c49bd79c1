"""Organisations, pilots and staff."""

from dataclasses import dataclass

import asyncpg

from smartbear.contracts.people import NewOrganisation, NewPilot, StaffMember
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, FieldError, Unprocessable
from smartbear.users.model.organisations import Named, Organisation, Pilot
from smartbear.users.model.rows import Rows


async def pilots(connection: Connection, rows: Rows) -> list[Pilot]:
    """Those the organisations of ``rows`` take part in, by name."""
    found = await connection.fetch(
        """SELECT p.id::text, p.name, p.language, p.time_zone, p.muted_conditions FROM pilot p
           WHERE $2 OR EXISTS (SELECT FROM organisation o WHERE o.pilot_id = p.id AND o.id = ANY($1::uuid[]))
           ORDER BY p.name""",
        rows.organisations,
        rows.every_organisation,
    )
    return [Pilot.model_validate(dict(row)) for row in found]


async def organisations(connection: Connection, rows: Rows) -> list[Organisation]:
    """Those of ``rows``, by name."""
    found = await connection.fetch(
        """SELECT o.id::text, o.name, o.phone, json_build_object('id', p.id, 'name', p.name) AS pilot
           FROM organisation o JOIN pilot p ON p.id = o.pilot_id
           WHERE $2 OR o.id = ANY($1::uuid[]) ORDER BY o.name""",
        rows.organisations,
        rows.every_organisation,
    )
    return [Organisation.model_validate(dict(row)) for row in found]


async def add_pilot(connection: Connection, pilot_id: str, pilot: NewPilot) -> None:
    """Conflict if the name is taken."""
    try:
        await connection.execute(
            "INSERT INTO pilot (id, name, language, time_zone) VALUES ($1, $2, $3, $4)",
            pilot_id,
            pilot.name,
            pilot.language,
            pilot.time_zone,
        )
    except asyncpg.UniqueViolationError:
        raise _taken("name") from None


async def change_pilot(
    connection: Connection, pilot_id: str, language: str | None, muted: tuple[str, ...] | None
) -> Pilot | None:
    """The pilot as it is now, None if there is no such pilot; what is None stays."""
    row = await connection.fetchrow(
        """UPDATE pilot p
           SET language = coalesce($2, language), muted_conditions = coalesce($3, muted_conditions)
           WHERE id = $1 RETURNING p.id::text, p.name, p.language, p.time_zone, p.muted_conditions""",
        pilot_id,
        language,
        muted,
    )
    return Pilot.model_validate(dict(row)) if row else None


async def add_organisation(connection: Connection, organisation_id: str, form: NewOrganisation) -> None:
    """Conflict if the name is taken, Unprocessable if there is no such pilot."""
    try:
        await connection.execute(
            "INSERT INTO organisation (id, pilot_id, name, phone) VALUES ($1, $2, $3, $4)",
            organisation_id,
            form.pilot_id,
            form.name,
            form.phone,
        )
    except asyncpg.UniqueViolationError:
        raise _taken("name") from None
    except asyncpg.ForeignKeyViolationError:
        raise _unknown("pilot_id", "There is no such pilot.") from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new participant belongs, and what day it is there."""

    organisation_id: str
    time_zone: str


async def place_in(connection: Connection, pilot_id: str, rows: Rows) -> Place | None:
    """The organisation of ``rows`` that takes part in the pilot: the first by name if there are several."""
    row = await connection.fetchrow(
        """SELECT o.id::text AS organisation_id, l.time_zone
           FROM organisation o JOIN pilot l ON l.id = o.pilot_id
           WHERE l.id = $1 AND o.id = ANY($2::uuid[]) ORDER BY o.name LIMIT 1""",
        pilot_id,
        rows.organisations,
    )
    return Place(**row) if row else None


async def names(
    connection: Connection, organisations: tuple[str, ...], pilots: tuple[str, ...]
) -> tuple[Named | None, Named | None]:
    """The first organisation and the first pilot of a scope, by name."""
    row = await connection.fetchrow(
        """SELECT (SELECT json_build_object('id', id, 'name', name) FROM organisation WHERE id = $1) AS o,
                  (SELECT json_build_object('id', id, 'name', name) FROM pilot WHERE id = $2) AS p""",
        organisations[0] if organisations else None,
        pilots[0] if pilots else None,
    )
    assert row is not None
    return (
        Named.model_validate(row["o"]) if row["o"] else None,
        Named.model_validate(row["p"]) if row["p"] else None,
    )


async def put_staff(connection: Connection, account: str, member: StaffMember) -> None:
    """Add or replace; Unprocessable if there is no such organisation."""
    try:
        await connection.execute(
            """INSERT INTO staff (account, organisation_id, role, name, email) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account) DO UPDATE SET organisation_id = excluded.organisation_id,
                   role = excluded.role, name = excluded.name, email = excluded.email""",
            account,
            member.organisation_id,
            member.role,
            member.name,
            member.email,
        )
    except asyncpg.ForeignKeyViolationError:
        raise _unknown("organisation_id", "There is no such organisation.") from None


async def remove_staff(connection: Connection, account: str) -> None:
    """Delete a member of staff with the care assignments."""
    await connection.execute("DELETE FROM care_assignment WHERE account = $1", account)
    await connection.execute("DELETE FROM staff WHERE account = $1", account)


async def staff(connection: Connection, account: str) -> StaffMember | None:
    """A member of staff by account."""
    row = await connection.fetchrow(
        "SELECT name, email, role, organisation_id::text FROM staff WHERE account = $1", account
    )
    return StaffMember.model_validate(dict(row)) if row else None


def _taken(path: str) -> Conflict:
    return Conflict(errors=(FieldError(path, "taken", "This name is already used."),))


def _unknown(path: str, message: str) -> Unprocessable:
    return Unprocessable(errors=(FieldError(path, "unknown", message),))
