"""Connections to PostgreSQL in the name of one component.

A component's role owns the schema of the same name and can see no other; the role and the search path are set
when a connection starts, and nothing resets them between uses (a reset would double the cost of a read).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import orjson

from smartbear.kit.errors import TooCostly, Unavailable
from smartbear.kit.together import Together

type_codecs = ("json", "jsonb")

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[Any]
    """What store functions take: a connection, inside a transaction or not."""
else:
    Connection = asyncpg.Connection  # generic for the type checker only

Reader = Connection | Together
"""What store functions take that read by statements of which each may stand alone."""

_BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

FAULTS = (asyncpg.PostgresError, *_BROKEN, Unavailable)
"""What a connection raises when the database refuses a statement, or is not there."""

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, recovering
    asyncpg.InsufficientResourcesError,  # disk, memory or connections have run out
)
BEFORE_COMMIT: ContextVar[Callable[[Connection], Awaitable[None]] | None] = ContextVar(
    "before_commit", default=None
)
"""What the request at hand adds to its transactions just before they commit; if that fails, so do they."""

_CONNECT_SECONDS = 5.0
_WAIT_SECONDS = 10.0  # for a connection that others use
_PATIENCE = 5.0  # seconds a statement gets beyond the limit PostgreSQL itself keeps, should the server hang
_IDLE_SECONDS = 60.0  # an unused connection costs PostgreSQL a process of some megabytes


def role_of(component: str) -> str:
    """The database role of a component."""
    return f"smartbear_{component}"


class Database:
    """A small pool of connections that belong to one component."""

    def __init__(self, pool: "asyncpg.Pool[Any]", size: int) -> None:
        self._pool = pool
        self._spare: list[Connection] = []
        self._waiting = 0
        self._closing = False
        self._retirement: asyncio.TimerHandle | None = None
        self._retiring: asyncio.Task[None] | None = None
        self.size = size
        """Connections it holds at most."""
        self.together: Reader = Together(self._execute)
        """For statements that read, each alone: those alike that wait at the same time go together."""
        self.beside = self
        """One connection more, for those who hold one and need another for a moment: they wait for nobody
        who could wait for them."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        component: str,
        *,
        connections: int = 10,
        statement_timeout: float = 30.0,
        settings: dict[str, str] | None = None,
    ) -> AsyncIterator["Database"]:
        """Connect as ``component``; ``settings`` are extra session parameters of PostgreSQL."""
        make = partial(
            asyncpg.create_pool,
            url,
            min_size=0,
            max_inactive_connection_lifetime=_IDLE_SECONDS,
            timeout=_CONNECT_SECONDS,
            command_timeout=statement_timeout + _PATIENCE,
            init=_prepare,
            reset=_keep_as_is,
            server_settings={
                "role": role_of(component),
                "search_path": component,
                "application_name": f"smartbear {component}",
                "timezone": "UTC",
                "statement_timeout": str(int(statement_timeout * 1000)),
                **(settings or {}),
            },
        )
        database = cls(await make(max_size=connections), connections)
        database.beside = cls(await make(max_size=1), 1)
        try:
            yield database
        finally:
            await database.close()
            await database.beside.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection outside a transaction: each statement stands alone.

        Unavailable if there is none, or if it is lost inside the block, when nobody knows whether what the
        block did has been committed. TooCostly for a statement that takes longer than it may.
        """
        acquired, well = await self._acquire(), False
        try:
            yield acquired
            well = True
        except (asyncpg.QueryCanceledError, TimeoutError) as error:
            raise TooCostly from error
        except _GONE as error:
            raise Unavailable from error
        except _BROKEN as error:
            if _is_lost(acquired):
                raise Unavailable from error
            raise
        finally:
            if well and not (self._waiting or self._closing):
                self._keep(acquired)
            else:
                await self._release(acquired)

    async def _execute(
        self, sql: str, values: Sequence[Sequence[Any]], seconds: float | None
    ) -> list[asyncpg.Record]:
        async with self.connection() as connection:
            if len(values) == 1:
                return await connection.fetch(sql, *values[0], timeout=seconds)
            return await connection.fetchmany(sql, values, timeout=seconds)

    async def _acquire(self) -> Connection:
        while self._spare:
            spare = self._spare.pop()
            if not _is_lost(spare):
                return spare
            await self._release(spare)
        self._waiting += 1
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                return cast("Connection", await self._pool.acquire())
        except (*_GONE, *_BROKEN) as error:
            raise Unavailable from error
        finally:
            self._waiting -= 1

    async def _release(self, connection: Connection) -> None:
        await self._pool.release(cast("PoolConnectionProxy[Any]", connection))

    def _keep(self, connection: Connection) -> None:
        """Hold it for the next use: a way through the pool costs a tenth of a read."""
        self._spare.append(connection)
        if self._retirement is None:
            self._retirement = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._retire)

    def _retire(self) -> None:
        """Hand all of them to the pool, which closes those that nobody asks for again."""
        self._retirement = None
        self._retiring = asyncio.create_task(self._give_back())

    async def _give_back(self) -> None:
        while self._spare:
            await self._release(self._spare.pop())

    async def close(self) -> None:
        """Give all connections back."""
        self._closing = True
        if self._retirement:
            self._retirement.cancel()
        if self._retiring:
            await self._retiring
        await self._give_back()
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction that commits when the block ends well, and only then."""
        async with self.connection() as connection, connection.transaction():
            yield connection
            if add := BEFORE_COMMIT.get():
                await add(connection)


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[Connection]:
    """One connection as the database's owner, for plumbing that belongs to no component.

    Raises Unavailable if the server cannot be reached within two seconds. A statement gets ten.
    """
    try:
        connection = await asyncpg.connect(url, timeout=2, command_timeout=10)
    except (asyncpg.PostgresError, *_BROKEN) as error:
        raise Unavailable from error
    try:
        yield cast("Connection", connection)
    finally:
        await connection.close(timeout=2)


def _is_lost(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken the dead one back already
        return True


async def _prepare(connection: Connection) -> None:
    for name in type_codecs:
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads, format="text"
        )


async def _keep_as_is(_connection: Connection) -> None:
    """Leave session state alone on release: no component changes it."""


def _encode_json(value: object) -> str:
    return orjson.dumps(value).decode()
