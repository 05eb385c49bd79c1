"""Clients that administrators made, and the assertions they have used up."""

from datetime import datetime

from smartbear.identity.model.accounts import Client
from smartbear.kit.db import Connection


async def put(tx: Connection, client: Client, now: datetime) -> bool:
    """Add a client, or give one that is there what it has now; what it proved itself with before is over.

    Returns whether it is new.
    """
    is_new: bool = await tx.fetchval(
        """INSERT INTO client (id, name, secret_hash, keys, scopes, grants, services, redirects, after_logout,
                               backchannel_logout, created_at, is_ours)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (id) DO UPDATE SET
               secret_hash = excluded.secret_hash, keys = excluded.keys, scopes = excluded.scopes,
               services = excluded.services
           RETURNING xmax = 0""",
        client.id,
        client.name,
        client.secret_hash,
        dict(client.keys) if client.keys else None,
        list(client.scopes),
        list(client.grants),
        list(client.services),
        list(client.redirects),
        list(client.after_logout),
        client.backchannel_logout,
        now,
        client.is_ours,
    )
    return is_new


async def remove(tx: Connection, client_id: str) -> bool:
    """Forget a client an administrator made; False if there is none."""
    return bool(await tx.execute("DELETE FROM client WHERE id = $1", client_id) == "DELETE 1")


async def client(c: Connection, client_id: str) -> Client | None:
    """A client an administrator made."""
    row = await c.fetchrow("SELECT * FROM client WHERE id = $1", client_id)
    if row is None:
        return None
    return Client(
        row["id"],
        row["name"],
        tuple(row["grants"]),
        tuple(row["scopes"]),
        tuple(row["services"]),
        tuple(row["redirects"]),
        tuple(row["after_logout"]),
        row["backchannel_logout"],
        row["secret_hash"],
        row["keys"],
        row["is_ours"],
    )


async def use_assertion(tx: Connection, digest: bytes, expires_at: datetime, now: datetime) -> bool:
    """Note down an assertion; False if it has been used before. Those that are over are swept on the way."""
    await tx.execute("DELETE FROM used_assertion WHERE expires_at < $1", now)
    status = await tx.execute(
        "INSERT INTO used_assertion VALUES ($1, $2) ON CONFLICT DO NOTHING", digest, expires_at
    )
    return bool(status == "INSERT 0 1")
