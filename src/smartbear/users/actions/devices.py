"""Handing devices out and taking them back."""

from datetime import datetime

from smartbear.contracts import trail
from smartbear.contracts.events import DeviceAssigned, publish
from smartbear.contracts.people import DeviceAt, NewAssignment
from smartbear.contracts.scope import AccessScope
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, FieldError, NotFound, Unprocessable
from smartbear.users import access
from smartbear.users.actions.neighbours import Neighbours
from smartbear.users.actions.refusing import refusal
from smartbear.users.model.devices import Assignment, HeldDevice, StockedDevice
from smartbear.users.store import devices, participants, subjects


async def assign(
    context: Context, scope: AccessScope, participant_id: str, form: NewAssignment
) -> HeldDevice:
    """Hand a device to a participant of the caller's organisation; asking twice changes nothing.

    Conflict if another participant has it, unless the form says to move it.
    """
    rows = access.equipping(scope)
    now = context.clock.now()
    at = form.assigned_from or now
    if at > now:
        fault = FieldError("assigned_from", "in_future", "A device cannot be handed out in the future.")
        raise Unprocessable(errors=(fault,))
    async with context.db.transaction() as tx:
        locked = await participants.lock(tx, rows, participant_id)
        if locked is None:
            raise await refusal(tx, participant_id)
        trail.about(locked.subject)
        device = await devices.register(tx, context.new_id(), locked.organisation_id, form)
        holder = await devices.holder(tx, device.id)
        if holder != participant_id:
            if holder is not None:
                await _take_from_holder(tx, device.id, form, at)
            await devices.assign(tx, context.new_id(), device, participant_id, at)
            await _tell(
                tx, Assignment(device=device, subject=locked.subject, assigned_from=at, assigned_to=None)
            )
        held = await devices.held(tx, [participant_id])
    return next(item for item in held[participant_id] if item.id == device.id)


async def take_back(context: Context, scope: AccessScope, participant_id: str, device_id: str) -> None:
    """End a participant's assignment now; NotFound if the participant does not have the device.

    Conflict if it began this instant: an assignment lasts for some time, however short.
    """
    rows = access.equipping(scope)
    async with context.db.transaction() as tx:
        visible = await participants.lock(tx, rows, participant_id)
        if visible is None:
            raise await refusal(tx, participant_id)
        if await devices.holder(tx, device_id) != participant_id:
            raise NotFound
        ended = await devices.end(tx, device_id, context.clock.now())
        if ended is None:
            raise Conflict("The device was handed out at this very moment; please try again.")
        await _tell(tx, ended)


async def stock(context: Context, neighbours: Neighbours, scope: AccessScope) -> list[StockedDevice]:
    """All devices of the caller's organisation, who has them, and when they were last heard of."""
    rows = access.equipping(scope)
    async with context.db.connection() as connection:
        found = await devices.stock(connection, rows)
        holders = {device.participant for device in found if device.participant}
        trail.about(*(await subjects.of(connection, holders)).values())
    heard = await neighbours.last_readings([device.id for device in found], own=False)
    return [device.model_copy(update={"last_reading_at": heard.get(device.id)}) for device in found]


async def owners(context: Context, questions: list[DeviceAt]) -> list[str | None]:
    """The subject that had each device at each instant."""
    async with context.db.connection() as connection:
        return await devices.owners(connection, questions)


async def _take_from_holder(tx: Connection, device_id: str, form: NewAssignment, at: datetime) -> None:
    """End the present assignment at ``at``; Conflict if the form does not ask to, or if it began later."""
    if not form.move:
        raise devices.taken("label")
    ended = await devices.end(tx, device_id, at)
    if ended is None:
        raise devices.taken("assigned_from")
    await _tell(tx, ended)


async def _tell(tx: Connection, assignment: Assignment) -> None:
    device = assignment.device
    trail.saw(f"Device/{device.id}", assignment.subject)
    await publish(
        tx,
        DeviceAssigned(
            device_id=device.id,
            label=device.label,
            category=device.category,
            subject=assignment.subject,
            assigned_from=assignment.assigned_from,
            assigned_to=assignment.assigned_to,
        ),
    )
