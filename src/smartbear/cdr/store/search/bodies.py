"""What clients get of the versions that searches found lately.

A version never changes, so one that was read once can be kept. Which versions there are and who sees them the
database says each time. The instant is looked at too: what was expunged may be made again, from version 1.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg
import msgspec

from smartbear.cdr.model.body import versioned
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.search.pages import Row
from smartbear.cdr.store.subjects import PATIENT
from smartbear.kit.db import Reader

_ROOM = 64 << 20  # bytes
_LARGEST = 1 << 16  # bytes of a body that is kept: large ones are rare, and would drive out hundreds
_OVERHEAD = 500  # bytes that one takes beside its content

_READ = f"""
    SELECT b.rid, b.ver, b.upd, r.type_id, r.id, b.method,
        CASE WHEN octet_length(b.content) <= {_LARGEST} THEN b.content END,
        CASE WHEN o.type_id = $3 THEN o.id END
    FROM unnest($1::bigint[], $2::int[]) AS k (rid, ver)
    JOIN body b ON b.rid = k.rid AND b.ver = k.ver JOIN resource r ON r.rid = k.rid
    LEFT JOIN resource o ON o.rid = b.patient
    WHERE b.content IS NOT NULL"""  # noqa: S608 - a number above
_READ_LARGE = "SELECT content FROM body WHERE rid = $1 AND ver = $2 AND content IS NOT NULL"


class Rendered(msgspec.Struct, frozen=True, gc=False):
    """A version of a resource as a client gets it, after its address and what follows that in a Bundle."""

    version: int
    updated: datetime
    entry: bytes
    """``Observation/1","resource":{…}``: an entry from behind the base of its ``fullUrl``."""
    head: int
    """Bytes of ``entry`` before the resource."""
    reference: str
    """``Type/id``."""
    subject: str | None
    """The id of the patient in whose record the version is."""

    @property
    def json(self) -> bytes:
        """The resource alone."""
        return self.entry[self.head :]


class Bodies:
    """Those at hand in this process."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._kept: dict[int, Rendered] = {}
        self._size = 0

    async def of(self, connection: Reader, rows: Sequence[Row], room: int) -> tuple[dict[int, Rendered], int]:
        """By their rids, the versions that rows of rid, ver and upd name, without those expunged since.

        And how many of the rows were looked at: no more once ``room`` bytes are full, but one at least.
        """
        found, missing = {}, []
        for row in rows:
            one = self._kept.get(row[0])
            if one and one.version == row[1] and one.updated == row[2]:
                found[row[0]] = one
            else:
                missing.append(row)
        left = room - sum(len(one.entry) for one in found.values())
        if not missing:
            return found, len(rows)
        read, looked = await self._read(connection, missing, left)
        cut = len(rows) if looked == len(missing) else rows.index(missing[looked])
        return found | read, cut

    async def _read(
        self, connection: Reader, rows: Sequence[Row], room: int
    ) -> tuple[dict[int, Rendered], int]:
        """Those not at hand; nothing seen inside a transaction is kept, it may never commit."""
        patient = self._dictionary.types[PATIENT]
        read = await connection.fetch(_READ, [row[0] for row in rows], [row[1] for row in rows], patient)
        by_rid = {row[0]: row for row in read}
        found: dict[int, Rendered] = {}
        for position, row in enumerate(rows):
            if room <= 0 and position:
                return found, position
            one = await self._one(connection, by_rid[row[0]]) if row[0] in by_rid else None
            if one:
                found[row[0]] = one
                room -= len(one.entry)
        return found, len(rows)

    async def _one(self, connection: Reader, row: asyncpg.Record) -> Rendered | None:
        """Large contents are fetched one by one: a page of them would fill the memory."""
        content = row[6] if row[6] is not None else await connection.fetchval(_READ_LARGE, row[0], row[1])
        if content is None:
            return None
        one = self._rendered(row, content)
        if not connection.is_in_transaction():
            self._keep(row[0], one)
        return one

    def _rendered(self, row: asyncpg.Record, content: bytes) -> Rendered:
        _, version, updated, type_id, resource_id, method, _, subject, *_ = row
        kind = self._dictionary.type_names[type_id]
        reference = f"{kind}/{resource_id}"
        head = f'{reference}","resource":'.encode()
        body = versioned(unpack(method, content), kind, resource_id, version, updated)
        return Rendered(version, updated, head + body, len(head), reference, subject)

    def forget(self, rids: Iterable[int]) -> None:
        """Let go of those that were expunged, which the other processes do when they need the room."""
        for rid in rids:
            self._drop(rid)

    def _keep(self, rid: int, one: Rendered) -> None:
        self._drop(rid)
        if len(one.entry) > _LARGEST:
            return
        self._kept[rid] = one
        self._size += len(one.entry) + _OVERHEAD
        while self._size > _ROOM:
            self._drop(next(iter(self._kept)))

    def _drop(self, rid: int) -> None:
        gone = self._kept.pop(rid, None)
        if gone:
            self._size -= len(gone.entry) + _OVERHEAD
