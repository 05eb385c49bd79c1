"""Reading inside a transaction with what otherwise takes a connection of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from smartbear.kit.db import Connection, Database


class Pinned(Database):
    """One connection, which is the caller's, in place of a pool."""

    def __init__(self, connection: Connection) -> None:  # no pool to set up
        self._one = self.together = connection
        self.size = 1

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The connection as it is: in the caller's transaction."""
        yield self._one

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A part of the caller's transaction."""
        async with self._one.transaction():
            yield self._one
