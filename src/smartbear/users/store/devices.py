"""Devices and whose they are at which time."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from smartbear.contracts.people import DeviceAt, NewAssignment
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, FieldError
from smartbear.users.model.devices import Assignment, Device, HeldDevice, StockedDevice
from smartbear.users.model.rows import Rows


async def register(
    connection: Connection, device_id: str, organisation_id: str, form: NewAssignment
) -> Device:
    """The organisation's device with this label, made if it is new, locked until the transaction ends.

    Conflict if the label belongs to a device of another category.
    """
    row = await connection.fetchrow(
        """INSERT INTO device AS d (id, organisation_id, label, category, status)
           VALUES ($1, $2, $3, $4, 'active')
           ON CONFLICT (organisation_id, label) DO UPDATE SET label = excluded.label
           RETURNING d.id::text, d.label, d.category, d.status""",
        device_id,
        organisation_id,
        form.label,
        form.category,
    )
    assert row is not None
    device = Device.model_validate(dict(row))
    if device.category != form.category:
        fault = FieldError("category", "mismatch", "The device with this label is of another category.")
        raise Conflict(errors=(fault,))
    return device


async def holder(connection: Connection, device_id: str) -> str | None:
    """The participant who has the device without an end."""
    found: str | None = await connection.fetchval(
        "SELECT participant_id FROM device_assignment WHERE device_id = $1 AND upper_inf(during)", device_id
    )
    return found


async def assign(
    connection: Connection, assignment_id: str, device: Device, participant_id: str, at: datetime
) -> None:
    """Begin an assignment; Conflict if it would overlap another, also one that has ended."""
    try:
        await connection.execute(
            """INSERT INTO device_assignment (id, device_id, device_number, participant_id, during)
               SELECT $1, d.id, d.number, $3, tstzrange($4, NULL) FROM device d WHERE d.id = $2""",
            assignment_id,
            device.id,
            participant_id,
            at,
        )
    except asyncpg.ExclusionViolationError:
        raise taken("assigned_from") from None


async def end(connection: Connection, device_id: str, at: datetime) -> Assignment | None:
    """End the open assignment of a device; None if there is none that began before ``at``."""
    row = await connection.fetchrow(
        """UPDATE device_assignment a SET during = tstzrange(lower(a.during), $2)
           FROM device d, participant p
           WHERE a.device_id = $1 AND upper_inf(a.during) AND lower(a.during) < $2
             AND d.id = a.device_id AND p.id = a.participant_id
           RETURNING json_build_object('id', d.id, 'label', d.label, 'category', d.category,
                                       'status', d.status) AS device,
                     p.subject::text, lower(a.during) AS assigned_from, upper(a.during) AS assigned_to""",
        device_id,
        at,
    )
    return Assignment.model_validate(dict(row)) if row else None


async def held(connection: Connection, participant_ids: Sequence[str]) -> dict[str, list[HeldDevice]]:
    """The devices each participant has or had, newest assignment first."""
    found = await connection.fetch(
        """SELECT participant_id, id::text, label, category, status, assigned_from, assigned_to
           FROM holding WHERE participant_id = ANY($1::text[]) ORDER BY assigned_from DESC, label""",
        participant_ids,
    )
    devices: dict[str, list[HeldDevice]] = {participant_id: [] for participant_id in participant_ids}
    for row in found:
        values = {name: value for name, value in row.items() if name != "participant_id"}
        devices[row["participant_id"]].append(HeldDevice.model_validate(values))
    return devices


async def stock(connection: Connection, rows: Rows) -> list[StockedDevice]:
    """The devices of the organisations of ``rows``, by label, with who has them."""
    found = await connection.fetch(
        """SELECT d.id::text, d.label, d.category, d.status, h.participant_id AS participant, h.assigned_from
           FROM device d LEFT JOIN holding h ON h.id = d.id AND h.assigned_to IS NULL
           WHERE d.organisation_id = ANY($1::uuid[]) ORDER BY d.label""",
        rows.organisations,
    )
    return [StockedDevice.model_validate(dict(row)) for row in found]


async def owners(connection: Connection, questions: Sequence[DeviceAt]) -> list[str | None]:
    """The subject that had each device at each instant, in the order asked."""
    found = await connection.fetch(
        """SELECT p.subject::text
           FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS q (device, at, n)
           LEFT JOIN device_assignment a ON a.device_id = q.device AND a.during @> q.at
           LEFT JOIN participant p ON p.id = a.participant_id ORDER BY q.n""",
        [question.device_id for question in questions],
        [question.at for question in questions],
    )
    return [row["subject"] for row in found]


def taken(path: str) -> Conflict:
    """Another participant has or had the device at that time."""
    fault = FieldError(path, "device_taken", "Another participant has the device at this time.")
    return Conflict(errors=(fault,))
