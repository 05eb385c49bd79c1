"""What every route takes: who is asking, the component's context, and its neighbours."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.context import Context
from smartbear.users import access
from smartbear.users.actions.neighbours import Neighbours


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _neighbours(request: Request) -> Neighbours:
    neighbours: Neighbours = request.app.state.neighbours
    return neighbours


async def _component(scope: Annotated[AccessScope, Depends(current_scope)]) -> None:
    access.component(scope)


Scope = Annotated[AccessScope, Depends(current_scope)]
Ctx = Annotated[Context, Depends(_context)]
Near = Annotated[Neighbours, Depends(_neighbours)]
ParticipantId = Annotated[str, Path(pattern=r"^SB-[0-9]{4,}$", description="Such as SB-0001.")]
ThingId = Annotated[Id, Path(description="A UUID.")]

only_components = Depends(_component)
