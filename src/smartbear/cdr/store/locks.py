"""Locks on conditions, so that of many who look and then write one looks after the others have written."""

from collections.abc import Iterable
from hashlib import blake2b

from smartbear.kit.db import Connection

_TAKE = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS k (key)"


async def take(tx: Connection, names: Iterable[str]) -> None:
    """Wait until no other transaction holds any of the names; they are free again when ``tx`` ends.

    All are taken in one order, so two transactions never wait for each other here.
    """
    await tx.execute(_TAKE, sorted({_key(name) for name in names}))


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
