"""The pages people see: signing in, signed out, and a link that leads nowhere."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from smartbear.identity.routes.provider import provider

LANGUAGES = {
    "en": "English",
    "el": "Ελληνικά",
    "it": "Italiano",
    "fr": "Français",
    "pt": "Português",
    "ro": "Română",
    "es": "Español",
}
_COOKIE = "smartbear_language"
_OF_PARTICIPANTS = "mobile"  # the client whose users get larger text and targets
_CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {"cache-control": "no-store", "x-frame-options": "DENY"}
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("smartbear.identity"), autoescape=True, undefined=jinja2.StrictUndefined
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why the form is shown again: the word for it, and the tries left or the seconds to wait."""

    word: str
    status: int
    number: int | None = None


def sign_in(request: Request, *, proof: str, username: str, problem: Problem | None) -> HTMLResponse:
    """The form; after a problem with what it was, and with the name that was typed."""
    return _page(
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
    return _page(request, "sign_out.html", client=client, proof=proof, carried=carried)


def signed_out(request: Request, *, client: str) -> HTMLResponse:
    """Confirmation that nobody is signed in here any more."""
    return _page(request, "signed_out.html", client=client)


def error(request: Request) -> HTMLResponse:
    """For a request that names no client we know: nobody may be sent back."""
    return _page(request, "error.html", 400, here="")


def _page(
    request: Request, template: str, status: int = 200, *, client: str = "", **values: object
) -> HTMLResponse:
    language = language_of(request)
    words = _words()[language]
    settings = provider(request).context.settings
    text = _templates.get_template(template).render(
        t=words,
        language=language,
        languages=LANGUAGES,
        environment=settings.environment,
        large=client == _OF_PARTICIPANTS,
        **{"here": _without_language(request), **values},
    )
    policy = f"{_CSP}; form-action 'self' {' '.join(settings.addresses())}"
    headers = {**_HEADERS, "content-security-policy": policy, "content-language": language}
    answer = HTMLResponse(text, status, headers)
    if request.query_params.get("ui_locales") == language:
        answer.set_cookie(_COOKIE, language, path="/realms/smartbear", samesite="lax", httponly=True)
    return answer


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


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = (files("smartbear.identity") / "texts.toml").read_text(encoding="utf-8")
    told: dict[str, dict[str, str]] = tomllib.loads(text)
    return {language: told["en"] | told[language] for language in LANGUAGES}
