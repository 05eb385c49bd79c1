"""Pages for people without a way in: asking for an account, confirming an address, a forgotten password."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from smartbear.contracts.people import Place
from smartbear.contracts.scope import AccessScope
from smartbear.identity.actions import registration, tries
from smartbear.identity.actions.address import confirm as confirm_address
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.model.registration import PRIVACY_NOTICE, TYPED, Registration
from smartbear.identity.model.strength import is_strong
from smartbear.identity.routes import cookies, pages
from smartbear.identity.routes.forms import read_form
from smartbear.identity.routes.provider import provider
from smartbear.kit.errors import TooManyRequests

_AS_ADMINISTRATOR = AccessScope(role="SysAdmin", username="registration")
_LETTERS_OF_ADDRESS = 20
"""Letters that one address may have sent before it has to wait."""


async def show_registration(request: Request) -> Response:
    """The form for an account."""
    return await _registration(request, {}, {})


async def register(request: Request) -> Response:
    """Keep a good form; the answer says nothing of other accounts."""
    form = await _our_form(request)
    wanted = Registration.read(form or {}, pages.language_of(request))
    problems = wanted.problems([place.id for place in await _organisations(request)])
    if form is None:
        return await _registration(request, {}, {"": "try_again"})
    if problems:
        return await _registration(request, form, problems)
    if not await _may_write(request):
        return await _registration(request, form, {"": "later"})
    await registration.register(provider(request).context, wanted)
    return pages.message(request, "registered")


async def confirm(request: Request) -> Response:
    """Ask before the link is used, since mail programs look at links; then open the account."""
    if request.method == "GET":
        return _question(request, "confirm.html", {})
    form = await _our_form(request)
    if form is None:
        return _question(request, "confirm.html", {"": "try_again"})
    good = await registration.confirm(provider(request).context, _link(request))
    return pages.message(request, "confirmed" if good else "link_over", 200 if good else 410)


async def forgotten(request: Request) -> Response:
    """Have a link sent; the answer is the same whether there is such an account."""
    if request.method == "GET":
        return _question(request, "forgotten.html", {})
    form = await _our_form(request)
    if form is None:
        return _question(request, "forgotten.html", {"": "try_again"})
    if not await _may_write(request):
        return _question(request, "forgotten.html", {"": "later"})
    await registration.ask_for_reset(provider(request).context, form.get("name", "").strip()[:254])
    return pages.message(request, "link_sent")


async def reset(request: Request) -> Response:
    """Set a new password with a link."""
    context = provider(request).context
    own = await registration.owner_of_link(context, _link(request))
    if own is None:
        return pages.message(request, "link_over", 410)
    if request.method == "GET":
        return _question(request, "reset.html", {})
    form = await _our_form(request)
    password = (form or {}).get("password", "")
    if form is None or not is_strong(password, own.values()):
        return _question(request, "reset.html", {"password": "weak_password"} if form else {"": "try_again"})
    good = await registration.reset(context, _link(request), password)
    return pages.message(request, "password_set" if good else "link_over", 200 if good else 410)


async def address(request: Request) -> Response:
    """Ask before the link is used, since mail programs look at links; then the address is the account's."""
    if request.method == "GET":
        return _question(request, "address.html", {})
    if await _our_form(request) is None:
        return _question(request, "address.html", {"": "try_again"})
    here = provider(request)
    good = await confirm_address(here.context, here.users, _link(request))
    return pages.message(request, "address_set" if good else "link_over", 200 if good else 410)


async def privacy(request: Request) -> Response:
    """What is kept about whoever has an account."""
    return pages.page(request, "privacy.html", version=PRIVACY_NOTICE)


async def _registration(request: Request, form: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    typed = {name: form.get(name, "") for name in TYPED}
    answer = {"typed": typed, "chosen": form.get("organisation", ""), "places": await _organisations(request)}
    return _question(request, "registration.html", problems, version=PRIVACY_NOTICE, **answer)


def _question(request: Request, template: str, problems: Mapping[str, str], **values: Any) -> Response:
    proof = cookies.form_proof(request)
    status = 400 if problems else 200
    answer = pages.page(request, template, status, proof=proof, problems=problems, **values)
    cookies.keep_proof(request, answer, proof)
    return answer


async def _our_form(request: Request) -> Mapping[str, str] | None:
    """The form, if it comes from a page of ours in this browser."""
    try:
        form = await read_form(request)
    except OAuthFault:
        return None
    return form if cookies.is_our_form(request, form) else None


async def _organisations(request: Request) -> list[Place]:
    return await provider(request).users.organisations(_AS_ADMINISTRATOR)


async def _may_write(request: Request) -> bool:
    """Whether this address may have another letter sent."""
    counted = tries.of_letters(cookies.peer(request))
    try:
        await tries.take(provider(request).context, counted, _LETTERS_OF_ADDRESS)
    except TooManyRequests:
        return False
    return True


def _link(request: Request) -> str:
    return request.query_params.get("link", "")[:100]
