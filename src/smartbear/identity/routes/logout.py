"""Signing out (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smartbear.identity.actions import verify
from smartbear.identity.actions.clients import find_client
from smartbear.identity.actions.sign_in import end_session, find_session
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes import cookies, pages
from smartbear.identity.routes.forms import read_form, read_once
from smartbear.identity.routes.provider import NO_STORE, provider

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class _Wish:
    """A request to sign out: what was sent, and the ID token in it if that is ours."""

    sent: Mapping[str, str]
    hint: Mapping[str, Any]

    @property
    def client(self) -> str:
        return self.sent.get("client_id") or str(self.hint.get("aud", ""))

    @property
    def contradicts_itself(self) -> bool:
        return bool(self.hint) and self.client != self.hint.get("aud")


async def logout(request: Request) -> Response:
    """End the browser's session and its tokens, then go where the client may ask to, or say so here.

    Any page may link here, so a person is asked first unless the client shows whom it signed in (§2).
    """
    try:
        wish = await _wish(request)
    except OAuthFault:
        return pages.error(request)
    if wish.contradicts_itself:
        return pages.error(request)
    context = provider(request).context
    session = await find_session(context, cookies.session_secret(request))
    is_meant = session is None or session.account == wish.hint.get("sub")
    if not is_meant and not cookies.is_our_form(request, wish.sent):
        return await _question(request, wish)
    await end_session(context, cookies.session_secret(request), wish.hint.get("sid"))
    address = await _afterwards(request, wish)
    if address:
        answer: Response = RedirectResponse(address, _SEE_OTHER, NO_STORE)
    else:
        answer = pages.signed_out(request, client=wish.client)
    cookies.forget_session(answer)
    return answer


async def _wish(request: Request) -> _Wish:
    sent = await read_form(request) if request.method == "POST" else read_once(request.url.query)
    here = provider(request)
    return _Wish(sent, verify.read_id_token(here.context, await here.keys(), sent.get("id_token_hint", "")))


async def _question(request: Request, wish: _Wish) -> Response:
    proof = cookies.form_proof(request)
    kept = ("client_id", "id_token_hint", "post_logout_redirect_uri", "state")
    carried = {name: wish.sent[name] for name in kept if name in wish.sent}
    after = await _afterwards(request, wish)
    if after:
        pages.let_lead_to(request, after)
    answer = pages.sign_out(request, client=wish.client, proof=proof, carried=carried)
    cookies.keep_proof(request, answer, proof)
    return answer


async def _afterwards(request: Request, wish: _Wish) -> str | None:
    """The address asked for, if it is one of the client's; else None."""
    client = await find_client(provider(request).context, wish.client)
    wanted = wish.sent.get("post_logout_redirect_uri")
    if client is None or wanted not in client.after_logout:
        return None
    state = wish.sent.get("state")
    return f"{wanted}?{urlencode({'state': state[:512]})}" if state else wanted
