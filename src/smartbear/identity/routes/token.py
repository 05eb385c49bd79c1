"""The token endpoint and its neighbours: userinfo, introspection, revocation."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartbear.identity.actions import verify
from smartbear.identity.actions.clients import authenticate_client
from smartbear.identity.actions.exchange import exchange
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes.provider import NO_STORE, fault_answer, provider
from smartbear.kit.body import read_bytes

_LIMIT = 1 << 14  # bytes of a form


async def token(request: Request) -> Response:
    """Tokens for a grant."""
    try:
        form = await read_form(request)
        client = await _client(request, form)
        answer = await exchange(await provider(request).issuing(request), client, form)
    except OAuthFault as fault:
        return fault_answer(fault)
    return JSONResponse(answer, headers=NO_STORE)


async def introspect(request: Request) -> Response:
    """Whether a token is good, for clients with a secret (RFC 7662)."""
    here = provider(request)
    try:
        form = await read_form(request)
        client = await _client(request, form)
        if client.is_public:
            raise OAuthFault("invalid_client", "Introspection is for clients with a secret.")
    except OAuthFault as fault:
        return fault_answer(fault)
    claims = await verify.read_access_token(here.context, await here.keys(), form.get("token", ""))
    answer = {"active": True, "token_type": "Bearer", **claims} if claims else {"active": False}
    return JSONResponse(answer, headers=NO_STORE)


async def revoke(request: Request) -> Response:
    """Make a token useless; the answer is the same whether it was one (RFC 7009 §2.2)."""
    here = provider(request)
    try:
        form = await read_form(request)
        client = await _client(request, form)
    except OAuthFault as fault:
        return fault_answer(fault)
    await verify.revoke(here.context, await here.keys(), client.id, form.get("token", ""))
    return Response(headers=NO_STORE)


async def userinfo(request: Request) -> Response:
    """Claims about the person behind an access token (OIDC Core §5.3)."""
    here = provider(request)
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    account = None
    if kind.lower() == "bearer":
        account = await verify.person_behind(here.context, await here.keys(), bearer)
    if account is None:
        return Response(status_code=401, headers={"www-authenticate": 'Bearer error="invalid_token"'})
    told = {"sub": account.id, **account.claims()}
    return JSONResponse(told | ({"email": account.email} if account.email else {}), headers=NO_STORE)


async def read_form(request: Request) -> Mapping[str, str]:
    """A small form in which nothing is said twice (RFC 6749 §3.2)."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise OAuthFault("invalid_request", "A form is expected.")
    body = await read_bytes(request, _LIMIT)
    return read_once(body.decode("utf-8", "replace"))


def read_once(text: str) -> Mapping[str, str]:
    """The pairs of a form or query; OAuthFault if a name is given twice or a text holds U+0000.

    PostgreSQL keeps every character in a text but that one, and nothing here means anything by it.
    """
    found: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        if name in found or "\0" in value:
            raise OAuthFault("invalid_request", "A parameter is given twice or cannot be read.")
        found[name] = value
    return found


async def _client(request: Request, form: Mapping[str, str]) -> Client:
    """The client, from the Authorization header or from the form, never from both (RFC 6749 §2.3)."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        if secret is not None:
            raise OAuthFault("invalid_request", "The client proves itself in two ways.")
        client_id, secret = _basic(value)
    return await authenticate_client(provider(request).context, client_id, secret)


def _basic(value: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthFault("invalid_client", "The Authorization header cannot be read.") from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
