"""``POST /api/measurements``: a batch of readings of one person.

The hot path of the platform: the body is read once, checked in one pass and stored in one transaction.
"""

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from smartbear.contracts.measurements import IDEMPOTENCY_KEY
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.body import read_bytes
from smartbear.kit.errors import BadInput, FieldError, UnsupportedMediaType
from smartbear.measurements.actions.ingest import Intake, ingest

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_DOCUMENTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["readings"]},
                "example": {
                    "device_id": "0190c1f2-0000-7000-8000-000000000917",
                    "readings": [
                        {
                            "code": "85354-9",
                            "components": [
                                {"code": "8480-6", "value": 128, "unit": "mm[Hg]"},
                                {"code": "8462-4", "value": 76, "unit": "mm[Hg]"},
                            ],
                            "measured_at": "2026-06-14T09:02:00+01:00",
                            "stored_at": "2026-06-14T09:02:04+01:00",
                            "entry": "device",
                        }
                    ],
                },
            }
        },
    },
    "parameters": [
        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    ],
}


def router(intake: Intake) -> APIRouter:
    """The route, bound to what it needs."""
    routes = APIRouter(tags=["measurements"])

    @routes.post("/api/measurements", status_code=201, openapi_extra=_DOCUMENTED)
    async def send_readings(
        request: Request, scope: Annotated[AccessScope, Depends(current_scope)]
    ) -> Response:
        """Store up to 1,000 readings; 200 with ``Idempotency-Replayed`` when the key has had its answer."""
        key = _key(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise UnsupportedMediaType("Readings are sent as application/json.")
        outcome = await ingest(intake, scope, key, await read_bytes(request))
        headers = {"Idempotency-Replayed": "true"} if outcome.replayed else {}
        status = 200 if outcome.replayed else 201
        return Response(orjson.dumps(outcome.body), status, headers, media_type="application/json")

    return routes


def _key(request: Request) -> str:
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if not _KEY.fullmatch(key):
        fault = FieldError("Idempotency-Key", "missing", "1 to 128 visible ASCII characters are needed.")
        raise BadInput(errors=(fault,))
    return key
