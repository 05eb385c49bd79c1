"""Browser sessions and failed sign-ins. Tokens are kept as digests: the table opens no door."""

from datetime import datetime, timedelta

from smartbear.kit.db import Connection


async def open_session(
    tx: Connection, digest: bytes, account: str, now: datetime, lifetime: timedelta
) -> None:
    """Remember that a browser has signed in; sessions that are over are swept on the way."""
    await tx.execute("DELETE FROM session WHERE expires_at < $1", now)
    await tx.execute("INSERT INTO session VALUES ($1, $2, $3, $4)", digest, account, now, now + lifetime)


async def session(c: Connection, digest: bytes, now: datetime) -> tuple[str, datetime] | None:
    """The account of a session and when it began."""
    row = await c.fetchrow(
        "SELECT account, signed_in_at FROM session WHERE digest = $1 AND expires_at > $2", digest, now
    )
    return (str(row["account"]), row["signed_in_at"]) if row else None


async def end_session(tx: Connection, digest: bytes, now: datetime) -> None:
    """Sign a browser out, and with it every token that came from it."""
    await tx.execute("DELETE FROM session WHERE digest = $1", digest)
    await tx.execute(
        "UPDATE token_family SET revoked_at = $2 WHERE session = $1 AND revoked_at IS NULL", digest, now
    )


async def blocked_until(c: Connection, digest: bytes) -> datetime | None:
    """Until when nobody may try this name from this address."""
    until: datetime | None = await c.fetchval(
        "SELECT blocked_until FROM failed_sign_in WHERE digest = $1", digest
    )
    return until


async def note_failure(tx: Connection, digest: bytes, now: datetime, free: int, longest: timedelta) -> None:
    """Count a failure; after ``free`` ones the next try has to wait, twice as long each time."""
    await tx.execute("DELETE FROM failed_sign_in WHERE blocked_until < $1", now - timedelta(days=1))
    await tx.execute(
        """INSERT INTO failed_sign_in VALUES ($1, 1, $2)
           ON CONFLICT (digest) DO UPDATE SET
               failures = failed_sign_in.failures + 1,
               blocked_until = CASE WHEN failed_sign_in.failures < $3 THEN $2
                   ELSE $2 + least($4, interval '1 second' * 2 ^ least(failed_sign_in.failures - $3, 20))
               END""",
        digest,
        now,
        free,
        longest,
    )


async def forget_failures(tx: Connection, digest: bytes) -> None:
    """The right password was given."""
    await tx.execute("DELETE FROM failed_sign_in WHERE digest = $1", digest)
