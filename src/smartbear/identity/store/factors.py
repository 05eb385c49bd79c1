"""Second factors, and sign-ins that wait for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has beside its password; ``totp`` is sealed."""

    totp: bytes | None
    totp_step: int
    """The last step whose password was used."""
    passkeys: tuple[bytes, ...]
    """Their ids."""

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return self.totp is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Half:
    """A browser that knows the password, or that is setting up a second factor."""

    account: str
    challenge: bytes
    totp: bytes | None
    """A sealed secret to be set up."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as it was registered; ``public_key`` is a COSE key."""

    id: bytes
    account: str
    public_key: bytes
    sign_count: int
    created_at: datetime
    used_at: datetime | None


async def factors_of(c: Connection, account: str) -> Factors:
    """The second factors of an account."""
    row = await c.fetchrow(
        """SELECT totp, totp_step, ARRAY(SELECT id FROM passkey WHERE account = a.id) AS passkeys
           FROM account a WHERE id = $1""",
        account,
    )
    return Factors(row["totp"], row["totp_step"], tuple(row["passkeys"])) if row else Factors(None, 0, ())


async def use_step(tx: Connection, account: str, step: int) -> bool:
    """Note down a one-time password's step; False if one as late has been used meanwhile."""
    status = await tx.execute(
        "UPDATE account SET totp_step = $2 WHERE id = $1 AND totp_step < $2", account, step
    )
    return bool(status == "UPDATE 1")


async def set_totp(tx: Connection, account: str, sealed: bytes | None, step: int = 0) -> None:
    """Give an account a secret for one-time passwords, or take it away."""
    await tx.execute("UPDATE account SET totp = $2, totp_step = $3 WHERE id = $1", account, sealed, step)
    await _forget_lone_codes(tx, account)


async def put_recovery_codes(tx: Connection, account: str, digests: Sequence[bytes], now: datetime) -> None:
    """Keep an account's codes; those before are over."""
    await tx.execute("DELETE FROM recovery_code WHERE account = $1", account)
    rows = [(digest, account, now) for digest in digests]
    await tx.executemany("INSERT INTO recovery_code VALUES ($1, $2, $3)", rows)


async def recovery_codes_left(c: Connection, account: str) -> int:
    """How many codes of an account have not been used."""
    left: int = await c.fetchval("SELECT count(*) FROM recovery_code WHERE account = $1", account)
    return left


async def use_recovery_code(tx: Connection, account: str, digest: bytes) -> bool:
    """Use a code up; False if the account has none such, or another request was first."""
    status = await tx.execute("DELETE FROM recovery_code WHERE digest = $1 AND account = $2", digest, account)
    return bool(status == "DELETE 1")


async def remove_all(tx: Connection, account: str) -> None:
    """Leave an account with nothing but its password."""
    await tx.execute("DELETE FROM passkey WHERE account = $1", account)
    await set_totp(tx, account, None)


async def open_half(tx: Connection, digest: bytes, half: Half, now: datetime, expires_at: datetime) -> None:
    """Remember a half sign-in; those that are over are swept on the way."""
    await tx.execute("DELETE FROM half_sign_in WHERE expires_at < $1", now)
    await tx.execute(
        "INSERT INTO half_sign_in VALUES ($1, $2, $3, $4, $5)",
        digest,
        half.account,
        half.challenge,
        half.totp,
        expires_at,
    )


async def half(c: Connection, digest: bytes, now: datetime) -> Half | None:
    """A half sign-in that is not over."""
    row = await c.fetchrow("SELECT * FROM half_sign_in WHERE digest = $1 AND expires_at > $2", digest, now)
    return Half(str(row["account"]), row["challenge"], row["totp"]) if row else None


async def close_half(tx: Connection, digest: bytes) -> bool:
    """End a half sign-in; False if another request has just done so.

    Whoever was setting up an authenticator app for the account elsewhere begins anew: there is a factor now.
    """
    account = await tx.fetchval("DELETE FROM half_sign_in WHERE digest = $1 RETURNING account", digest)
    await tx.execute("DELETE FROM half_sign_in WHERE account = $1 AND totp IS NOT NULL", account)
    return account is not None


async def add_passkey(tx: Connection, key: Passkey) -> bool:
    """Keep a passkey; False if it is known already."""
    status = await tx.execute(
        "INSERT INTO passkey VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        key.id,
        key.account,
        key.public_key,
        key.sign_count,
        key.created_at,
    )
    return bool(status == "INSERT 0 1")


async def passkeys_of(c: Connection, account: str) -> list[Passkey]:
    """An account's passkeys, the oldest first."""
    rows = await c.fetch("SELECT * FROM passkey WHERE account = $1 ORDER BY created_at", account)
    return [_passkey(row) for row in rows]


async def use_passkey(tx: Connection, passkey: bytes, sign_count: int, now: datetime) -> None:
    """Note down that a passkey has signed."""
    await tx.execute(
        "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1", passkey, sign_count, now
    )


async def remove_passkey(tx: Connection, account: str, passkey: bytes) -> bool:
    """Forget one of an account's passkeys; False if it has none such."""
    status = await tx.execute("DELETE FROM passkey WHERE account = $1 AND id = $2", account, passkey)
    await _forget_lone_codes(tx, account)
    return bool(status == "DELETE 1")


async def _forget_lone_codes(tx: Connection, account: str) -> None:
    """Without a second factor there is nothing for recovery codes to stand in for."""
    await tx.execute(
        """DELETE FROM recovery_code WHERE account = $1
           AND NOT EXISTS (SELECT FROM account WHERE id = $1 AND totp IS NOT NULL)
           AND NOT EXISTS (SELECT FROM passkey WHERE account = $1)""",
        account,
    )


def _passkey(row: Any) -> Passkey:
    return Passkey(
        row["id"],
        str(row["account"]),
        row["public_key"],
        row["sign_count"],
        row["created_at"],
        row["used_at"],
    )
