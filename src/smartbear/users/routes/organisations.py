"""Who is asking, and the organisations and pilots they belong to."""

from fastapi import APIRouter, status
from pydantic import BaseModel

from smartbear.contracts.people import NewOrganisation, NewPilot
from smartbear.kit.routing import StrictRoute
from smartbear.users.actions import organisations
from smartbear.users.model.organisations import Me, Organisation, Pilot, PilotChange
from smartbear.users.routes.dependencies import Ctx, Scope, ThingId

router = APIRouter(prefix="/api", tags=["organisations"], route_class=StrictRoute)


class Organisations(BaseModel):
    """A list of organisations."""

    items: tuple[Organisation, ...]


class Pilots(BaseModel):
    """A list of pilots."""

    items: tuple[Pilot, ...]


@router.get("/me")
async def get_me(scope: Scope, context: Ctx) -> Me:
    """The signed-in person. Every role."""
    return await organisations.me(context, scope)


@router.get("/organisations")
async def list_organisations(scope: Scope, context: Ctx) -> Organisations:
    """The caller's organisation; all of them for administrators."""
    return Organisations(items=tuple(await organisations.organisations(context, scope)))


@router.post("/organisations", status_code=status.HTTP_201_CREATED)
async def create_organisation(form: NewOrganisation, scope: Scope, context: Ctx) -> Organisation:
    """Set up an organisation in a pilot. Administrators only."""
    return await organisations.create_organisation(context, scope, form)


@router.get("/pilots")
async def list_pilots(scope: Scope, context: Ctx) -> Pilots:
    """The pilots the caller's organisation takes part in; all of them for administrators."""
    return Pilots(items=tuple(await organisations.pilots(context, scope)))


@router.post("/pilots", status_code=status.HTTP_201_CREATED)
async def create_pilot(form: NewPilot, scope: Scope, context: Ctx) -> Pilot:
    """Set up a pilot. Administrators only."""
    return await organisations.create_pilot(context, scope, form)


@router.patch("/pilots/{pilot_id}")
async def change_pilot(pilot_id: ThingId, form: PilotChange, scope: Scope, context: Ctx) -> Pilot:
    """Change a pilot's language or what it does not notify about. Administrators only."""
    return await organisations.change_pilot(context, scope, pilot_id, form)
