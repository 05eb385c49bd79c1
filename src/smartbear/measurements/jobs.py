"""What ``measurements`` does when others tell it something."""

from typing import Any

from smartbear.contracts.events import ConsentChanged, DeviceAssigned, ParticipantChanged
from smartbear.kit.context import Context, Handlers
from smartbear.measurements.actions import follow


def handlers(context: Context) -> Handlers:
    """Task name → handler."""

    async def participant_changed(payload: dict[str, Any]) -> None:
        await follow.participant(context, ParticipantChanged.model_validate(payload))

    async def device_assigned(payload: dict[str, Any]) -> None:
        await follow.device(context, DeviceAssigned.model_validate(payload))

    async def consent_changed(payload: dict[str, Any]) -> None:
        await follow.consent(context, ConsentChanged.model_validate(payload))

    return {
        "measurements.consent.changed": consent_changed,
        "measurements.participant.changed": participant_changed,
        "measurements.device.assigned": device_assigned,
    }
