"""Delivering what a subscription has not been told yet."""

import asyncio
from typing import Any

from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.actions.read import read_in
from smartbear.cdr.actions.subscriptions.hook import Endpoints, NotDelivered, send
from smartbear.cdr.actions.update import update
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.subscription import Order, Unfit, order_of, pause
from smartbear.cdr.store import subscriptions
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.subscriptions import Place, Running
from smartbear.fhir import json, xml
from smartbear.fhir.search.match import matches
from smartbear.kit.errors import PlatformError

_AT_ONCE = 100  # changes read together
_TURN = 10.0  # seconds until others get theirs


async def deliver(repository: Repository, rid: int) -> None:
    """Tell one subscriber everything up to now. A failure is noted, and tried again after a pause."""
    try:
        await _look_after(repository, rid)
    finally:
        async with repository.db.connection() as connection:
            await subscriptions.release(connection, rid, repository.context.clock.now())


async def _look_after(repository: Repository, rid: int) -> None:
    async with repository.db.connection() as connection:
        running = await subscriptions.take(connection, rid)
        if running is None:
            return
        target = LocalId("Subscription", running.id)
        stored = await read_in(repository, connection, everything(), target)
    resource, now = json.decode(stored.json()), repository.context.clock.now()
    try:
        order = order_of(resource, running.access, now)
    except Unfit as unfit:
        await _stop(repository, running, resource, "error", unfit.detail)
        return
    if order.end and order.end <= now:
        await _stop(repository, running, resource, "off")
        return
    try:
        await _deliver(repository, running, order)
    except NotDelivered as refusal:
        await _failed(repository, rid, resource, str(refusal))


async def _deliver(repository: Repository, running: Running, order: Order) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _TURN
    while loop.time() < until:
        async with repository.db.connection() as connection:
            end = await subscriptions.horizon(connection)
            query = await meant(repository, connection, running.access, order.query)
            lookups = await look_up(
                connection, repository.dictionary, repository.rids, repository.bases, (), running.access
            )
            found = await subscriptions.changes(connection, running, query.type or "", lookups, end, _AT_ONCE)
        for place, stored in found:
            resource = json.decode(stored.json())
            if matches(resource, query):
                await _notify(repository, running, order, stored, resource)
                await _advance(repository, running, place)
                if loop.time() >= until:
                    return
        last = found[-1][0] if len(found) == _AT_ONCE else end
        await _advance(repository, running, last)
        running = running._replace(place=last)
        if last == end:
            return


async def _advance(repository: Repository, running: Running, place: Place) -> None:
    async with repository.db.connection() as connection:
        await subscriptions.advance(connection, running, place)


async def _notify(
    repository: Repository, running: Running, order: Order, stored: Stored, resource: dict[str, Any]
) -> None:
    if not order.endpoint:
        async with repository.db.connection() as connection:
            await subscriptions.tell(connection, running.id)
        return
    settings, context = repository.settings, repository.context
    endpoints = Endpoints(settings.subscription_hosts, plain=context.settings.environment != "production")
    if not order.payload:
        await send(endpoints, "POST", order.endpoint, order.headers)
        return
    body = stored.json() if order.payload == "json" else xml.encode(resource)
    address = f"{order.endpoint.rstrip('/')}/{stored.target.type}/{stored.target.id}"
    kind = ("Content-Type", f"application/fhir+{order.payload}")
    await send(endpoints, "PUT", address, (*order.headers, kind), body)


async def _failed(repository: Repository, rid: int, resource: dict[str, Any], said: str) -> None:
    """Try again later, or, after too many times, give up until somebody asks again."""
    async with repository.db.connection() as connection:
        running = await subscriptions.take(connection, rid)
        if running is None:
            return
        failures = running.failures + 1
        again = repository.context.clock.now() + pause(failures)
        await subscriptions.fail(connection, running, failures, again)
    if failures >= repository.settings.subscription_tries:
        await _stop(repository, running, resource, "error", said)


async def _stop(
    repository: Repository, running: Running, resource: dict[str, Any], status: str, said: str = ""
) -> None:
    """Write the new status, in the name of who subscribed; whoever changed it meanwhile is right."""
    changed = resource | {"status": status} | ({"error": said} if said else {})
    target = LocalId("Subscription", running.id)
    try:
        await update(repository, running.access, target, changed, expected=running.ver)
    except PlatformError:
        return
