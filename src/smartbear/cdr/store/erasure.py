"""Removing one patient's whole record: every version, deleted resources, and what they were found by.

As with ``expunge`` the rows of ``resource`` stay, empty: others refer to them, and processes remember rids.
"""

import re
from collections.abc import Collection

from smartbear.cdr.model.access import BY_CONTEXT
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.subjects import PATIENT
from smartbear.cdr.store.tables import DISCARD
from smartbear.kit.db import Connection

CHUNK = 500
"""Resources in a transaction."""
_SCANNED = 50_000  # rows that one statement looks at
_PREFETCH = 20  # versions in memory: each may have megabytes
_BINARY = re.compile(rb"Binary/([A-Za-z0-9.-]{1,64})")

_RID = "SELECT rid FROM resource WHERE type_id = $1 AND id = $2"
_OWN = "SELECT rid FROM resource WHERE patient = $1 AND ver > 0 ORDER BY type_id, id LIMIT $2 FOR UPDATE"
_CONTENTS = "SELECT method, content FROM body WHERE rid = ANY($1::bigint[]) AND content IS NOT NULL"
_ATTACHED = """
    SELECT rid FROM resource WHERE type_id = $1 AND ver > 0
        AND (patient = ANY($2::bigint[]) OR patient IS NULL AND id = ANY($3::text[])) FOR UPDATE"""
_GONE = """
    INSERT INTO type_delta SELECT type_id, -count(*) FROM resource
    WHERE rid = ANY($1::bigint[]) AND NOT deleted GROUP BY type_id"""
_EMPTY = """
    UPDATE resource SET ver = 0, deleted = TRUE, patient = NULL, organisation = NULL, digest = NULL,
        withheld = NULL, released = NULL, consented = NULL, consent_number = NULL
    WHERE rid = ANY($1::bigint[])"""
_REMOVE = "DELETE FROM body WHERE rid = ANY($1::bigint[])"
_NEXT = "SELECT max(rid) FROM (SELECT rid FROM resource WHERE rid > $1 ORDER BY rid LIMIT $2) AS few"
_REMOVE_FORMER = """
    DELETE FROM body b USING resource r
    WHERE r.rid > $2 AND r.rid <= $3 AND r.ver > 1 AND r.patient IS DISTINCT FROM $1
        AND b.rid = r.rid AND b.patient = $1 AND b.ver < r.ver"""
_FILES = "DELETE FROM bulk_job WHERE (kind = 'export' AND begun < $1) OR ended IS NOT NULL"
_MENTIONS = """
    SELECT count(DISTINCT x.rid) FROM ix_ref x JOIN resource r ON r.rid = x.rid
    WHERE x.target = $1 AND NOT r.deleted"""


async def rid_of(connection: Connection, dictionary: Dictionary, subject: str) -> int | None:
    """The patient's rid; None if nobody has ever been told of such a patient."""
    found: int | None = await connection.fetchval(_RID, dictionary.types[PATIENT], subject)
    return found


async def remove_some(tx: Connection, dictionary: Dictionary, patient: int) -> list[int]:
    """Remove some of the patient's resources with their Binaries; returns their rids, none at the end."""
    own = [row["rid"] for row in await tx.fetch(_OWN, patient, CHUNK)]
    if not own:
        return []
    named = await _binaries_named(tx, own)
    rows = await tx.fetch(_ATTACHED, dictionary.types[BY_CONTEXT], own, sorted(named))
    rids = [*own, *(row["rid"] for row in rows)]
    for statement in (_GONE, _REMOVE, DISCARD, _EMPTY):
        await tx.execute(statement, rids)
    return rids


async def _binaries_named(tx: Connection, rids: Collection[int]) -> set[str]:
    """Ids of Binaries that any version of these resources points to: the addresses of attachments."""
    named: set[str] = set()
    async for row in tx.cursor(_CONTENTS, rids, prefetch=_PREFETCH):
        named |= {found.decode() for found in _BINARY.findall(unpack(row["method"], row["content"]))}
    return named


async def remove_former(connection: Connection, patient: int) -> int:
    """Remove earlier versions of what was the patient's once and is another's now, such as a device."""
    removed = after = 0
    while (last := await connection.fetchval(_NEXT, after, _SCANNED)) is not None:
        status = await connection.execute(_REMOVE_FORMER, patient, after, last)
        removed, after = removed + int(status.rpartition(" ")[2]), last
    return removed


async def remove_files(tx: Connection, now: object) -> None:
    """Remove the files of exports, which may hold the record, and what is left of imports that have ended."""
    await tx.execute(_FILES, now)


async def mentions(connection: Connection, patient: int) -> int:
    """How many resources of nobody's, or of somebody else's, refer to the patient."""
    found: int = await connection.fetchval(_MENTIONS, patient)
    return found
