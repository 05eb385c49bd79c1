"""The pages people see: signing in, signed out, and a link that leads nowhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from smartbear.identity.actions.factors import Waiting
from smartbear.identity.actions.letters import ACCOUNT
from smartbear.identity.model import qr, totp, webauthn
from smartbear.identity.model.realm import realm
from smartbear.identity.model.texts import LANGUAGES, words
from smartbear.identity.routes.provider import provider

_COOKIE = "smartbear_language"
OF_PARTICIPANTS = "mobile"
"""The client whose users get larger text and targets."""
_CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {"cache-control": "no-store", "x-frame-options": "DENY"}
_WORDS_OF_WISHES = {
    "openid": "wish_place",
    "claim:roles": "wish_place",
    "claim:organisation": "wish_place",
    "claim:pilot": "wish_place",
    "claim:participant": "wish_place",
    "profile": "wish_name",
    "claim:name": "wish_name",
    "claim:preferred_username": "wish_name",
    "email": "wish_email",
    "claim:email": "wish_email",
    "offline_access": "wish_away",
}
"""Scope or claim → the word for it, in the order people are told; what has none is shown as it is."""
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("smartbear.identity"), autoescape=True, undefined=jinja2.StrictUndefined
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why the form is shown again: the word for it, and the tries left or the seconds to wait."""

    word: str
    status: int
    number: int | None = None
    step: str = ""
    """Of the second step's forms, the one it is about."""


def sign_in(request: Request, *, proof: str, username: str, problem: Problem | None) -> HTMLResponse:
    """The form; after a problem with what it was, and with the name that was typed."""
    return page(
        request,
        "sign_in.html",
        problem.status if problem else 200,
        client=request.query_params.get("client_id", ""),
        proof=proof,
        username=username,
        problem=problem,
    )


def sign_out(request: Request, *, client: str, proof: str, carried: Mapping[str, str]) -> HTMLResponse:
    """The question whether to sign out; ``carried`` is asked again with the answer."""
    return page(request, "sign_out.html", client=client, proof=proof, carried=carried)


def signed_out(request: Request, *, client: str) -> HTMLResponse:
    """Confirmation that nobody is signed in here any more."""
    return page(request, "signed_out.html", client=client)


def error(request: Request) -> HTMLResponse:
    """For a request that names no client we know: nobody may be sent back."""
    return page(request, "error.html", 400, here="")


def second(
    request: Request, *, proof: str, who: Waiting, secret: bytes | None, problem: Problem | None
) -> HTMLResponse:
    """The second step: one-time password or passkey, or a ``secret`` for an authenticator app to set up."""
    return page(
        request,
        "second.html" if secret is None else "set_up.html",
        problem.status if problem else 200,
        client=request.query_params.get("client_id", ""),
        runs_script=secret is None and bool(who.factors.passkeys),
        proof=proof,
        problem=problem,
        has_totp=who.factors.totp is not None,
        challenge=webauthn.coded(who.half.challenge),
        passkeys=[webauthn.coded(one) for one in who.factors.passkeys],
        key=totp.readable(secret) if secret else "",
        key_address=_key_address(secret, who.account.username),
        picture=Markup(qr.picture(_key_address(secret, who.account.username))),  # noqa: S704 - made here
    )


def _key_address(secret: bytes | None, username: str) -> str:
    return totp.address(secret, "SMART BEAR", username) if secret else ""


def recovery_codes(request: Request, *, codes: Sequence[str], onward: str) -> HTMLResponse:
    """New recovery codes, to be read this once, and where to go on."""
    return page(request, "recovery_codes.html", codes=codes, onward=onward)


def permission(request: Request, *, proof: str, program: str, wishes: Collection[str]) -> HTMLResponse:
    """The question whether a program of others may do what it wants."""
    known = [word for wish, word in _WORDS_OF_WISHES.items() if wish in wishes]
    told = [*dict.fromkeys(known), *sorted(set(wishes) - _WORDS_OF_WISHES.keys())]
    return page(request, "permission.html", proof=proof, program=program, wishes=told)


def new_passkey(request: Request, *, proof: str, who: Waiting) -> HTMLResponse:
    """Where a passkey is made."""
    return page(
        request,
        "new_passkey.html",
        runs_script=True,
        proof=proof,
        challenge=webauthn.coded(who.half.challenge),
        passkeys=[webauthn.coded(one) for one in who.factors.passkeys],
        user=webauthn.coded(who.account.id.encode()),
        username=who.account.username,
    )


def message(request: Request, word: str, status: int = 200) -> HTMLResponse:
    """A page that says one thing."""
    return page(request, "message.html", status, word=word)


def page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    client: str = "",
    runs_script: bool = False,
    **values: object,
) -> HTMLResponse:
    """A page in the browser's language; ``runs_script`` lets the one script for passkeys run."""
    language = language_of(request)
    settings = provider(request).context.settings
    text = _templates.get_template(template).render(
        t=words(language),
        language=language,
        languages=LANGUAGES,
        environment=settings.environment,
        large=client == OF_PARTICIPANTS,
        account=ACCOUNT,
        runs_script=runs_script,
        **{"here": _without_language(request), **values},
    )
    script = "; script-src 'self'" if runs_script else ""
    onward = getattr(request.state, "onward", "")
    policy = f"{_CSP}{script}; form-action 'self' {' '.join(settings.addresses())} {onward}".rstrip()
    headers = {**_HEADERS, "content-security-policy": policy, "content-language": language}
    answer = HTMLResponse(text, status, headers)
    if request.query_params.get("ui_locales") == language:
        answer.set_cookie(_COOKIE, language, path=realm().issuer_path, samesite="lax", httponly=True)
    return answer


def let_lead_to(request: Request, address: str) -> None:
    """Let this page's forms end at a client's address: browsers hold redirects to the policy, too."""
    request.state.onward = "://".join(urlsplit(address)[:2])


def language_of(request: Request) -> str:
    """Chosen on the page, else remembered, else what the browser prefers, else English."""
    chosen = (*request.query_params.get("ui_locales", "").split(), request.cookies.get(_COOKIE, ""))
    preferred = [part.partition(";")[0].strip() for part in _accepted(request).split(",")]
    for tag in (*chosen, *preferred):
        if tag[:2].lower() in LANGUAGES:
            return tag[:2].lower()
    return "en"


def _accepted(request: Request) -> str:
    return request.headers.get("accept-language", "")


def _without_language(request: Request) -> str:
    """The query of this page, for links that change the language alone."""
    return str(request.url.remove_query_params("ui_locales").query)
