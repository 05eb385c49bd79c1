"""Authorisation codes and refresh tokens, in families: what came from one sign-in falls together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.identity.model.accounts import Grant
from smartbear.identity.store.sessions import Ended
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code as it was issued."""

    grant: Grant
    redirect_uri: str
    challenge: str
    expires_at: datetime
    is_first_use: bool
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class FoundRefresh:
    """A refresh token as it was issued."""

    grant: Grant
    expires_at: datetime
    is_first_use: bool
    is_revoked: bool


_FAMILY = "f.id AS family, f.account, f.client, f.scope, f.signed_in_at, f.revoked_at, f.amr, f.claims"


async def start_family(tx: Connection, grant: Grant, session: bytes | None, expires_at: datetime) -> None:
    """Begin what one sign-in gives one client; families that are over are swept on the way."""
    await tx.execute(
        "DELETE FROM token_family WHERE expires_at < $1::timestamptz - interval '1 day'", grant.signed_in_at
    )
    await tx.execute(
        """INSERT INTO token_family (id, account, client, scope, signed_in_at, session, expires_at, amr,
                                     claims)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        grant.family,
        grant.account,
        grant.client,
        grant.scope,
        grant.signed_in_at,
        session,
        expires_at,
        list(grant.amr),
        dict(grant.claims),
    )


async def insert_code(
    tx: Connection,
    digest: bytes,
    grant: Grant,
    *,
    redirect_uri: str,
    challenge: str,
    expires_at: datetime,
) -> None:
    """Keep a code until it is used."""
    await tx.execute(
        "INSERT INTO authorization_code VALUES ($1, $2, $3, $4, $5, $6)",
        digest,
        grant.family,
        redirect_uri,
        challenge,
        grant.nonce,
        expires_at,
    )


async def use_code(tx: Connection, digest: bytes, now: datetime) -> FoundCode | None:
    """A code, marked as used by this call; the row lock lets one of two racing calls be the first."""
    row = await tx.fetchrow(
        f"""SELECT c.*, {_FAMILY} FROM authorization_code c JOIN token_family f ON f.id = c.family
            WHERE c.digest = $1 FOR UPDATE OF c""",  # noqa: S608 - constant
        digest,
    )
    if row is None:
        return None
    await tx.execute(
        "UPDATE authorization_code SET used_at = coalesce(used_at, $2) WHERE digest = $1", digest, now
    )
    return FoundCode(
        _grant(row, row["nonce"]),
        row["redirect_uri"],
        row["challenge"],
        row["expires_at"],
        row["used_at"] is None,
        row["revoked_at"] is not None,
    )


async def insert_refresh(tx: Connection, digest: bytes, family: str, expires_at: datetime) -> None:
    """Keep a refresh token, and its family as long."""
    await tx.execute("INSERT INTO refresh_token VALUES ($1, $2, $3)", digest, family, expires_at)
    await tx.execute(
        "UPDATE token_family SET expires_at = greatest(expires_at, $2) WHERE id = $1", family, expires_at
    )


async def use_refresh(tx: Connection, digest: bytes, now: datetime) -> FoundRefresh | None:
    """A refresh token, marked as used by this call."""
    row = await tx.fetchrow(
        f"""SELECT r.expires_at, r.used_at, {_FAMILY}
            FROM refresh_token r JOIN token_family f ON f.id = r.family
            WHERE r.digest = $1 FOR UPDATE OF r""",  # noqa: S608 - constant
        digest,
    )
    if row is None:
        return None
    await tx.execute(
        "UPDATE refresh_token SET used_at = coalesce(used_at, $2) WHERE digest = $1", digest, now
    )
    return FoundRefresh(_grant(row), row["expires_at"], row["used_at"] is None, row["revoked_at"] is not None)


async def family_of_refresh(c: Connection, digest: bytes) -> tuple[str, str] | None:
    """The family and the client of a refresh token."""
    row = await c.fetchrow(
        """SELECT f.id, f.client FROM refresh_token r JOIN token_family f ON f.id = r.family
           WHERE r.digest = $1""",
        digest,
    )
    return (str(row["id"]), row["client"]) if row else None


async def revoke(tx: Connection, family: str, now: datetime) -> list[Ended]:
    """End a family: none of its tokens is good any more."""
    rows = await tx.fetch(
        """UPDATE token_family SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
           RETURNING client, account""",
        family,
        now,
    )
    return [Ended(family, row["client"], str(row["account"])) for row in rows]


async def is_revoked(c: Connection, family: str) -> bool:
    """Whether a family has ended, or was never there."""
    row = await c.fetchrow("SELECT revoked_at FROM token_family WHERE id = $1", family)
    return row is None or row["revoked_at"] is not None


async def refresh_in_force(c: Connection, digest: bytes, now: datetime) -> tuple[Grant, datetime] | None:
    """What a refresh token would give if it were used now, and until when it would."""
    row = await c.fetchrow(
        f"""SELECT r.expires_at, {_FAMILY} FROM refresh_token r JOIN token_family f ON f.id = r.family
            WHERE r.digest = $1 AND r.used_at IS NULL AND r.expires_at > $2 AND f.revoked_at IS NULL""",  # noqa: S608 - constant
        digest,
        now,
    )
    return (_grant(row), row["expires_at"]) if row else None


async def wanted_claims(c: Connection, family: str) -> Mapping[str, Sequence[str]]:
    """The claims a client asked for by name."""
    found: Mapping[str, Sequence[str]] | None = await c.fetchval(
        "SELECT claims FROM token_family WHERE id = $1", family
    )
    return found or {}


def _grant(row: Any, nonce: str | None = None) -> Grant:
    return Grant(
        str(row["account"]),
        row["client"],
        row["scope"],
        str(row["family"]),
        row["signed_in_at"],
        nonce,
        tuple(row["amr"]),
        {place: tuple(names) for place, names in row["claims"].items()},
    )
