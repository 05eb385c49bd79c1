"""What people let programs of others do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from smartbear.identity.store.sessions import Ended, revoke_of_client
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Permission:
    """A program, and since when it may do what it may."""

    client: str
    name: str
    """Of the program."""
    given_at: datetime


async def allowed(c: Connection, account: str, client: str) -> frozenset[str]:
    """The scopes and claims a person has allowed a program so far."""
    found = await c.fetchval(
        "SELECT allowed FROM permission WHERE account = $1 AND client = $2", account, client
    )
    return frozenset(found or ())


async def allow(tx: Connection, account: str, client: str, more: Collection[str], now: datetime) -> None:
    """Remember what a person allows, beside what was allowed before."""
    await tx.execute(
        """INSERT INTO permission AS p VALUES ($1, $2, $3, $4)
           ON CONFLICT (account, client) DO UPDATE SET
               allowed = ARRAY(SELECT DISTINCT unnest(p.allowed || excluded.allowed)), given_at = $4""",
        account,
        client,
        sorted(more),
        now,
    )


async def permissions_of(c: Connection, account: str) -> list[Permission]:
    """The programs a person has allowed something, the newest first."""
    rows = await c.fetch(
        """SELECT p.client, coalesce(c.name, p.client) AS name, p.given_at
           FROM permission p LEFT JOIN client c ON c.id = p.client
           WHERE p.account = $1 ORDER BY p.given_at DESC, p.client""",
        account,
    )
    return [Permission(row["client"], row["name"], row["given_at"]) for row in rows]


async def forget_client(tx: Connection, client: str, now: datetime) -> None:
    """Forget what anybody has allowed a program, and end every token that came from it."""
    await tx.execute("DELETE FROM permission WHERE client = $1", client)
    await tx.execute(
        "UPDATE token_family SET revoked_at = $2 WHERE client = $1 AND revoked_at IS NULL", client, now
    )


async def take_back(tx: Connection, account: str, client: str, now: datetime) -> list[Ended] | None:
    """Forget a permission, and end every token that came from it; None if there is no such permission."""
    status = await tx.execute("DELETE FROM permission WHERE account = $1 AND client = $2", account, client)
    return await revoke_of_client(tx, account, client, now) if status == "DELETE 1" else None
