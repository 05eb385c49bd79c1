"""The cookies: the session, a half sign-in, a form's proof that it was ours, and that a person has been here.

Both are for this provider alone (path, SameSite=Lax), out of reach for scripts, and Secure over https.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from smartbear.identity.actions import secrets
from smartbear.identity.model.realm import realm
from smartbear.identity.routes.provider import provider

_SESSION, _FORM = "smartbear_session", "smartbear_form"
_HALF, _KNOWN = "smartbear_half", "smartbear_known"
_FORM_LIFETIME, _HALF_LIFETIME = timedelta(hours=1), timedelta(minutes=10)
_KNOWN_LIFETIME = timedelta(days=365)


def session_secret(request: Request) -> str:
    """What the session's cookie holds; empty without one."""
    return request.cookies.get(_SESSION, "")


def keep_session(request: Request, answer: Response, secret: str, lifetime: timedelta) -> None:
    """Let the browser stay signed in."""
    _put(request, answer, _SESSION, secret, lifetime)


def forget_session(answer: Response) -> None:
    """Take the session's cookie away."""
    answer.delete_cookie(_SESSION, path=realm().issuer_path, httponly=True, samesite="lax")


def form_proof(request: Request) -> str:
    """A secret to put into a form; the browser's own if it has one, so that two open forms both work."""
    return request.cookies.get(_FORM) or secrets.fresh()[0]


def keep_proof(request: Request, answer: Response, proof: str) -> None:
    """Tie a form to this browser by a cookie that only this site can read back."""
    _put(request, answer, _FORM, proof, _FORM_LIFETIME)


def is_our_form(request: Request, form: Mapping[str, str]) -> bool:
    """Whether the form comes from a page of ours in this browser."""
    kept, sent = request.cookies.get(_FORM, ""), form.get("proof", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), sent.encode())


def half_secret(request: Request) -> str:
    """What the cookie of a half sign-in holds; empty without one."""
    return request.cookies.get(_HALF, "")


def keep_half(request: Request, answer: Response, secret: str) -> None:
    """Let the browser go on with the second step."""
    _put(request, answer, _HALF, secret, _HALF_LIFETIME)


def known_browser(request: Request) -> str:
    """What says that a person has signed in here before; empty without it."""
    return request.cookies.get(_KNOWN, "")


def keep_known(request: Request, answer: Response, value: str) -> None:
    """Remember that a person has signed in here; it opens nothing."""
    _put(request, answer, _KNOWN, value, _KNOWN_LIFETIME)


def peer(request: Request) -> str:
    """The caller's address as the front door saw it: it sets the header itself and lets none through."""
    return request.headers.get("x-forwarded-for", "")


def browser(request: Request) -> str:
    """What the browser calls itself, for the person's own list of sessions."""
    return "".join(filter(str.isprintable, request.headers.get("user-agent", "")))[:200]


def _put(request: Request, answer: Response, name: str, value: str, lifetime: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        path=realm().issuer_path,
        secure=provider(request).address(request).startswith("https:"),
        httponly=True,
        samesite="lax",
    )
