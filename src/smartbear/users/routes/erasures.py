"""``/api/erasures``: participants who are to be erased. Administrators only."""

from fastapi import APIRouter, status
from pydantic import BaseModel

from smartbear.kit.routing import StrictRoute
from smartbear.users.actions import erasures
from smartbear.users.model.erasures import Erasure, NewErasure
from smartbear.users.routes.dependencies import Ctx, Scope, ThingId

router = APIRouter(prefix="/api/erasures", tags=["erasures"], route_class=StrictRoute)


class Erasures(BaseModel):
    """All of them, the newest first."""

    items: tuple[Erasure, ...]


@router.get("")
async def list_erasures(scope: Scope, context: Ctx) -> Erasures:
    """What has been asked for, is under way, and is done."""
    return Erasures(items=tuple(await erasures.every(context, scope)))


@router.post("", status_code=status.HTTP_201_CREATED)
async def ask_for_erasure(form: NewErasure, scope: Scope, context: Ctx) -> Erasure:
    """Ask that a participant be erased. Nothing is removed until another administrator agrees."""
    return await erasures.ask(context, scope, form)


@router.get("/{erasure_id}")
async def get_erasure(erasure_id: ThingId, scope: Scope, context: Ctx) -> Erasure:
    """How far it is, and what has been removed where."""
    return await erasures.one(context, scope, erasure_id)


@router.post("/{erasure_id}/agreement")
async def agree_to_erasure(erasure_id: ThingId, scope: Scope, context: Ctx) -> Erasure:
    """Agree to what another administrator asked for. It cannot be undone."""
    return await erasures.agree(context, scope, erasure_id)
