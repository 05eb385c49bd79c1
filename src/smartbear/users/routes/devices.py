"""Devices: the organisation's list, handing out, taking back."""

from fastapi import APIRouter, status
from pydantic import BaseModel

from smartbear.contracts.people import NewAssignment
from smartbear.kit.routing import StrictRoute
from smartbear.users.actions import devices
from smartbear.users.model.devices import HeldDevice, StockedDevice
from smartbear.users.routes.dependencies import Ctx, Near, ParticipantId, Scope, ThingId

router = APIRouter(prefix="/api", tags=["devices"], route_class=StrictRoute)


class StockedDevices(BaseModel):
    """The devices of an organisation."""

    items: tuple[StockedDevice, ...]


@router.get("/devices")
async def list_devices(scope: Scope, context: Ctx, neighbours: Near) -> StockedDevices:
    """The devices of the caller's organisation and who has them. Case managers and technicians."""
    return StockedDevices(items=tuple(await devices.stock(context, neighbours, scope)))


@router.post("/participants/{participant_id}/devices", status_code=status.HTTP_201_CREATED)
async def assign_device(
    participant_id: ParticipantId, form: NewAssignment, scope: Scope, context: Ctx
) -> HeldDevice:
    """Hand a device to a participant; 409 if another one has it and `move` is not set."""
    return await devices.assign(context, scope, participant_id, form)


@router.delete("/participants/{participant_id}/devices/{device_id}", status_code=status.HTTP_204_NO_CONTENT)
async def take_back_device(
    participant_id: ParticipantId, device_id: ThingId, scope: Scope, context: Ctx
) -> None:
    """End the assignment now; what the device measured until now stays the participant's."""
    await devices.take_back(context, scope, participant_id, device_id)
