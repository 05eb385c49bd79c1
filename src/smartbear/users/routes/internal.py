"""What other components ask and tell; the gateway routes none of it, and no person's scope opens it."""

from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import BaseModel

from smartbear.contracts.people import AccountLink, Audience, Care, DeviceAt, Id, StaffMember
from smartbear.kit.routing import StrictRoute
from smartbear.users.actions import devices, enrolment, organisations, subjects
from smartbear.users.routes.dependencies import Ctx, ParticipantId, ThingId, only_components

router = APIRouter(
    prefix="/internal", route_class=StrictRoute, dependencies=[only_components], include_in_schema=False
)


class _Account(BaseModel):
    account: Id


@router.get("/accounts/{account}")
async def account(account: ThingId, context: Ctx) -> AccountLink:
    """The participant behind an account."""
    return await subjects.by_account(context, account)


@router.get("/participants/{participant_id}/subject")
async def subject_of(participant_id: ParticipantId, context: Ctx) -> str:
    """Under which id the repository knows a participant."""
    return await subjects.of(context, participant_id)


@router.get("/organisations")
async def organisation_names(context: Ctx) -> dict[str, str]:
    """Names of all organisations by id."""
    return await organisations.every_name(context)


@router.get("/subjects/{subject}/audience")
async def audience(subject: ThingId, context: Ctx) -> Audience:
    """Who must hear about a subject."""
    return await subjects.audience(context, subject)


@router.get("/subjects/{subject}/care")
async def care(subject: ThingId, context: Ctx) -> Care:
    """The care team and the kinds of devices of a subject."""
    return await subjects.care(context, subject)


@router.post("/devices/owners")
async def owners(
    questions: Annotated[list[DeviceAt], Body(max_length=10_000)], context: Ctx
) -> list[str | None]:
    """The subject that had each device at each instant."""
    return await devices.owners(context, questions)


@router.get("/staff/{account}")
async def staff(account: ThingId, context: Ctx) -> StaffMember:
    """A member of staff."""
    return await organisations.staff(context, account)


@router.put("/staff/{account}", status_code=status.HTTP_204_NO_CONTENT)
async def put_staff(account: ThingId, member: StaffMember, context: Ctx) -> None:
    """Add a member of staff or replace what is known."""
    await organisations.put_staff(context, account, member)


@router.delete("/staff/{account}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_staff(account: ThingId, context: Ctx) -> None:
    """Forget a member of staff."""
    await organisations.remove_staff(context, account)


@router.put("/participants/{participant_id}/account", status_code=status.HTTP_204_NO_CONTENT)
async def link_account(participant_id: ParticipantId, form: _Account, context: Ctx) -> None:
    """Say which account is the participant's own."""
    await enrolment.link_account(context, participant_id, form.account)
