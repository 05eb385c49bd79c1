"""What ``cdr`` does when others tell it something."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from smartbear.cdr.actions import bulk, bulk_jobs, consent, follow, reindex
from smartbear.cdr.actions.subscriptions.deliver import deliver
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.events import (
    DeviceAssigned,
    Event,
    ParticipantChanged,
    ParticipantConsented,
    ReadingsAccepted,
)
from smartbear.contracts.identity import IdentityClient
from smartbear.kit.context import Context, Handler, Handlers

E = TypeVar("E", bound=Event)


def handlers(context: Context) -> Handlers:
    """Task name → handler. They share a repository, which the first of them to run connects."""
    opening, identity = asyncio.Lock(), IdentityClient(context)
    opened: list[Repository] = []

    async def repository() -> Repository:
        async with opening:
            if not opened:
                opened.append(await Repository.connect(context))
        return opened[0]

    def told(event: type[E], follow_it: Callable[[Repository, E], Awaitable[Any]]) -> Handler:
        async def handle(payload: dict[str, Any]) -> None:
            await follow_it(await repository(), event.model_validate(payload))

        return handle

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
        "cdr.readings.accepted": told(ReadingsAccepted, follow.readings),
        "cdr.participant.changed": told(ParticipantChanged, follow.participant),
        "cdr.participant.consented": told(ParticipantConsented, consent.keep),
        "cdr.device.assigned": told(DeviceAssigned, follow.device),
    }
