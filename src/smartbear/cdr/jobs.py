"""What ``cdr`` does when others tell it something."""

import asyncio
from typing import Any

from smartbear.cdr.actions import bulk, bulk_jobs, follow, reindex
from smartbear.cdr.actions.subscriptions.deliver import deliver
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.events import DeviceAssigned, ParticipantChanged, ReadingsAccepted
from smartbear.contracts.identity import IdentityClient
from smartbear.kit.context import Context, Handlers


def handlers(context: Context) -> Handlers:
    """Task name → handler. They share a repository, which the first of them to run connects."""
    opening, identity = asyncio.Lock(), IdentityClient(context)
    opened: list[Repository] = []

    async def repository() -> Repository:
        async with opening:
            if not opened:
                opened.append(await Repository.connect(context))
        return opened[0]

    async def readings_accepted(payload: dict[str, Any]) -> None:
        await follow.readings(await repository(), ReadingsAccepted.model_validate(payload))

    async def participant_changed(payload: dict[str, Any]) -> None:
        await follow.participant(await repository(), ParticipantChanged.model_validate(payload))

    async def device_assigned(payload: dict[str, Any]) -> None:
        await follow.device(await repository(), DeviceAssigned.model_validate(payload))

    async def bulk_run(payload: dict[str, Any]) -> None:
        await bulk_jobs.run(await repository(), payload["job"])

    async def bulk_expire(_payload: dict[str, Any]) -> None:
        await bulk.remove_expired(await repository())

    async def index_anew(payload: dict[str, Any]) -> None:
        await reindex.run(await repository(), payload["job"])

    async def subscriptions_deliver(payload: dict[str, Any]) -> None:
        await deliver(await repository(), identity, payload["subscription"])

    return {
        "cdr.subscriptions.deliver": subscriptions_deliver,
        "cdr.reindex": index_anew,
        "cdr.bulk.run": bulk_run,
        "cdr.bulk.expire": bulk_expire,
        "cdr.readings.accepted": readings_accepted,
        "cdr.participant.changed": participant_changed,
        "cdr.device.assigned": device_assigned,
    }
