"""The token endpoint and its neighbours: userinfo, introspection, revocation."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartbear.identity.actions import verify
from smartbear.identity.actions.exchange import exchange
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes.credentials import client_of
from smartbear.identity.routes.forms import read_form
from smartbear.identity.routes.provider import NO_STORE, fault_answer, provider


async def token(request: Request) -> Response:
    """Tokens for a grant."""
    try:
        form = await read_form(request)
        client = await client_of(request, form)
        answer = await exchange(await provider(request).issuing(request), client, form)
    except OAuthFault as fault:
        return fault_answer(fault)
    return JSONResponse(answer, headers=NO_STORE)


async def introspect(request: Request) -> Response:
    """Whether a token is good, for clients with a secret (RFC 7662)."""
    here = provider(request)
    try:
        form = await read_form(request)
        client = await client_of(request, form)
        if client.is_public:
            raise OAuthFault("invalid_client", "Introspection is for clients with a secret.")
    except OAuthFault as fault:
        return fault_answer(fault)
    claims = await verify.read_token(here.context, await here.keys(), form.get("token", ""), client)
    return JSONResponse({"active": True, **claims} if claims else {"active": False}, headers=NO_STORE)


async def revoke(request: Request) -> Response:
    """Make a token useless; the answer is the same whether it was one (RFC 7009 §2.2)."""
    here = provider(request)
    try:
        form = await read_form(request)
        client = await client_of(request, form)
    except OAuthFault as fault:
        return fault_answer(fault)
    await verify.revoke(here.context, await here.keys(), client.id, form.get("token", ""))
    return Response(headers=NO_STORE)


async def userinfo(request: Request) -> Response:
    """Claims about the person behind an access token, given in the header or in a form (RFC 6750 §2)."""
    here = provider(request)
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    try:
        form = await read_form(request) if request.method == "POST" and not kind else {}
    except OAuthFault as fault:
        return fault_answer(fault)
    token = bearer if kind.lower() == "bearer" else form.get("access_token", "")
    told = await verify.told_of(here.context, await here.keys(), token)
    if told is None:
        problem = ' error="invalid_token"' if token else ""
        return Response(status_code=401, headers={"www-authenticate": f"Bearer{problem}"})
    return JSONResponse(told, headers=NO_STORE)
