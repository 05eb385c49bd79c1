"""Links in e-mails, as digests."""

from datetime import datetime

from smartbear.kit.db import Connection


async def put(tx: Connection, digest: bytes, account: str, purpose: str, expires_at: datetime) -> None:
    """Keep a link; those of the account for the same purpose are over."""
    await tx.execute("DELETE FROM mail_link WHERE account = $1 AND purpose = $2", account, purpose)
    await tx.execute("INSERT INTO mail_link VALUES ($1, $2, $3, $4)", digest, account, purpose, expires_at)


async def account_of(c: Connection, digest: bytes, purpose: str, now: datetime) -> str | None:
    """The account a link is good for, which it stays."""
    found = await c.fetchval(
        "SELECT account FROM mail_link WHERE digest = $1 AND purpose = $2 AND expires_at > $3",
        digest,
        purpose,
        now,
    )
    return str(found) if found else None


async def use(tx: Connection, digest: bytes, purpose: str, now: datetime) -> str | None:
    """The account a link is good for; it is good once. Those that are over are swept on the way."""
    found = await tx.fetchval(
        "DELETE FROM mail_link WHERE digest = $1 AND purpose = $2 AND expires_at > $3 RETURNING account",
        digest,
        purpose,
        now,
    )
    await tx.execute("DELETE FROM mail_link WHERE expires_at < $1", now)
    return str(found) if found else None
