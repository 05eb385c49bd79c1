"""``/internal``: what only components may ask."""

from typing import Annotated

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, Field

from smartbear.contracts import erasure
from smartbear.contracts.decisions import Standing
from smartbear.contracts.events import ConsentChanged
from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.decisions import access
from smartbear.decisions.actions import erase, follow, look
from smartbear.kit.context import Context
from smartbear.kit.routing import StrictRoute


class Subjects(BaseModel):
    """People somebody wants to know about."""

    subjects: Annotated[list[Id], Field(max_length=1000)]
    own: bool = False
    """Whether they ask themselves: then withheld data is told, too."""


def router(context: Context) -> APIRouter:
    """The routes, bound to what they need."""
    routes = APIRouter(include_in_schema=False, route_class=StrictRoute)

    @routes.post("/internal/standings")
    async def standings(
        asked: Subjects, scope: Annotated[AccessScope, Depends(current_scope)]
    ) -> dict[str, Standing]:
        """How each subject stands."""
        access.component(scope)
        return await look.stand(context, asked.subjects, own=asked.own)

    @routes.put("/internal/consent", status_code=status.HTTP_204_NO_CONTENT)
    async def consent(change: ConsentChanged, scope: Annotated[AccessScope, Depends(current_scope)]) -> None:
        """Heed what a person's consent says, from the next question on."""
        access.component(scope)
        await follow.consent(context, change)

    @routes.post(erasure.PATH)
    async def erase_person(
        person: erasure.Erasing, scope: Annotated[AccessScope, Depends(current_scope)]
    ) -> erasure.Erased:
        """Remove a part of what is kept about somebody."""
        access.component(scope)
        return await erase.erase(context, person)

    return routes
