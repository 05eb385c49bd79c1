"""What an account or client may be by now, for components that act for one that is away."""

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from smartbear.contracts.scope import SERVICE, SYSTEM, AccessScope, scope_of
from smartbear.identity.actions.clients import find_client
from smartbear.identity.routes.provider import Provider
from smartbear.identity.store import accounts
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
        found = await _of_account(provider.context, name)
    if found is None or found.role != role:
        raise NotFound
    return Response(msgspec.json.encode(found), media_type="application/json")


async def _of_client(context: Context, name: str, component: str) -> AccessScope | None:
    client = await find_client(context, name)
    if client is None or client.is_public or component not in client.services:
        return None
    return AccessScope(role=SYSTEM, client=client.id, scopes=client.scopes)


async def _of_account(context: Context, name: str) -> AccessScope | None:
    try:
        UUID(name)
    except ValueError:
        return None
    async with context.db.connection() as c:
        account = await accounts.by_id(c, name)
    if account is None or account.disabled:
        return None
    return AccessScope(
        role=account.role,
        account=account.id,
        username=account.username,
        organisations=(account.organisation,) if account.organisation else (),
        pilots=(account.pilot,) if account.pilot else (),
        participant=account.participant,
    )
