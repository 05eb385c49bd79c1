"""The keys of persons as a process holds them.

A key's salt is made, and committed by itself, before the first record that needs it. Processes forget what
they hold every ten minutes: until then one may go on to seal under a key that has been erased, and nobody
will ever read what it sealed.
"""

import secrets
import time
from collections.abc import Collection, Mapping

from smartbear.kit.audit.appending import required
from smartbear.kit.audit.sealing import SubjectKey, name_of
from smartbear.kit.db import Connection, Database

_HELD_SECONDS = 600.0
_MOST = 50_000  # keys of some 500 bytes, or a thousand with what they sealed last
_SALT = 32  # bytes


class Keys:
    """Keys by person; a person without one gets one."""

    def __init__(self, db: Database, master: bytes) -> None:
        self._db, self._master = db.beside, master
        self._held: dict[str, SubjectKey] = {}
        self._until = 0.0

    async def of(self, subjects: Collection[str]) -> Mapping[str, SubjectKey]:
        """At least the keys of ``subjects``. Unavailable if they cannot be had."""
        now = time.monotonic()
        if now > self._until or len(self._held) > _MOST:
            self._held, self._until = {}, now + _HELD_SECONDS
        missing = [subject for subject in subjects if subject not in self._held]
        if missing:
            await self._fetch(missing)
        return self._held

    async def known(self, subject: str) -> SubjectKey | None:
        """The key of a person the trail knows; for others none is made.

        Whoever measures how long it takes learns nothing: it is asked for each time. Unavailable as ``of``.
        """
        with required():
            async with self._db.connection() as connection:
                salt = await connection.fetchval("SELECT audit.salt($1)", name_of(self._master, subject))
        key = SubjectKey(self._master, subject, salt or bytes(_SALT))
        return key if salt else None

    async def _fetch(self, subjects: Collection[str]) -> None:
        held, asked = self._held, list(dict.fromkeys(subjects))
        names = [name_of(self._master, subject) for subject in asked]
        proposed = [secrets.token_bytes(_SALT) for _ in asked]
        with required():
            async with self._db.connection() as connection:
                salts = await connection.fetchval("SELECT audit.salts($1, $2)", names, proposed)
        for subject, salt in zip(asked, salts, strict=True):
            held[subject] = SubjectKey(self._master, subject, salt)


async def forget(connection: Connection, master: bytes, subjects: Collection[str]) -> None:
    """Erase persons from the trail: what is sealed about them is unreadable for ever. For ``users`` alone."""
    await connection.execute("SELECT audit.forget($1)", [name_of(master, subject) for subject in subjects])
