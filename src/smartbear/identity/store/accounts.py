"""Accounts."""

from datetime import datetime
from typing import Any

from smartbear.identity.model.accounts import Account
from smartbear.identity.store import links
from smartbear.kit.db import Connection

_COLUMNS = """id, username, role, name, email, organisation, pilot, participant, language, project,
(disabled OR waits_for IS NOT NULL) AS disabled"""


async def by_username(c: Connection, username: str) -> tuple[Account, str | None] | None:
    """An account and its password hash; case does not count."""
    row = await c.fetchrow(
        f"SELECT {_COLUMNS}, password_hash FROM account WHERE lower(username) = lower($1)",  # noqa: S608 - constant
        username,
    )
    return (_account(row), row["password_hash"]) if row else None


async def by_id(c: Connection, account: str) -> Account | None:
    """An account that may still sign in or not."""
    row = await c.fetchrow(f"SELECT {_COLUMNS} FROM account WHERE id = $1", account)  # noqa: S608 - constant
    return _account(row) if row else None


async def insert(tx: Connection, account: Account, password_hash: str, now: datetime) -> bool:
    """Add an account; False if the username is taken."""
    status = await tx.execute(
        """INSERT INTO account (id, username, role, name, email, organisation, pilot, participant, disabled,
                                password_hash, created_at, project)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING""",
        account.id,
        account.username,
        account.role,
        account.name,
        account.email,
        account.organisation,
        account.pilot,
        account.participant,
        account.disabled,
        password_hash,
        now,
        account.project,
    )
    return bool(status == "INSERT 0 1")


async def set_password(tx: Connection, account: str, password_hash: str) -> None:
    """Replace a password hash. A change of address that whoever knew the old one asked for is over."""
    await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account, password_hash)
    await links.forget(tx, account, "address")


def _account(row: Any) -> Account:
    return Account(
        str(row["id"]),
        row["username"],
        row["role"],
        row["name"],
        row["email"],
        row["organisation"],
        row["pilot"],
        row["participant"],
        row["disabled"],
        row["language"],
        row["project"],
    )
