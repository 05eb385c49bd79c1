"""``/api/audit/events`` and ``/api/audit/own``: the trail, for those who may read it."""

from fastapi import APIRouter

from smartbear.assurance.actions import looking
from smartbear.assurance.actions.views import Events, OwnEvents
from smartbear.assurance.routes.dependencies import (
    After,
    AskedFilter,
    AskedWindow,
    Limit,
    ParticipantNumber,
    Scope,
    Whose,
    With,
    question,
)
from smartbear.kit.routing import StrictRoute

router = APIRouter(prefix="/api/audit", tags=["audit"], route_class=StrictRoute)


@router.get("/events")
async def list_events(
    scope: Scope,
    services: With,
    window: AskedWindow,
    asked: AskedFilter,
    participant: ParticipantNumber = None,
    after: After = None,
    limit: Limit = 50,
) -> Events:
    """Who did what, the newest first. Persons are hashed but for the participant asked for. Auditors only.

    Whoever asks for a participant is seen in that participant's own list.
    """
    return await looking.events(services, scope, question(window, asked, after, limit), participant)


@router.get("/own")
async def list_own(
    scope: Scope, services: With, by: Whose = None, after: After = None, limit: Limit = 50
) -> OwnEvents:
    """Who saw or changed what is about the participant who asks, the newest first. Participants only."""
    return await looking.own(services, scope, by, after, limit)
