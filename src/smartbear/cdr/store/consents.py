"""What the Consents of patients say, kept in the Patients' rows in the transaction that writes a Consent."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

import asyncpg

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.consent import TYPE, standing
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.contracts.events import ConsentChanged, Span, publish
from smartbear.fhir import json
from smartbear.fhir.search.values import OPEN_END, OPEN_START, DateRange
from smartbear.kit.db import Connection

_PARTICIPANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids of Patients that ``users`` enrolled; of others the other components keep nothing."""

_LOCK = "SELECT r.rid FROM resource r WHERE r.rid = ANY($1::bigint[]) ORDER BY r.type_id, r.id FOR UPDATE"
_CONSENTS = """
    SELECT b.method, b.content FROM resource r JOIN body b ON b.rid = r.rid AND b.ver = r.ver
    WHERE r.patient = $1 AND r.type_id = $2 AND NOT r.deleted"""
_KEPT = "id, withheld, released, consent_number"
_SETTLE = f"""
    UPDATE resource r SET
        withheld = nullif(n.closed + $4::tstzmultirange, '{{}}'),
        released = nullif($5::tstzmultirange - $6::tstzmultirange, '{{}}'),
        consented = pg_current_xact_id(), consent_number = nextval('consent_number')
    FROM (SELECT CASE WHEN $2 THEN '{{(,)}}'::tstzmultirange - $3::tstzmultirange
                 ELSE '{{}}'::tstzmultirange END AS closed) AS n
    WHERE r.rid = $1 RETURNING {_KEPT}"""  # noqa: S608 - constants
_FIND = f"""
    SELECT {_KEPT} FROM resource
    WHERE type_id = $1 AND id = $2 AND consent_number IS NOT NULL"""  # noqa: S608 - constants
# Hidden ``now`` from the caller of a job; not hidden ``then``, or nobody knew that it would be.
_LOST = """
    SELECT EXISTS (
        SELECT FROM bulk_job j CROSS JOIN resource own
        WHERE j.id = $1 AND own.consented IS NOT NULL AND ($2::text[] IS NULL OR own.organisation = ANY($2))
            AND {now} AND ({then} IS NOT TRUE OR NOT pg_visible_in_snapshot(own.consented, j.seen)))"""
_LOST_OF = {
    "care": _LOST.format(now="own.withheld @> now()", then="own.withheld @> j.begun"),
    "research": _LOST.format(
        now="(own.released @> now()) IS NOT TRUE",
        then="(NOT coalesce(own.released @> j.begun, FALSE))",
    ),
}


async def settle(tx: Connection, dictionary: Dictionary, patients: Collection[int]) -> None:
    """Work out anew what the Consents of these patients say, and tell everybody who keeps their data.

    Of two who write Consents of one patient at once, the later one waits, and sees what the earlier did.
    """
    for locked in await tx.fetch(_LOCK, list(patients)):
        found = await tx.fetch(_CONSENTS, locked["rid"], dictionary.types[TYPE])
        consents = [json.decode(unpack(one["method"], one["content"])) for one in found]
        care, research = standing("care", consents), standing("research", consents)
        row = await tx.fetchrow(
            _SETTLE,
            locked["rid"],
            care.is_asked,
            *map(_ranges, (care.permitted, care.forbidden, research.permitted, research.forbidden)),
        )
        assert row is not None, "the row is locked"
        if _PARTICIPANT.fullmatch(row["id"]):
            await publish(tx, _changed(row))


async def present(connection: Connection, dictionary: Dictionary, patient_id: str) -> ConsentChanged | None:
    """What a patient's Consents say; None if there never was one."""
    row = await connection.fetchrow(_FIND, dictionary.types["Patient"], patient_id)
    return row and _changed(row)


async def has_lost(connection: Connection, access: Access, job: str) -> bool:
    """Whether somebody's data may be in the files of a job that its caller may not see any more."""
    if access.purpose is None:
        return False
    keepers = sorted(access.keys) if access.rows == "organisations" else None
    lost: bool = await connection.fetchval(_LOST_OF[access.purpose], job, keepers)
    return lost


def _ranges(times: Iterable[DateRange | None]) -> list["asyncpg.Range[datetime]"]:
    told = (one for one in times if one is None or one.start < one.end)
    return [asyncpg.Range(*((None, None) if one is None else _sides(one))) for one in told]


def _sides(one: DateRange) -> tuple[datetime | None, datetime | None]:
    return (None if one.start == OPEN_START else one.start), (None if one.end == OPEN_END else one.end)


def _changed(row: "asyncpg.Record") -> ConsentChanged:
    return ConsentChanged(
        subject=row["id"],
        number=row["consent_number"],
        withheld=_spans(row["withheld"]),
        released=_spans(row["released"]),
    )


def _spans(ranges: Iterable["asyncpg.Range[datetime]"] | None) -> tuple[Span, ...]:
    return tuple(Span(since=one.lower, until=one.upper) for one in ranges or ())
