"""``/internal``: what only components may ask."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.context import Context
from smartbear.kit.routing import StrictRoute
from smartbear.measurements import access
from smartbear.measurements.actions import look


class Devices(BaseModel):
    """Devices somebody wants to know about."""

    device_ids: Annotated[list[Id], Field(max_length=1000)]


def router(context: Context) -> APIRouter:
    """The routes, bound to what they need."""
    routes = APIRouter(include_in_schema=False, route_class=StrictRoute)

    @routes.post("/internal/devices/last-readings")
    async def last_readings(
        devices: Devices, scope: Annotated[AccessScope, Depends(current_scope)]
    ) -> dict[str, datetime]:
        """Device time of each device's newest reading."""
        access.component(scope)
        return await look.last_readings(context, devices.device_ids)

    return routes
