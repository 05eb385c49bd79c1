"""Accounts as administrators see them, and the ways they begin and end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smartbear.identity.model.people import Found, Person, State, Wanted
from smartbear.identity.model.registration import PRIVACY_NOTICE, Registration
from smartbear.identity.store import links
from smartbear.kit.db import Connection

_CHANGEABLE = frozenset(
    {"given_name", "family_name", "name", "email", "role", "organisation", "pilot", "project"}
)


async def request_account(
    tx: Connection, account: str, form: Registration, password_hash: str, now: datetime
) -> bool:
    """Add an account that waits for approval; False if its name or its address is an account's already."""
    status = await tx.execute(
        """INSERT INTO account (id, username, password_hash, role, name, email, disabled, created_at,
                                given_name, family_name, language, waits_for, wished_organisation,
                                consented_at, consented_to)
           SELECT $1, $2, $3, '', $4, $5, false, $6, $7, $8, $9, 'approval', $10, $6, $11
           WHERE NOT EXISTS (SELECT FROM account WHERE lower(email) = lower($5))
           ON CONFLICT DO NOTHING""",
        account,
        form.username,
        password_hash,
        form.name,
        form.email,
        now,
        form.given_name,
        form.family_name,
        form.language,
        form.organisation,
        PRIVACY_NOTICE,
    )
    return bool(status == "INSERT 0 1")


async def insert(tx: Connection, person: Person, now: datetime) -> bool:
    """Add an account that has no password yet; False if the username is taken."""
    status = await tx.execute(
        """INSERT INTO account (id, username, role, name, email, disabled, created_at, given_name,
                                family_name, language, organisation, pilot, project)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING""",
        person.id,
        person.username,
        person.role,
        person.name,
        person.email,
        not person.enabled,
        now,
        person.given_name,
        person.family_name,
        person.language,
        person.organisation,
        person.pilot,
        person.project,
    )
    return bool(status == "INSERT 0 1")


_STATE = """CASE WHEN disabled THEN 'disabled' ELSE coalesce(waits_for, 'active') END"""
_MET = """role <> 'Participant'
    AND strpos(lower(concat_ws(' ', username, name, email)), lower($1)) > 0
    AND ($2::text IS NULL OR role = $2)
    AND ($3::text IS NULL OR coalesce(organisation, wished_organisation) = $3)"""


async def people(c: Connection, wanted: Wanted, first: int, most: int) -> Found:
    """Accounts of staff, those that wait for approval first."""
    who = (wanted.search, wanted.role, wanted.organisation)
    states = await c.fetch(
        f"SELECT {_STATE} AS state, count(*) FROM account WHERE {_MET} GROUP BY 1",  # noqa: S608 - constants
        *who,
    )
    rows = await c.fetch(
        f"""SELECT * FROM account WHERE {_MET} AND ($4::text IS NULL OR {_STATE} = $4)
            ORDER BY {_STATE} <> 'approval', lower(username) OFFSET $5 LIMIT $6""",  # noqa: S608 - constants
        *who,
        wanted.state,
        first,
        most,
    )
    counts: dict[State, int] = {row["state"]: row["count"] for row in states}
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    return Found([_person(row) for row in rows], total, counts)


async def person(c: Connection, account: str) -> Person | None:
    """An account of staff; a participant's is none."""
    row = await c.fetchrow("SELECT * FROM account WHERE id = $1 AND role <> 'Participant'", account)
    return _person(row) if row else None


async def accounts_of(c: Connection, participant: str) -> list[str]:
    """The ids of the accounts of a participant."""
    rows = await c.fetch(
        "SELECT id FROM account WHERE participant = $1 AND role = 'Participant'", participant
    )
    return [str(row["id"]) for row in rows]


async def by_name_or_address(c: Connection, text: str) -> list[Person]:
    """Accounts whose username or e-mail address this is; case does not count."""
    rows = await c.fetch(
        "SELECT * FROM account WHERE lower(username) = lower($1) OR lower(email) = lower($1)", text
    )
    return [_person(row) for row in rows]


async def change(tx: Connection, account: str, changes: Mapping[str, str | None]) -> None:
    """Set fields of an account. Links in letters to an earlier address are over."""
    assert changes.keys() <= _CHANGEABLE
    if "email" in changes:
        await links.forget_elsewhere(tx, account, changes["email"])
    assignments = ", ".join(f"{name} = ${at}" for at, name in enumerate(changes, 2))
    if changes:
        statement = f"UPDATE account SET {assignments} WHERE id = $1"  # noqa: S608 - names of a constant set
        await tx.execute(statement, account, *changes.values())


async def wait_for(tx: Connection, account: str, what: str | None) -> None:
    """Say what an account waits for; None: nothing any more."""
    await tx.execute("UPDATE account SET waits_for = $2 WHERE id = $1", account, what)


async def note_refusal(tx: Connection, address: str, at: datetime) -> None:
    """A letter to this address was refused for good; it counts for as long as an account has the address."""
    await tx.execute(
        "UPDATE account SET refused_email = email, refused_at = $2 WHERE lower(email) = lower($1)",
        address,
        at,
    )


async def forget_refusal(tx: Connection, account: str) -> None:
    """A letter has arrived after all."""
    await tx.execute("UPDATE account SET refused_email = NULL, refused_at = NULL WHERE id = $1", account)


async def set_enabled(tx: Connection, account: str, *, enabled: bool) -> None:
    """Let an account sign in, or not."""
    await tx.execute("UPDATE account SET disabled = $2 WHERE id = $1", account, not enabled)


async def delete(tx: Connection, account: str) -> None:
    """Delete an account with all that hangs on it."""
    await tx.execute("DELETE FROM account WHERE id = $1", account)


def _person(row: Any) -> Person:
    return Person(
        id=str(row["id"]),
        username=row["username"],
        given_name=row["given_name"] or "",
        family_name=row["family_name"] or "",
        name=row["name"],
        email=row["email"],
        role=row["role"],
        organisation=row["organisation"],
        pilot=row["pilot"],
        project=row["project"],
        language=row["language"],
        enabled=not row["disabled"],
        waits_for=row["waits_for"],
        wished_organisation=row["wished_organisation"],
        created_at=row["created_at"],
        letter_refused_at=row["refused_at"] if row["refused_email"] == row["email"] else None,
    )
