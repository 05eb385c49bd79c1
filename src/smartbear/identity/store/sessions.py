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


async def end_all(tx: Connection, account: str, now: datetime) -> None:
    """Sign an account out of every browser and every program."""
    await tx.execute("DELETE FROM session WHERE account = $1", account)
    await tx.execute(
        "UPDATE token_family SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL", account, now
    )


async def take_try(c: Connection, digest: bytes, now: datetime, free: int, longest: timedelta) -> int | None:
    """Count a try as failed before the password is looked at, so that tries at the same time all count.

    Returns how many are left before one has to wait, which doubles with each; None: it has to wait now.
    """
    failures: int | None = await c.fetchval(
        """INSERT INTO failed_sign_in AS f VALUES ($1, 1, $2)
           ON CONFLICT (digest) DO UPDATE SET
               failures = f.failures + 1,
               blocked_until = CASE WHEN f.failures + 1 < $3 THEN $2
                   ELSE $2 + least($4, interval '1 second' * 2 ^ least(f.failures + 1 - $3, 20)) END
           WHERE f.blocked_until <= $2
           RETURNING failures""",
        digest,
        now,
        free,
        longest,
    )
    return None if failures is None else max(0, free - failures)


async def blocked_until(c: Connection, digest: bytes) -> datetime | None:
    """Until when nobody may try this name from this address."""
    until: datetime | None = await c.fetchval(
        "SELECT blocked_until FROM failed_sign_in WHERE digest = $1", digest
    )
    return until


async def forget_tries(tx: Connection, digest: bytes, now: datetime) -> None:
    """The right password was given; what nobody came back to for a day is swept on the way."""
    await tx.execute(
        "DELETE FROM failed_sign_in WHERE digest = $1 OR blocked_until < $2", digest, now - timedelta(days=1)
    )
