"""Having a participant erased (Art. 17 GDPR): one administrator asks for it, another agrees."""

from smartbear.contracts import trail
from smartbear.contracts.scope import AccessScope
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, NotFound
from smartbear.kit.jobs import defer
from smartbear.users import access
from smartbear.users.actions.sweeping import SWEEP
from smartbear.users.model.erasures import Erasure, NewErasure
from smartbear.users.store import erasures

_log = logs.get("users")


async def every(context: Context, scope: AccessScope) -> list[Erasure]:
    """What has been asked for, is under way, and is done."""
    access.erasing(scope)
    async with context.db.connection() as connection:
        return await erasures.every(connection)


async def one(context: Context, scope: AccessScope, erasure_id: str) -> Erasure:
    """One of them; NotFound if there is none."""
    access.erasing(scope)
    async with context.db.connection() as connection:
        return _there(await erasures.one(connection, erasure_id))


async def ask(context: Context, scope: AccessScope, form: NewErasure) -> Erasure:
    """Ask for it. Nothing is removed yet."""
    access.erasing(scope)
    async with context.db.transaction() as tx:
        return await _ask(context, tx, form, scope.who)


async def agree(context: Context, scope: AccessScope, erasure_id: str) -> Erasure:
    """Agree to what another administrator has asked for; this component has forgotten the person then."""
    access.erasing(scope)
    async with context.db.transaction() as tx:
        if _there(await erasures.one(tx, erasure_id)).asked_by == scope.who:
            raise Conflict("Another administrator than the one who asked has to agree.")
        return await _begin(context, tx, erasure_id, scope.who)


async def at_once(context: Context, who: str, form: NewErasure) -> Erasure:
    """For somebody at the machine itself, who could delete the database as well."""
    async with context.db.transaction() as tx:
        asked = await erasures.asked_for(tx, form.participant) or (await _ask(context, tx, form, who)).id
        return await _begin(context, tx, asked, who)


async def _ask(context: Context, tx: Connection, form: NewErasure, who: str) -> Erasure:
    erasure_id = context.new_id()
    subject = await erasures.ask(tx, erasure_id, form, who, context.clock.now())
    if subject is None:
        raise NotFound("There is no such participant.")
    trail.did("erasure-asked", "C")
    trail.saw(f"Erasure/{erasure_id}")
    trail.about(subject)
    return _there(await erasures.one(tx, erasure_id))


async def _begin(context: Context, tx: Connection, erasure_id: str, who: str) -> Erasure:
    person = await erasures.begin(tx, erasure_id, who, context.clock.now())
    if person is None:
        raise Conflict("It is under way already, or done.")
    trail.did("erasure-agreed", "E")
    trail.saw(f"Erasure/{erasure_id}")
    trail.about(person.subject)
    await defer(tx, queue="users", task=SWEEP, payload={"erasure": erasure_id})
    _log.warning("erasure_begun")
    return _there(await erasures.one(tx, erasure_id))


def _there(found: Erasure | None) -> Erasure:
    if found is None:
        raise NotFound
    return found
