"""``/api/audit/witness``: this installation as a witness of other logs (C2SP tlog-witness).

Open to everybody: what counts is whose log has signed the checkpoint.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from smartbear.assurance.actions import cosigning
from smartbear.assurance.routes.dependencies import With
from smartbear.kit.body import read_bytes

router = APIRouter(prefix="/api/audit/witness", tags=["audit"])

_MOST = 16 << 10  # bytes: the longest proof and a checkpoint with many signatures


@router.post("/add-checkpoint", response_class=PlainTextResponse)
async def add_checkpoint(request: Request, services: With) -> Response:
    """Sign the checkpoint of a log that this installation watches, if it goes on from the one seen last.

    409 with the size that was seen last, if the request names another one.
    """
    try:
        line = await cosigning.cosign(services, await read_bytes(request, _MOST))
    except cosigning.OtherSize as other:
        return Response(f"{other.size}\n", 409, {"content-type": "text/x.tlog.size"})
    return PlainTextResponse(line)
