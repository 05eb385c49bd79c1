"""``/fhir/AuditEvent``: the trail for FHIR's clients; errors are OperationOutcomes."""

from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from smartbear.assurance.actions import fhir
from smartbear.assurance.routes.dependencies import Scope, With
from smartbear.fhir import json
from smartbear.fhir.outcome import outcome_of_error
from smartbear.kit.errors import MethodNotAllowed, PlatformError

router = APIRouter(prefix="/fhir/AuditEvent", include_in_schema=False)

_TYPE = "application/fhir+json"
_READ = ["GET", "HEAD"]
_OTHERS = ["POST", "PUT", "PATCH", "DELETE"]


@router.api_route("", methods=_READ)
async def search(request: Request, scope: Scope, services: With) -> Response:
    """AuditEvents that a search finds; a participant's are those about the participant."""
    return await _answer(fhir.search(services, scope, request.query_params.multi_items()))


@router.api_route("/{event}", methods=_READ)
async def read(event: str, scope: Scope, services: With) -> Response:
    """One AuditEvent."""
    return await _answer(fhir.read(services, scope, event))


@router.api_route("/{anything:path}", methods=_OTHERS)
@router.api_route("", methods=_OTHERS)
async def refuse() -> Response:
    """People do not write the trail."""
    return _outcome(MethodNotAllowed())


async def _answer(work: Awaitable[dict[str, Any]]) -> Response:
    try:
        return Response(json.encode(await work), media_type=_TYPE)
    except PlatformError as error:
        return _outcome(error)


def _outcome(error: PlatformError) -> Response:
    return Response(json.encode(outcome_of_error(error)), error.status, media_type=_TYPE)
