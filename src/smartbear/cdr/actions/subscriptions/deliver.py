"""Delivering what a subscription has not been told yet."""

import asyncio
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from smartbear.cdr.actions import witness
from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.actions.read import read_in
from smartbear.cdr.actions.subscriptions.endpoints import endpoints_of
from smartbear.cdr.actions.subscriptions.hook import NotAllowed, NotDelivered, connections, send
from smartbear.cdr.actions.subscriptions.standing import still_sees
from smartbear.cdr.actions.update import update
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.subscription import Order, Unfit, order_of, pause
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store import subscriptions
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import Lookups, look_up
from smartbear.cdr.store.subscriptions import Place, Running
from smartbear.contracts.identity import IdentityClient
from smartbear.contracts.trail import on_behalf_of
from smartbear.fhir import json, xml
from smartbear.fhir.search.match import matches
from smartbear.fhir.search.query import Query
from smartbear.kit import logs
from smartbear.kit.errors import PlatformError

_log = logs.get("cdr")
_REVOKED = "Whoever asked for this may no longer see what it tells of."
_AT_ONCE = 100  # changes read together
_TURN = 10.0  # seconds until others get theirs


async def deliver(repository: Repository, identity: IdentityClient, rid: int) -> None:
    """Tell one subscriber everything up to now. A failure is noted, and tried again after a pause."""
    try:
        await _look_after(repository, identity, rid)
    finally:
        async with repository.db.connection() as connection:
            await subscriptions.release(connection, rid, repository.context.clock.now())


async def _look_after(repository: Repository, identity: IdentityClient, rid: int) -> None:
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
        if not await still_sees(identity, running.access):
            await _stop(repository, running, resource, "off", _REVOKED)
            return
        async with connections() as transport:
            await _Delivery(repository, order, transport).run(running)
    except NotAllowed as error:
        await _stop(repository, running, resource, "error", str(error))
    except Exception as error:  # noqa: BLE001 - a fault that is not noted as a failure would come back at once
        if not isinstance(error, NotDelivered):
            _log.error("subscription_not_delivered", error_type=type(error).__name__, exc_info=error)
        said = str(error) if isinstance(error, NotDelivered) else "A notification could not be made."
        await _failed(repository, rid, resource, said)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One turn of one subscription."""

    repository: Repository
    order: Order
    transport: httpx.AsyncHTTPTransport

    async def run(self, running: Running) -> None:
        """Tell everything up to now, or as much as the turn has time for."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _TURN
        while loop.time() < until:
            turn = await self._next(running)
            for place, stored in turn.found:
                resource = json.decode(stored.json())
                if matches(resource, turn.query) and await self._may_tell(running, turn, place):
                    await self._notify(running, place, stored, resource)
                    if not await self._advance(running, place) or loop.time() >= until:
                        return
            if not await self._advance(running, turn.end):
                return
            running = running._replace(place=turn.end)
            if len(turn.found) < _AT_ONCE:
                return

    async def _next(self, running: Running) -> "_Turn":
        repository = self.repository
        async with repository.db.connection() as connection:
            end = await subscriptions.horizon(connection)
            query = await meant(repository, connection, running.access, self.order.query)
            lookups = await look_up(
                connection, repository.dictionary, repository.rids, repository.bases, (), running.access
            )
            found = await subscriptions.changes(connection, running, query.type or "", lookups, end, _AT_ONCE)
        return _Turn(query, lookups, found, found[-1][0] if len(found) == _AT_ONCE else end)

    async def _may_tell(self, running: Running, turn: "_Turn", place: Place) -> bool:
        """Whether consent still stands: those who come later in a turn are told of seconds after it began."""
        async with self.repository.db.connection() as connection:
            kind = turn.query.type or ""
            return await subscriptions.may_tell(connection, running, kind, turn.lookups, place)

    async def _advance(self, running: Running, place: Place) -> bool:
        async with self.repository.db.connection() as connection:
            return await subscriptions.advance(connection, running, place)

    async def _record(self, running: Running, place: Place, stored: Stored) -> None:
        """Nothing leaves that is not in the trail."""
        repository = self.repository
        caller, is_research = running.access.caller, running.access.purpose == "research"
        trail = on_behalf_of(caller, "notification", "R", running.id, is_research=is_research)
        async with repository.db.connection() as connection:
            await witness.tell(repository, connection, trail, [(place.rid, stored)])
        await repository.auditor.record(trail)

    async def _notify(self, running: Running, place: Place, stored: Stored, resource: dict[str, Any]) -> None:
        order = self.order
        if not order.endpoint:
            async with self.repository.db.connection() as connection:
                await subscriptions.tell(connection, running.id)
            return
        endpoints = endpoints_of(self.repository)
        if not order.payload:
            await send(self.transport, endpoints, "POST", order.endpoint, order.headers)
            return
        await self._record(running, place, stored)
        body = stored.json() if order.payload == "json" else xml.encode(resource)
        path, mark, query = order.endpoint.partition("?")
        address = f"{path.rstrip('/')}/{stored.target.type}/{stored.target.id}{mark}{query}"
        kind = ("Content-Type", f"application/fhir+{order.payload}")
        await send(self.transport, endpoints, "PUT", address, (*order.headers, kind), body)


class _Turn(NamedTuple):
    """The criteria, the changes that come next, and up to where that is."""

    query: Query
    lookups: Lookups
    found: list[tuple[Place, Stored]]
    end: Place


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
        await update(repository, running.access, target, changed, expected=IfMatch.of(running.ver))
    except PlatformError:
        return
