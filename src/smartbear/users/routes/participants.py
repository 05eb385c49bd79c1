"""``/api/participants``: find, see, enrol and change participants."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from smartbear.contracts.people import NewParticipant, Profile, Status
from smartbear.kit.routing import StrictRoute
from smartbear.users import access
from smartbear.users.actions import enrolment, participants
from smartbear.users.actions.listing import Order, Sort, State
from smartbear.users.model.participants import ParticipantChange
from smartbear.users.model.rows import Search
from smartbear.users.routes import shapes
from smartbear.users.routes.dependencies import Ctx, Near, ParticipantId, Scope

router = APIRouter(prefix="/api", tags=["participants"], route_class=StrictRoute)

Text = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f]*$")]


async def _filters(
    search: Annotated[Text, Query(description="Part of an id, e-mail address or telephone.")] = "",
    status: Status | None = None,
    state: State | None = None,
    profile: Profile | None = None,
    sort: Annotated[Sort, Query(description="`flagged` puts first who needs a person now.")] = "flagged",
    order: Order = "asc",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 25,
) -> participants.Query:
    return participants.Query(Search(search.strip(), status, profile), state, sort, order, page, size)


Filters = Annotated[participants.Query, Depends(_filters)]


@router.get("/participants")
async def list_participants(
    scope: Scope, context: Ctx, neighbours: Near, query: Filters
) -> shapes.ParticipantPage | shapes.TechnicalParticipantPage:
    """The caller's participants. Technicians get contact and devices, and no filter that tells of health."""
    if access.clinical(scope):
        found = await participants.list_participants(context, neighbours, scope, query)
        return shapes.page(found, query.page, query.size)
    reachable = await participants.list_reachable(context, neighbours, scope, query)
    return shapes.technical_page(reachable, query.page, query.size)


@router.get("/participants/{participant_id}")
async def get_participant(
    participant_id: ParticipantId, scope: Scope, context: Ctx, neighbours: Near
) -> shapes.ParticipantDetail | shapes.TechnicalRow:
    """One participant; for technicians, contact and devices alone."""
    if access.clinical(scope):
        return shapes.detail(await participants.detail(context, neighbours, scope, participant_id))
    return shapes.technical(*await participants.reachable(context, neighbours, scope, participant_id))


@router.post("/participants", status_code=status.HTTP_201_CREATED)
async def enrol_participant(
    form: NewParticipant, scope: Scope, context: Ctx, neighbours: Near, response: Response
) -> shapes.ParticipantDetail:
    """Enrol a participant into the caller's organisation, which the pilot determines. Case managers only."""
    participant_id = await enrolment.enrol(context, scope, form)
    response.headers["location"] = f"/api/participants/{participant_id}"
    return shapes.detail(await participants.detail(context, neighbours, scope, participant_id))


@router.patch("/participants/{participant_id}")
async def change_participant(
    participant_id: ParticipantId, form: ParticipantChange, scope: Scope, context: Ctx, neighbours: Near
) -> shapes.ParticipantDetail:
    """Change the fields the request names. Case managers only."""
    await enrolment.change(context, scope, participant_id, form)
    return shapes.detail(await participants.detail(context, neighbours, scope, participant_id))


@router.get("/profiles")
async def count_profiles(scope: Scope, context: Ctx) -> shapes.ProfileCounts:
    """How many of the caller's participants have each profile; one participant may have several."""
    return shapes.ProfileCounts(counts=await participants.profiles(context, scope))
