"""Signing in: the authorization endpoint and its form."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smartbear.identity.actions import verify
from smartbear.identity.actions.accounts import Attempt, Refused, check_password
from smartbear.identity.actions.authorize import Asked, Return, grant_code, understand, where_back
from smartbear.identity.actions.sign_in import SignedIn, begin_session, find_session
from smartbear.identity.model.faults import OAuthFault, WrongAddress
from smartbear.identity.routes import cookies, pages
from smartbear.identity.routes.forms import read_form, read_once
from smartbear.identity.routes.pages import Problem
from smartbear.identity.routes.provider import NO_STORE, PROTOCOL, provider
from smartbear.kit.errors import TooManyRequests

_SEE_OTHER = 303
_TRY_AGAIN = Problem(word="try_again", status=400)


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
        return await _send_back(request, asked, session)
    if "none" in asked.prompts:
        return _refuse(request, asked.back, OAuthFault("login_required", "Nobody has signed in."))
    return _form(request, request.query_params.get("login_hint", "")[:200])


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
    if not cookies.is_our_form(request, form):
        return _form(request, problem=_TRY_AGAIN)
    attempt = Attempt(form.get("username", "").strip()[:200], form.get("password", "")[:1000], _peer(request))
    return await _try(request, asked, attempt)


async def _is_expected(request: Request, asked: Asked, session: SignedIn) -> bool:
    """Whether the session is of the person the client expects, if it expects one (OIDC Core §3.1.2.1)."""
    if asked.hint is None:
        return True
    here = provider(request)
    return verify.read_id_token(here.context, await here.keys(), asked.hint).get("sub") == session.account


async def _try(request: Request, asked: Asked, attempt: Attempt) -> Response:
    here = provider(request)
    try:
        found = await check_password(here.context, attempt)
    except TooManyRequests as wait:
        problem = Problem(word="wait", status=wait.status, number=wait.retry_after)
        return _form(request, attempt.username, problem)
    if isinstance(found, Refused):
        problem = Problem(word="wrong", status=401, number=found.tries_left)
        return _form(request, attempt.username, problem)
    session = await begin_session(here.context, here.settings, found, ("pwd",), cookies.browser(request))
    answer = await _send_back(request, asked, session)
    cookies.keep_session(request, answer, session.secret, here.settings.session(found.role))
    return answer


async def _asked(request: Request) -> Asked | Response:
    """What the client asks for, or the answer that says why not."""
    here = provider(request)
    try:
        query = read_once(request.url.query)
        back = await where_back(here.context, query)
    except (OAuthFault, WrongAddress):
        return pages.error(request)
    try:
        return understand(back, query)
    except OAuthFault as fault:
        return _refuse(request, back, fault)


def _refuse(request: Request, back: Return, fault: OAuthFault) -> Response:
    issuer = provider(request).issuer(request)
    address = back.address(issuer, error=fault.code, error_description=fault.description)
    return RedirectResponse(address, _SEE_OTHER, NO_STORE)


async def _send_back(request: Request, asked: Asked, session: SignedIn) -> Response:
    here = provider(request)
    code = await grant_code(here.context, asked, session)
    return RedirectResponse(asked.back.address(here.issuer(request), code=code), _SEE_OTHER, NO_STORE)


def _form(request: Request, username: str = "", problem: Problem | None = None) -> Response:
    proof = cookies.form_proof(request)
    answer = pages.sign_in(request, proof=proof, username=username, problem=problem)
    cookies.keep_proof(request, answer, proof)
    return answer


def _peer(request: Request) -> str:
    """The caller's address as the front door saw it: it sets the header itself and lets none through."""
    return request.headers.get("x-forwarded-for", "")
