"""What an account or client may be by now, for components that act for one that is away."""

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from smartbear.contracts.roles import scopes_of_member
from smartbear.contracts.scope import SERVICE, SYSTEM, AccessScope, scope_of
from smartbear.identity.actions.clients import find_client
from smartbear.identity.model.people import Directory
from smartbear.identity.routes.provider import Provider
from smartbear.kit.context import Context
from smartbear.kit.errors import Forbidden, NotFound


async def standing(request: Request) -> Response:
    """The scope a token of today would lead to; NotFound if there would be none."""
    caller = scope_of(request)
    if caller.role != SERVICE:
        raise Forbidden
    provider: Provider = request.app.state.provider
    role, name = request.query_params.get("role", ""), request.query_params.get("name", "")
    if role == SYSTEM:
        found = await _of_client(provider.context, name, caller.service or "")
    else:
        found = await _of_account(provider.directory, name)
    if found is None or found.role != role:
        raise NotFound
    return Response(msgspec.json.encode(found), media_type="application/json")


async def _of_client(context: Context, name: str, component: str) -> AccessScope | None:
    client = await find_client(context, name)
    if client is None or client.is_public or component not in client.services:
        return None
    return AccessScope(role=SYSTEM, client=client.id, scopes=client.scopes)


async def _of_account(directory: Directory, name: str) -> AccessScope | None:
    try:
        UUID(name)
    except ValueError:
        return None
    person = await directory.person(name)
    if not person.enabled or person.waits_for:
        return None
    return AccessScope(
        role=person.role,
        account=person.id,
        username=person.username,
        organisations=(person.organisation,) if person.organisation else (),
        pilots=(person.pilot,) if person.pilot else (),
        scopes=scopes_of_member(person.role, person.project),
    )
