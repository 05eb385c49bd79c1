"""Organisations, pilots, staff, and who is asking."""

from zoneinfo import available_timezones

from smartbear.contracts.people import NewOrganisation, NewPilot, StaffMember
from smartbear.contracts.scope import AccessScope
from smartbear.kit.context import Context
from smartbear.kit.errors import FieldError, NotFound, Unprocessable
from smartbear.users import access
from smartbear.users.model.organisations import Me, Organisation, Pilot, PilotChange
from smartbear.users.model.rows import Rows
from smartbear.users.store import organisations as store


async def me(context: Context, scope: AccessScope) -> Me:
    """The caller, by name where the staff directory knows one."""
    async with context.db.connection() as connection:
        member = await store.staff(connection, scope.account) if scope.account else None
        organisation, pilot = await store.names(connection, scope.organisations, scope.pilots)
    return Me(
        account=scope.account,
        username=scope.username,
        name=scope.participant or (member.name if member else scope.username),
        role=scope.role,
        organisation=organisation,
        pilot=pilot,
        participant=scope.participant,
        subject=scope.subject,
    )


async def organisations(context: Context, scope: AccessScope) -> list[Organisation]:
    """The caller's organisation, or all of them for an administrator."""
    rows = access.organisations(scope)
    async with context.db.connection() as connection:
        return await store.organisations(connection, rows)


async def every_name(context: Context) -> dict[str, str]:
    """Id → name of all organisations."""
    async with context.db.connection() as connection:
        found = await store.organisations(connection, Rows(every_organisation=True))
    return {organisation.id: organisation.name for organisation in found}


async def pilots(context: Context, scope: AccessScope) -> list[Pilot]:
    """The pilots the caller's organisation takes part in, or all of them for an administrator."""
    rows = access.organisations(scope)
    async with context.db.connection() as connection:
        return await store.pilots(connection, rows)


async def create_pilot(context: Context, scope: AccessScope, form: NewPilot) -> Pilot:
    """Set up a pilot that notifies about everything."""
    access.administering(scope)
    if form.time_zone not in available_timezones():
        raise Unprocessable(errors=(FieldError("time_zone", "unknown", "There is no such time zone."),))
    pilot = Pilot(id=context.new_id(), muted_conditions=(), **form.model_dump())
    async with context.db.transaction() as tx:
        await store.add_pilot(tx, pilot.id, form)
    return pilot


async def change_pilot(context: Context, scope: AccessScope, pilot_id: str, change: PilotChange) -> Pilot:
    """Change what the request names; what is muted counts for notices raised from now on."""
    access.administering(scope)
    named = change.model_dump(exclude_unset=True)
    async with context.db.transaction() as tx:
        pilot = await store.change_pilot(tx, pilot_id, named.get("language"), named.get("muted_conditions"))
    if pilot is None:
        raise NotFound
    return pilot


async def create_organisation(context: Context, scope: AccessScope, form: NewOrganisation) -> Organisation:
    """Set up an organisation in a pilot."""
    access.administering(scope)
    organisation_id = context.new_id()
    async with context.db.transaction() as tx:
        await store.add_organisation(tx, organisation_id, form)
        found = await store.organisations(tx, Rows(organisations=(organisation_id,)))
    return found[0]


async def staff(context: Context, account: str) -> StaffMember:
    """A member of staff; NotFound if the directory has none of that account."""
    async with context.db.connection() as connection:
        member = await store.staff(connection, account)
    if member is None:
        raise NotFound
    return member


async def put_staff(context: Context, account: str, member: StaffMember) -> None:
    """Add a member of staff or replace what is known."""
    async with context.db.transaction() as tx:
        await store.put_staff(tx, account, member)


async def remove_staff(context: Context, account: str) -> None:
    """Forget a member of staff, and whom they looked after."""
    async with context.db.transaction() as tx:
        await store.remove_staff(tx, account)
