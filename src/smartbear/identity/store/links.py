"""Links in e-mails, as digests."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is good for."""

    account: str
    address: str | None
    """Where it was sent, if that is not the account's own address yet."""


async def put(
    tx: Connection,
    digest: bytes,
    account: str,
    purpose: str,
    expires_at: datetime,
    address: str | None = None,
) -> None:
    """Keep a link; those of the account for the same purpose are over."""
    await forget(tx, account, purpose)
    await tx.execute(
        "INSERT INTO mail_link VALUES ($1, $2, $3, $4, $5)", digest, account, purpose, expires_at, address
    )


async def forget(tx: Connection, account: str, purpose: str) -> None:
    """End an account's links for a purpose."""
    await tx.execute("DELETE FROM mail_link WHERE account = $1 AND purpose = $2", account, purpose)


async def forget_elsewhere(tx: Connection, account: str, address: str | None) -> None:
    """End the links that were sent to another address of the account's than this one, which is to be it."""
    await tx.execute(
        """DELETE FROM mail_link WHERE account = $1 AND address IS NULL
           AND NOT EXISTS (SELECT FROM account WHERE id = $1 AND email = $2)""",
        account,
        address,
    )


async def account_of(c: Connection, digest: bytes, purpose: str, now: datetime) -> str | None:
    """The account a link is good for, which it stays."""
    found = await c.fetchval(
        "SELECT account FROM mail_link WHERE digest = $1 AND purpose = $2 AND expires_at > $3",
        digest,
        purpose,
        now,
    )
    return str(found) if found else None


async def use(tx: Connection, digest: bytes, purpose: str, now: datetime) -> Link | None:
    """What a link is good for; it is good once. Those that are over are swept on the way."""
    row = await tx.fetchrow(
        """DELETE FROM mail_link WHERE digest = $1 AND purpose = $2 AND expires_at > $3
           RETURNING account, address""",
        digest,
        purpose,
        now,
    )
    await tx.execute("DELETE FROM mail_link WHERE expires_at < $1", now)
    return Link(str(row["account"]), row["address"]) if row else None
