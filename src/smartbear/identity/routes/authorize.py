"""Signing in: the authorization endpoint and its form."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smartbear.identity.actions import permissions, verify
from smartbear.identity.actions.authorize import Asked, Return, grant_code, understand, where_back
from smartbear.identity.actions.sign_in import SignedIn, find_session
from smartbear.identity.model.faults import OAuthFault, WrongAddress
from smartbear.identity.routes import cookies, pages, steps
from smartbear.identity.routes.forms import read_form, read_once
from smartbear.identity.routes.provider import NO_STORE, PROTOCOL, provider

_SEE_OTHER = 303
_TO_DECIDE = timedelta(minutes=10)


async def show(request: Request) -> Response:
    """Send a signed-in browser back with a code; show the form to any other."""
    asked = await _asked(request)
    if isinstance(asked, Response):
        return asked
    context = provider(request).context
    session = await find_session(context, cookies.session_secret(request))
    if (
        session
        and asked.accepts(session, context.clock.now())
        and await _is_expected(request, asked, session)
    ):
        return await _answer(request, asked, session)
    if "none" in asked.prompts:
        return _refuse(request, asked.back, OAuthFault("login_required", "Nobody has signed in."))
    return steps.password_form(request, request.query_params.get("login_hint", "")[:200])


async def submit(request: Request) -> Response:
    """Check the form; the query still says who wants to know. Without one, the form is the request itself."""
    try:
        form = await read_form(request)
    except OAuthFault:
        form = {}
    if not request.url.query and form:
        return RedirectResponse(f"{PROTOCOL}/auth?{urlencode(form)}", _SEE_OTHER, NO_STORE)
    asked = await _asked(request)
    if isinstance(asked, Response):
        return asked

    async def answer(session: SignedIn) -> Response:
        return await _answer(request, asked, session)

    if form.get("step") == "permission":
        return await _decide(request, asked, form)
    return await steps.take(request, form, answer)


async def _is_expected(request: Request, asked: Asked, session: SignedIn) -> bool:
    """Whether the session is of the person the client expects, if it expects one (OIDC Core §3.1.2.1)."""
    if asked.hint is None:
        return True
    here = provider(request)
    return verify.read_id_token(here.context, await here.keys(), asked.hint).get("sub") == session.account


async def _asked(request: Request) -> Asked | Response:
    """What the client asks for, or the answer that says why not."""
    here = provider(request)
    try:
        query = read_once(request.url.query)
        back = await where_back(here.context, query)
        pages.let_lead_to(request, back.redirect_uri)
    except (OAuthFault, WrongAddress):
        return pages.error(request)
    try:
        return understand(back, query)
    except OAuthFault as fault:
        return _refuse(request, back, fault)


async def _answer(request: Request, asked: Asked, session: SignedIn) -> Response:
    """Send somebody back who has signed in, once the program may learn who that is."""
    if not await permissions.has_to_ask(provider(request).context, asked, session.account):
        return await _send_back(request, asked, session)
    if "none" in asked.prompts:
        return _refuse(request, asked.back, OAuthFault("consent_required", "Nobody has allowed this yet."))
    proof = cookies.form_proof(request)
    answer = pages.permission(request, proof=proof, program=asked.back.client.name, wishes=asked.wishes)
    cookies.keep_proof(request, answer, proof)
    return answer


async def _decide(request: Request, asked: Asked, form: Mapping[str, str]) -> Response:
    """What the person says to that; a sign-in that the program would not accept any more is repeated."""
    context = provider(request).context
    session = await find_session(context, cookies.session_secret(request))
    if session is None or not cookies.is_our_form(request, form):
        return steps.password_form(request)
    now = context.clock.now()
    if not asked.accepts(session, now) and now - session.since > _TO_DECIDE:
        return steps.password_form(request)
    if form.get("answer") != "allow":
        return _refuse(request, asked.back, OAuthFault("access_denied", "The person does not allow it."))
    await permissions.allow(context, asked, session.account)
    return await _send_back(request, asked, session)


def _refuse(request: Request, back: Return, fault: OAuthFault) -> Response:
    issuer = provider(request).issuer(request)
    address = back.address(issuer, error=fault.code, error_description=fault.description)
    return RedirectResponse(address, _SEE_OTHER, NO_STORE)


async def _send_back(request: Request, asked: Asked, session: SignedIn) -> Response:
    here = provider(request)
    code = await grant_code(here.context, asked, session)
    return RedirectResponse(asked.back.address(here.issuer(request), code=code), _SEE_OTHER, NO_STORE)
