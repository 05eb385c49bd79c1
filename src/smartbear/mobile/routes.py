"""``/api/mobile``: one answer per screen of the participant's phone."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.routing import StrictRoute
from smartbear.mobile import actions
from smartbear.mobile.model import Today

router = APIRouter(prefix="/api/mobile", tags=["mobile"], route_class=StrictRoute)


@router.get("/today")
async def get_today(request: Request, scope: Annotated[AccessScope, Depends(current_scope)]) -> Today:
    """What the participant who is signed in has to do today; an alert on it counts as delivered."""
    return await actions.today(request.app.state.context, request.app.state.neighbours, scope)
