"""Browser sessions and failed sign-ins. Tokens are kept as digests: the table opens no door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has signed in."""

    id: str
    account: str
    signed_in_at: datetime
    expires_at: datetime
    amr: tuple[str, ...]
    browser: str
    """What the browser calls itself, shortened."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A token family that is over, and whose it was."""

    family: str
    client: str
    account: str


async def open_session(
    tx: Connection,
    digest: bytes,
    account: str,
    now: datetime,
    lifetime: timedelta,
    *,
    amr: Sequence[str],
    browser: str,
) -> None:
    """Remember that a browser has signed in; sessions that are over are swept on the way."""
    await tx.execute("DELETE FROM session WHERE expires_at < $1", now)
    await tx.execute(
        """INSERT INTO session (digest, account, signed_in_at, expires_at, amr, browser)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        digest,
        account,
        now,
        now + lifetime,
        list(amr),
        browser,
    )


async def session(c: Connection, digest: bytes, now: datetime) -> Session | None:
    """A session that is not over."""
    row = await c.fetchrow("SELECT * FROM session WHERE digest = $1 AND expires_at > $2", digest, now)
    return _session(row) if row else None


async def sessions_of(c: Connection, account: str, now: datetime) -> list[Session]:
    """The browsers an account is signed in with, the newest first."""
    rows = await c.fetch(
        "SELECT * FROM session WHERE account = $1 AND expires_at > $2 ORDER BY signed_in_at DESC",
        account,
        now,
    )
    return [_session(row) for row in rows]


async def end_session(tx: Connection, digest: bytes, now: datetime) -> list[Ended]:
    """Sign a browser out, and with it every token that came from it."""
    account = await tx.fetchval("DELETE FROM session WHERE digest = $1 RETURNING account", digest)
    await _end_halves(tx, account)
    return await _revoke(tx, "session = $2", digest, now=now)


async def end_own(tx: Connection, account: str, session_id: str, now: datetime) -> list[Ended] | None:
    """Sign out one of an account's browsers, and with it every token that came from it; None: not its own."""
    digest = await tx.fetchval(
        "DELETE FROM session WHERE account = $1 AND id = $2 RETURNING digest", account, session_id
    )
    if digest is None:
        return None
    await _end_halves(tx, account)
    return await _revoke(tx, "session = $2", digest, now=now)


async def end_all(tx: Connection, account: str, now: datetime) -> list[Ended]:
    """Sign an account out of every browser and every program."""
    await tx.execute("DELETE FROM session WHERE account = $1", account)
    await _end_halves(tx, account)
    return await _revoke(tx, "account = $2", account, now=now)


async def revoke_of_client(tx: Connection, account: str, client: str, now: datetime) -> list[Ended]:
    """Sign an account out of one program."""
    return await _revoke(tx, "(account, client) = ($2, $3)", account, client, now=now)


async def _end_halves(tx: Connection, account: str | None) -> None:
    """What was begun with a password or a session does not outlive it."""
    await tx.execute("DELETE FROM half_sign_in WHERE account = $1", account)


async def _revoke(tx: Connection, which: str, *values: object, now: datetime) -> list[Ended]:
    rows = await tx.fetch(
        f"""UPDATE token_family SET revoked_at = $1 WHERE {which} AND revoked_at IS NULL
            RETURNING id, client, account""",  # noqa: S608 - one of three constants
        now,
        *values,
    )
    return [Ended(str(row["id"]), row["client"], str(row["account"])) for row in rows]


def _session(row: Any) -> Session:
    return Session(
        str(row["id"]),
        str(row["account"]),
        row["signed_in_at"],
        row["expires_at"],
        tuple(row["amr"]),
        row["browser"],
    )


async def take_try(c: Connection, digest: bytes, now: datetime, free: int, longest: timedelta) -> int | None:
    """Count a try as failed before the password is looked at, so that tries at the same time all count.

    Returns how many are left before one has to wait, which doubles with each; None: it has to wait now. A try
    is forgotten in the time of the longest wait.
    """
    failures: int | None = await c.fetchval(
        """INSERT INTO failed_sign_in AS f VALUES ($1, 1, $2)
           ON CONFLICT (digest) DO UPDATE SET (failures, blocked_until) = (
               SELECT n, CASE WHEN n < $3 THEN $2
                   ELSE $2 + least($4, interval '1 second' * 2 ^ least(n - $3, 20)) END
               FROM (SELECT 1 + greatest(0, f.failures - floor(
                   extract(epoch FROM $2::timestamptz - f.blocked_until) / extract(epoch FROM $4::interval)
                   ))::int AS n) AS counted)
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


async def give_try_back(tx: Connection, digest: bytes, now: datetime) -> None:
    """The try counted last was no guess."""
    await tx.execute(
        """UPDATE failed_sign_in SET failures = greatest(0, failures - 1),
                                     blocked_until = least(blocked_until, $2) WHERE digest = $1""",
        digest,
        now,
    )


async def forget_tries(tx: Connection, digest: bytes, now: datetime) -> None:
    """The right password was given; what nobody came back to for a day is swept on the way."""
    await tx.execute(
        "DELETE FROM failed_sign_in WHERE digest = $1 OR blocked_until < $2", digest, now - timedelta(days=1)
    )
