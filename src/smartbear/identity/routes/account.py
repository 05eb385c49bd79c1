"""A person's own account: where one is signed in, second factors, password, and deleting it.

Whoever opens it has signed in within the last quarter of an hour: an unlocked screen is not enough.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smartbear.identity.actions import address, factors, own, passkeys, permissions, recovery
from smartbear.identity.actions.letters import ACCOUNT
from smartbear.identity.actions.sign_in import SignedIn, find_session
from smartbear.identity.model import webauthn
from smartbear.identity.model.browsers import named
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes import cookies, pages, steps
from smartbear.identity.routes.forms import read_form
from smartbear.identity.routes.pages import Problem
from smartbear.identity.routes.provider import NO_STORE, provider

_FRESH = timedelta(minutes=15)
_SEE_OTHER = 303
_Form = Mapping[str, str]
_Do = Callable[[Request, SignedIn, _Form], Awaitable[Response]]


async def show(request: Request) -> Response:
    """The account, or the form to sign in."""
    session = await _session(request)
    return await _page(request, session) if session else steps.password_form(request)


async def submit(request: Request) -> Response:
    """Do what a form of the page asks; its steps of signing in are those of every sign-in."""
    try:
        form = await read_form(request)
    except OAuthFault:
        form = {}
    session = await _session(request)
    if "do" not in form:
        return await steps.take(request, form, _back)
    if session is None or not cookies.is_our_form(request, form) or form["do"] not in _DEEDS:
        return await show(request)
    return await _DEEDS[form["do"]](request, session, form)


async def _session(request: Request) -> SignedIn | None:
    context = provider(request).context
    session = await find_session(context, cookies.session_secret(request))
    return session if session and context.clock.now() - session.since <= _FRESH else None


async def _back(_session: SignedIn) -> Response:
    return RedirectResponse(ACCOUNT, _SEE_OTHER, NO_STORE)


async def _page(request: Request, session: SignedIn, problem: Problem | None = None) -> Response:
    context = provider(request).context
    proof = cookies.form_proof(request)
    seen = await own.overview(context, session)
    passkeys_ = [(webauthn.coded(key.id), key.created_at) for key in seen.passkeys]
    answer = pages.page(
        request,
        "account.html",
        problem.status if problem else 200,
        client="" if seen.may_delete else pages.OF_PARTICIPANTS,
        proof=proof,
        problem=problem,
        person=seen.account,
        sessions=sorted(seen.sessions, key=lambda one: one.id != seen.here),  # this one first
        named=named,
        here_id=seen.here,
        has_totp=seen.has_totp,
        passkeys=passkeys_,
        recovery_codes=seen.recovery_codes,
        permissions=seen.permissions,
        may_delete=seen.may_delete,
    )
    cookies.keep_proof(request, answer, proof)
    return answer


async def _end_one(request: Request, session: SignedIn, form: _Form) -> Response:
    await own.end_session(provider(request).context, session, form.get("session", ""))
    return await _back(session)


async def _end_others(request: Request, session: SignedIn, _form: _Form) -> Response:
    await own.end_others(provider(request).context, session)
    return await _back(session)


async def _set_password(request: Request, session: SignedIn, form: _Form) -> Response:
    context = provider(request).context
    word = await own.set_password(context, session, form.get("current", ""), form.get("password", ""))
    if word:
        return await _page(request, session, Problem(word=word, status=400))
    answer = pages.message(request, "password_set")
    cookies.forget_session(answer)
    return answer


async def _set_up_app(request: Request, session: SignedIn, _form: _Form) -> Response:
    context = provider(request).context
    who = await factors.waiting(context, await factors.begin(context, session.account, anew=True))
    return steps.second_form(request, who) if who else await show(request)


async def _remove_app(request: Request, session: SignedIn, _form: _Form) -> Response:
    await factors.remove_totp(provider(request).context, session.account)
    return await _back(session)


async def _make_passkey(request: Request, session: SignedIn, _form: _Form) -> Response:
    context = provider(request).context
    who = await factors.waiting(context, await factors.begin(context, session.account, anew=True))
    if who is None:
        return await show(request)
    proof = cookies.form_proof(request)
    answer = pages.new_passkey(request, proof=proof, who=who)
    cookies.keep_proof(request, answer, proof)
    cookies.keep_half(request, answer, who.secret)
    return answer


async def _keep_passkey(request: Request, session: SignedIn, form: _Form) -> Response:
    context = provider(request).context
    who = await factors.waiting(context, cookies.half_secret(request))
    if who is None or who.account.id != session.account:
        return await show(request)
    if not await passkeys.add(context, who, form.get("answer", ""), steps.expected(request, who)):
        return await _page(request, session, Problem(word="no_passkey", status=400))
    codes = await recovery.first(context, session.account)
    return pages.recovery_codes(request, codes=codes, onward=ACCOUNT) if codes else await _back(session)


async def _remove_passkey(request: Request, session: SignedIn, form: _Form) -> Response:
    await own.remove_passkey(provider(request).context, session, form.get("passkey", ""))
    return await _back(session)


async def _renew_codes(request: Request, session: SignedIn, _form: _Form) -> Response:
    codes = await recovery.renew(provider(request).context, session.account)
    return pages.recovery_codes(request, codes=codes, onward=ACCOUNT)


async def _change_address(request: Request, session: SignedIn, form: _Form) -> Response:
    context, wanted = provider(request).context, form.get("email", "").strip()
    word = await address.ask(context, session, form.get("current", ""), wanted)
    if word:
        return await _page(request, session, Problem(word=word, status=400))
    return pages.message(request, "address_asked")


async def _take_back(request: Request, session: SignedIn, form: _Form) -> Response:
    await permissions.take_back(provider(request).context, session, form.get("client", ""))
    return await _back(session)


async def _delete(request: Request, session: SignedIn, form: _Form) -> Response:
    here = provider(request)
    if not await own.delete(here.context, here.users, session, form.get("current", "")):
        return await _page(request, session, Problem(word="wrong_password", status=400))
    answer = pages.message(request, "deleted")
    cookies.forget_session(answer)
    return answer


_DEEDS: Mapping[str, _Do] = {
    "end": _end_one,
    "end_others": _end_others,
    "password": _set_password,
    "set_up": _set_up_app,
    "remove_app": _remove_app,
    "make_passkey": _make_passkey,
    "keep_passkey": _keep_passkey,
    "remove_passkey": _remove_passkey,
    "renew_codes": _renew_codes,
    "address": _change_address,
    "take_back": _take_back,
    "delete": _delete,
}
