"""``/api/audit/checkpoints`` and ``/api/audit/verification``: what is signed, and whether it is true."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from smartbear.assurance.actions import checkpoints, verifications
from smartbear.assurance.actions.checkpoints import Checkpoints
from smartbear.assurance.actions.verifications import VerificationView
from smartbear.assurance.routes.dependencies import Scope, With
from smartbear.contracts.people import Id
from smartbear.kit.routing import StrictRoute

router = APIRouter(prefix="/api/audit", tags=["audit"], route_class=StrictRoute)


@router.get("/checkpoints")
async def list_checkpoints(
    scope: Scope, services: With, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Checkpoints:
    """The latest checkpoints, with who has seen them. Auditors only."""
    return await checkpoints.checkpoints(services, scope, limit)


@router.post("/verification", status_code=status.HTTP_202_ACCEPTED)
async def verify(scope: Scope, services: With) -> VerificationView:
    """Have the whole trail verified; one verification runs at a time. Auditors only."""
    return await verifications.ask(services, scope)


@router.get("/verification")
async def latest_verification(scope: Scope, services: With) -> VerificationView | None:
    """The verification that was asked for last; null if none was. Auditors only."""
    return await verifications.latest(services, scope)


@router.get("/verification/{verification}")
async def one_verification(
    verification: Annotated[Id, Path(description="Its id.")], scope: Scope, services: With
) -> VerificationView:
    """How far it is, or what it found. Auditors only."""
    return await verifications.look(services, scope, verification)
