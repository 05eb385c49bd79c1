"""What the routes take: who is asking, and the component's services."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.notifications.actions.live import Hub
from smartbear.notifications.actions.services import Services


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


Scope = Annotated[AccessScope, Depends(current_scope)]
With = Annotated[Services, Depends(_services)]
Live = Annotated[Hub, Depends(_hub)]
NoticeId = Annotated[Id, Path(description="The notice's id.")]
