"""Erasing somebody everywhere: sweep after sweep, until one finds nothing.

What was on its way when an erasure began (a job, a request of a phone that the front door still knows) may
put something back, for a minute and a half at most. A sweep that fails is tried again from its beginning, and
what is gone costs nothing then. The keys of the person's part of the audit trail go last.
"""

from collections.abc import Sequence
from datetime import timedelta

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.client import ComponentClient
from smartbear.contracts.decisions import DecisionsClient
from smartbear.contracts.erasure import PATH, Erased, Erasing
from smartbear.contracts.identity import IdentityClient
from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.notifications import NotificationsClient
from smartbear.contracts.trail import on_behalf_of
from smartbear.kit import audit, jobs, logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.users.store import erasures
from smartbear.users.store.erasures import UnderWay

SWEEP = "users.erasure_sweep"
_PAUSE = timedelta(
    seconds=90
)  # the front door knows a participant for a minute, a signed scope lasts another
_LONGEST = 300.0  # seconds that one answer may take
_log = logs.get("users")


def keepers(context: Context) -> Sequence[ComponentClient]:
    """Clients of all components that keep data of persons, those that let new data in first."""
    kinds = (IdentityClient, MeasurementsClient, DecisionsClient, NotificationsClient, CdrClient)
    return [kind(context) for kind in kinds]


async def sweep(context: Context, keepers: Sequence[ComponentClient], erasure_id: str) -> None:
    """Have all components remove what they have; if that was nothing, and not at once, it is done."""
    async with context.db.connection() as connection:
        found = await erasures.under_way(connection, erasure_id)
    if found is None:
        return
    done = {keeper.component: await _erase(keeper, found.person) for keeper in keepers}
    removed = {component: one.removed for component, one in done.items()}
    async with context.db.transaction() as tx:
        removed["jobs"] = await jobs.forget(tx, found.person.names)
        await erasures.swept(tx, erasure_id, removed, sum(one.left for one in done.values()))
        if found.sweeps and not any(removed.values()):
            await _end(context, tx, erasure_id, found)
        else:
            at, payload = context.clock.now() + _PAUSE, {"erasure": erasure_id}
            await jobs.defer(tx, queue="users", task=SWEEP, payload=payload, run_at=at)


async def _erase(keeper: ComponentClient, person: Erasing) -> Erased:
    """Part after part until nothing is left; Unavailable if the component does not answer."""
    removed, body = 0, person.model_dump(mode="json")
    while True:
        answer = await keeper.request("POST", PATH, json=body, timeout=_LONGEST)
        part = Erased.model_validate_json(answer.content)
        removed += part.removed
        if not part.removed:
            return Erased(removed=removed, left=part.left)


async def _end(context: Context, tx: Connection, erasure_id: str, found: UnderWay) -> None:
    """The person's part of the trail is unreadable from now on; that it happened, and who agreed, is not."""
    await erasures.end(tx, erasure_id, context.clock.now())
    trail = on_behalf_of(found.agreed_by, SWEEP, "D", erasure_id)
    trail.did("erasure")
    trail.saw(f"Erasure/{erasure_id}")
    await Auditor(context).append(trail, tx)
    account = found.person.account
    known = [found.person.subject, *([f"account/{account}"] if account else [])]
    await audit.forget(tx, context.key("audit"), known)
    _log.warning("erasure_ended")
