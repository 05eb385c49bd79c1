"""``/internal``: what only components may ask, beside ``standing``."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.scope import SERVICE, scope_of
from smartbear.identity.actions.erasure import erase
from smartbear.identity.routes.provider import provider
from smartbear.kit.errors import BadInput, Forbidden


async def erase_person(request: Request) -> Response:
    """Remove a participant's account."""
    if scope_of(request).role != SERVICE:
        raise Forbidden
    try:
        person = Erasing.model_validate_json(await request.body())
    except ValidationError:
        raise BadInput from None
    erased = await erase(provider(request).directory, person)
    return Response(erased.model_dump_json(), media_type="application/json")
