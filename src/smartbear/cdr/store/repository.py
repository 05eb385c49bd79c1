"""The repository as one process has it open: its connections, what it has learnt, and its writer."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from smartbear.cdr.model.alike import Firsts
from smartbear.cdr.model.change import Draft, Written
from smartbear.cdr.model.cursor import CursorSeal
from smartbear.cdr.model.rid import RidMaker
from smartbear.cdr.settings import CdrSettings
from smartbear.cdr.store import partitions
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.indexing import Indexing
from smartbear.cdr.store.parameters import AddedParameters
from smartbear.cdr.store.pinned import Pinned
from smartbear.cdr.store.profiles import Profiles
from smartbear.cdr.store.races import told_as_conflict
from smartbear.cdr.store.recording import Events, trail_at_hand
from smartbear.cdr.store.rids import Rids
from smartbear.cdr.store.rows import Rows
from smartbear.cdr.store.search.bodies import Bodies
from smartbear.cdr.store.upkeep import Upkeep
from smartbear.cdr.store.writer import Writer
from smartbear.cdr.store.writing import Unit, Writing
from smartbear.contracts.auditing import Auditor
from smartbear.kit.context import Context
from smartbear.kit.db import Connection, Database

_KEPT_BACK = 2  # connections that exclusive transactions leave alone
_MAKER = "SELECT nextval('rid_maker')"


@dataclass(frozen=True, slots=True, eq=False)  # one is never another
class Repository:
    """What the interactions work with."""

    context: Context
    settings: CdrSettings
    db: Database
    dictionary: Dictionary
    rids: Rids
    bodies: Bodies
    writing: Writing
    writer: Writer
    upkeep: Upkeep
    parameters: AddedParameters
    indexing: Indexing
    profiles: Profiles
    firsts: Firsts
    bases: tuple[str, ...]
    """Addresses of the FHIR service, the canonical one first, each ending in «/»."""
    seal: CursorSeal
    slots: asyncio.Semaphore
    auditor: Auditor

    @classmethod
    async def connect(cls, context: Context) -> "Repository":
        """Ready to read and write."""
        async with context.db.connection() as connection:
            await partitions.ensure(connection, context.clock.now())
            maker = RidMaker(await connection.fetchval(_MAKER), context.clock)
        dictionary = await Dictionary.load(context.db)
        rids = Rids(dictionary)
        parameters = AddedParameters(context.db, dictionary)
        writing = Writing(dictionary, rids, maker, parameters)
        bases = tuple(f"{address}/fhir/" for address in context.settings.addresses())
        indexing = Indexing(dictionary, parameters, bases)
        upkeep, auditor = Upkeep(context.db), Auditor(context)
        settings = CdrSettings()
        return cls(
            context=context,
            settings=settings,
            db=context.db,
            dictionary=dictionary,
            rids=rids,
            bodies=Bodies(dictionary),
            writing=writing,
            writer=Writer(context.db, writing, indexing, context.clock, upkeep, auditor),
            upkeep=upkeep,
            parameters=parameters,
            indexing=indexing,
            profiles=Profiles(context.db, dictionary),
            firsts=Firsts(),
            bases=bases,
            seal=CursorSeal(context.key("cdr paging"), timedelta(minutes=settings.cursor_minutes)),
            slots=asyncio.Semaphore(context.db.size - _KEPT_BACK),
            auditor=auditor,
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, context: Context) -> AsyncIterator["Repository"]:
        """``connect``; on leaving, what was handed to the writer is written first."""
        repository = await cls.connect(context)
        yield repository
        await repository.writer.close()
        await repository.upkeep.close()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[Connection]:
        """A transaction for those who must look before they write.

        Two connections fewer than there are may be held so: one listens to changes all the time, and whoever
        holds one may need another for a moment.
        """
        with told_as_conflict():
            async with self.slots, self.db.transaction() as tx:
                yield tx

    def within(self, tx: Connection) -> "Repository":
        """The same repository, which reads in a transaction of the caller's."""
        return replace(self, db=Pinned(tx))

    async def write_in(self, tx: Connection, unit: Unit) -> list[Written]:
        """Write in a transaction of the caller's; raises what any change of the unit meets."""
        events = Events(self.auditor)
        tell = partial(events.add, trail_at_hand())
        [result] = await self.writing.apply(tx, [unit], self.context.clock.now(), [tell], events)
        if isinstance(result, Exception):
            raise result
        events.are_told()
        self.upkeep.written(len(unit))
        return result

    async def rows_of(self, drafts: Iterable[Draft]) -> list[Rows]:
        """The index rows of some drafts."""
        return await self.indexing.rows_of(drafts)
