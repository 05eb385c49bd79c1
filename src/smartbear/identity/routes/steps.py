"""Signing in, step by step: the password, then a second factor where one is needed or has to be set up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from smartbear.identity.actions import factors, passkeys, recovery, tries, witness
from smartbear.identity.actions.accounts import Attempt, Refused, check_password
from smartbear.identity.actions.factors import Waiting
from smartbear.identity.actions.sign_in import SignedIn, begin_session
from smartbear.identity.model.accounts import Account
from smartbear.identity.model.webauthn import Expected
from smartbear.identity.routes import cookies, pages
from smartbear.identity.routes.pages import Problem
from smartbear.identity.routes.provider import provider
from smartbear.kit.errors import TooManyRequests

Done = Callable[[SignedIn], Awaitable[Response]]
"""Where to go once somebody has signed in."""
_TRY_AGAIN = Problem(word="try_again", status=400)
_WRONG_CODE = Problem(word="wrong_code", status=401)
_PASSWORD, _CODE, _PASSKEY = ("pwd",), ("pwd", "otp", "mfa"), ("pwd", "pop", "mfa")


async def take(request: Request, form: Mapping[str, str], done: Done) -> Response:
    """Take the step that a form is about, and show the next one or be done."""
    if not cookies.is_our_form(request, form):
        return password_form(request, problem=_TRY_AGAIN)
    if form.get("step", "password") == "password":
        return await _password(request, form, done)
    who = await factors.waiting(provider(request).context, cookies.half_secret(request))
    if who is None:
        return password_form(request, problem=_TRY_AGAIN)
    return await _second(request, form, who, done)


def password_form(request: Request, username: str = "", problem: Problem | None = None) -> Response:
    """The first step."""
    proof = cookies.form_proof(request)
    answer = pages.sign_in(request, proof=proof, username=username, problem=problem)
    cookies.keep_proof(request, answer, proof)
    return answer


async def _password(request: Request, form: Mapping[str, str], done: Done) -> Response:
    here = provider(request)
    username = form.get("username", "").strip()[:200]
    known = cookies.known_browser(request)
    attempt = Attempt(username, form.get("password", "")[:1000], cookies.peer(request), known)
    try:
        found = await check_password(here.context, attempt)
    except TooManyRequests as wait:
        _failed(request, username)
        return _later(password_form(request, username, _waiting(wait)), wait)
    if isinstance(found, Refused):
        _failed(request, username)
        return password_form(request, username, Problem(word="wrong", status=401, number=found.tries_left))
    if not await factors.are_needed(here.context, here.settings, found):
        return await finish(request, found, _PASSWORD, done)
    secret = await factors.begin(here.context, found.id)
    who = await factors.waiting(here.context, secret)
    return second_form(request, who) if who else password_form(request, problem=_TRY_AGAIN)


def _failed(request: Request, username: str) -> None:
    here = provider(request)
    witness.failed(here.context, here.failures, username, cookies.peer(request))


async def _second(request: Request, form: Mapping[str, str], who: Waiting, done: Done) -> Response:
    step = form.get("step", "")
    try:
        is_right = await _is_right(request, form, who)
    except TooManyRequests as wait:
        _failed(request, who.account.username)
        return _later(second_form(request, who, replace(_waiting(wait), step=step)), wait)
    if not is_right:
        _failed(request, who.account.username)
        return second_form(request, who, replace(_WRONG_CODE, step=step))
    codes = await recovery.first(provider(request).context, who.account.id)
    amr = _PASSKEY if step == "passkey" else _CODE
    return await finish(request, who.account, amr, _after_reading(request, codes) if codes else done)


async def _is_right(request: Request, form: Mapping[str, str], who: Waiting) -> bool:
    """Whether what was shown beside the password is the account's."""
    context, step = provider(request).context, form.get("step")
    if step == "passkey":
        return await passkeys.check(context, who, form.get("answer", ""), expected(request, who))
    given, known = "".join(form.get("code", "")[:100].split()), cookies.known_browser(request)
    if step == "recovery":
        return await recovery.check(context, who, given, known)
    return await factors.check_code(context, who, given, known)


def _after_reading(request: Request, codes: Sequence[str]) -> Done:
    """Show new recovery codes, then go on from where the sign-in began, but do not ask for it again."""
    onward = request.url.remove_query_params(["prompt", "max_age"])

    async def show(_session: SignedIn) -> Response:
        return pages.recovery_codes(request, codes=codes, onward=f"{onward.path}?{onward.query}".rstrip("?"))

    return show


def second_form(request: Request, who: Waiting, problem: Problem | None = None) -> Response:
    """The second step."""
    proof = cookies.form_proof(request)
    context = provider(request).context
    secret = factors.secret_to_set_up(context, who.half) if who.sets_up else None
    answer = pages.second(request, proof=proof, who=who, secret=secret, problem=problem)
    cookies.keep_proof(request, answer, proof)
    cookies.keep_half(request, answer, who.secret)
    return answer


def expected(request: Request, who: Waiting) -> Expected:
    """What a passkey has to sign on this page."""
    address = provider(request).address(request)
    return Expected(who.half.challenge, (address,), urlsplit(address).hostname or "")


async def finish(request: Request, account: Account, amr: tuple[str, ...], done: Done) -> Response:
    """Begin the session, and remember that this browser is one the person uses."""
    here = provider(request)
    session = await begin_session(here.context, here.settings, account, amr, cookies.browser(request))
    answer = await done(session)
    cookies.keep_session(request, answer, session.secret, here.settings.session(account.role))
    cookies.keep_known(request, answer, tries.known_browser(here.context, account.username))
    return answer


def _waiting(wait: TooManyRequests) -> Problem:
    return Problem(word="wait", status=wait.status, number=wait.retry_after)


def _later(answer: Response, wait: TooManyRequests) -> Response:
    """The page, which programs are told the time of too (RFC 6585 §4)."""
    answer.headers["retry-after"] = str(wait.retry_after)
    return answer
