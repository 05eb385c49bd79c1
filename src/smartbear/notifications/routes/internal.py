"""``/internal``: what only components may ask."""

from fastapi import APIRouter, status

from smartbear.contracts import erasure
from smartbear.contracts.events import ConsentChanged
from smartbear.kit.routing import StrictRoute
from smartbear.notifications import access
from smartbear.notifications.actions import consent, erase
from smartbear.notifications.routes.dependencies import Scope, With

router = APIRouter(include_in_schema=False, route_class=StrictRoute)


@router.put("/internal/consent", status_code=status.HTTP_204_NO_CONTENT)
async def heed(change: ConsentChanged, scope: Scope, services: With) -> None:
    """Heed what a person's consent says, from the next question on."""
    access.component(scope)
    await consent.heed(services.context, change)


@router.post(erasure.PATH)
async def erase_person(person: erasure.Erasing, scope: Scope, services: With) -> erasure.Erased:
    """Remove what is kept about somebody."""
    access.component(scope)
    return await erase.erase(services.context, person)
