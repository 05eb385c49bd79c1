"""``/api/audit/events.ndjson``: a file for auditors to keep, and the program that checks it."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from smartbear.assurance import access
from smartbear.assurance.actions import export
from smartbear.assurance.routes.dependencies import (
    AskedFilter,
    AskedWindow,
    ParticipantNumber,
    Scope,
    With,
    question,
)
from smartbear.kit.routing import StrictRoute

router = APIRouter(prefix="/api/audit", tags=["audit"], route_class=StrictRoute)


@router.get("/events.ndjson", response_class=StreamingResponse)
async def export_events(
    scope: Scope,
    services: With,
    window: AskedWindow,
    asked: AskedFilter,
    participant: ParticipantNumber = None,
) -> Response:
    """The events asked for, with proofs and signed, up to the latest checkpoint. Auditors only."""
    prepared = await export.prepare(services, scope, question(window, asked), participant)
    named = {"content-disposition": 'attachment; filename="audit.ndjson"'}
    return StreamingResponse(prepared.lines(), media_type="application/x-ndjson", headers=named)


@router.get("/verifier.py", response_class=PlainTextResponse)
async def verifier(scope: Scope) -> Response:
    """A program that checks an export far from the platform; it needs Python and `cryptography`."""
    access.auditing(scope)
    program = (files("smartbear.assurance") / "verify_audit.py").read_text(encoding="utf-8")
    named = {"content-disposition": 'attachment; filename="verify_audit.py"'}
    return PlainTextResponse(program, headers=named)
