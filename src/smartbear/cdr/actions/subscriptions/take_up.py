"""Taking up subscriptions that are new, changed or gone: the server's side of their ``status``."""

from typing import Any

from smartbear.cdr.actions.read import read_in
from smartbear.cdr.actions.update import update
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.subscription import Unfit, order_of
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store import locks, subscriptions
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.subscriptions import Unseen
from smartbear.fhir import json
from smartbear.kit import logs
from smartbear.kit.errors import Gone, NotFound, PlatformError, PreconditionFailed

_log = logs.get("cdr")


async def take_up_changed(repository: Repository) -> None:
    """Look at every subscription that has changed: requested ones become active, or say why not."""
    async with repository.db.connection() as connection:
        await subscriptions.forget(connection)
        if not await subscriptions.unseen(connection):
            return
    async with repository.db.transaction() as tx:  # every process hears of the change: one of them looks
        await locks.take(tx, ["subscriptions taken up"])
        for one in await subscriptions.unseen(tx):
            await _take_up_one(repository, one)


async def _take_up_one(repository: Repository, one: Unseen) -> None:
    try:
        await _take_up(repository, one)
    except (Gone, NotFound, PreconditionFailed):  # changed again meanwhile: the next look sees what it is now
        return
    except PlatformError as error:
        _log.warning("subscription_not_taken_up", error_type=type(error).__name__)


async def _take_up(repository: Repository, one: Unseen) -> None:
    async with repository.db.connection() as connection:
        stored = await read_in(repository, connection, everything(), one.target)
    resource, version = json.decode(stored.json()), stored.version
    now = repository.context.clock.now()
    if resource["status"] == "requested":
        version = await _answered(repository, one, resource, version)
    active = resource["status"] == "active"
    async with repository.db.connection() as connection:
        await subscriptions.settle(connection, one.rid, version, stored.version, now, active=active)


async def _answered(repository: Repository, one: Unseen, resource: dict[str, Any], version: int) -> int:
    """Write what becomes of a request, in the name of who made it; the number of that version."""
    resource.pop("error", None)
    try:
        order_of(resource, one.access, repository.context.clock.now())
        resource["status"] = "active"
    except Unfit as unfit:
        resource |= {"status": "error", "error": unfit.detail}
    result = await update(repository, one.access, one.target, resource, expected=IfMatch.of(version))
    return result.written.version
