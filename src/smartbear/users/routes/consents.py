"""``/api/participants/{id}/consents``: what a participant agreed to, and changing one's mind."""

from fastapi import APIRouter
from pydantic import BaseModel

from smartbear.kit.routing import StrictRoute
from smartbear.users.actions import consents
from smartbear.users.model.consents import Agreement, Decision, Purpose
from smartbear.users.routes.dependencies import Ctx, Near, ParticipantId, Scope

router = APIRouter(prefix="/api/participants", tags=["consents"], route_class=StrictRoute)


class Agreements(BaseModel):
    """One for each purpose."""

    items: tuple[Agreement, ...]


@router.get("/{participant_id}/consents")
async def get_consents(participant_id: ParticipantId, scope: Scope, context: Ctx) -> Agreements:
    """What the participant agreed to: for the participant, and for the own case managers."""
    return Agreements(items=tuple(await consents.agreements(context, scope, participant_id)))


@router.put("/{participant_id}/consents/{purpose}")
async def put_consent(
    participant_id: ParticipantId,
    purpose: Purpose,
    form: Decision,
    scope: Scope,
    context: Ctx,
    neighbours: Near,
) -> Agreements:
    """Give or withdraw: the participant by a tap, a case manager for what the participant signed on paper.

    The answer comes when nobody is shown any more what is withdrawn.
    """
    found = await consents.decide(context, neighbours, scope, participant_id, purpose, form)
    return Agreements(items=tuple(found))
