"""Signing out (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smartbear.identity.actions import verify
from smartbear.identity.actions.clients import find_client
from smartbear.identity.actions.sign_in import end_session
from smartbear.identity.actions.tokens import ALGORITHM
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes import pages
from smartbear.identity.routes.authorize import SESSION_COOKIE, forget_session
from smartbear.identity.routes.provider import provider
from smartbear.identity.routes.token import read_form, read_once

_SEE_OTHER = 303


async def logout(request: Request) -> Response:
    """End the browser's session and its tokens, then go where the client may ask to, or say so here."""
    try:
        query = await read_form(request) if request.method == "POST" else read_once(request.url.query)
    except OAuthFault:
        return pages.error(request)
    context = provider(request).context
    secret = request.cookies.get(SESSION_COOKIE)
    if secret:
        await end_session(context, secret)
    address = await _afterwards(request, query)
    answer = RedirectResponse(address, _SEE_OTHER) if address else pages.signed_out(request)
    forget_session(answer)
    return answer


async def _afterwards(request: Request, query: Mapping[str, str]) -> str | None:
    """The address asked for, if it is one of the client's; else None."""
    client_id = query.get("client_id") or await _client_of(request, query.get("id_token_hint", ""))
    client = await find_client(provider(request).context, client_id)
    wanted = query.get("post_logout_redirect_uri")
    if client is None or wanted not in client.after_logout:
        return None
    state = query.get("state")
    return f"{wanted}?{urlencode({'state': state[:512]})}" if state else wanted


async def _client_of(request: Request, hint: str) -> str:
    """Whom an ID token of ours was for; it may have expired."""
    here = provider(request)
    keys = await here.keys()
    try:
        claims = jwt.decode(hint, keys.verifying, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError):
        return ""
    return str(claims["aud"]) if claims.get("iss") in verify.issuers(here.context) else ""
