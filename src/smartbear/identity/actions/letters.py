"""E-mails about accounts, in the person's language. Links in them are good for a while, and once."""

from datetime import timedelta
from typing import Literal

import jinja2

from smartbear.contracts.events import publish
from smartbear.contracts.letters import Letter, LetterWanted
from smartbear.identity.actions import secrets
from smartbear.identity.model.accounts import Account
from smartbear.identity.model.people import Person
from smartbear.identity.model.realm import realm
from smartbear.identity.model.texts import LANGUAGES, words
from smartbear.identity.store import links
from smartbear.kit.context import Context
from smartbear.kit.db import Connection

Kind = Literal[
    "received",
    "exists",
    "name_taken",
    "refused",
    "confirm",
    "welcome",
    "reset",
    "changed",
    "address",
    "address_changed",
    "factors_removed",
    "recovery_used",
]
ACCOUNT = f"{realm().issuer_path}/account"
_LIFETIMES = {
    "confirm": timedelta(days=7),
    "welcome": timedelta(days=7),
    "reset": timedelta(hours=1),
    "address": timedelta(hours=1),
}
_PURPOSES = {"confirm": "confirm", "welcome": "reset", "reset": "reset", "address": "address"}
_PAGES = {"exists": "/forgotten", "name_taken": "/registration", "refused": "/registration"}
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("smartbear.identity"),
    autoescape=jinja2.select_autoescape(("html",)),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)


async def send(tx: Connection, context: Context, kind: Kind, to: str, language: str) -> None:
    """Have a letter without a link of its own sent."""
    await _send(tx, context, kind, to, language, _address(context, _PAGES.get(kind, "")))


async def send_link(
    tx: Connection, context: Context, kind: Kind, owner: Person | Account, *, to: str | None = None
) -> None:
    """Have a letter sent with a link for its receiver alone; an earlier one of the kind is over.

    ``to`` is an address that is to become the account's, and goes with the link.
    """
    receiver = to or owner.email
    if receiver is None:
        return
    secret, digest = secrets.fresh()
    purpose, until = _PURPOSES[kind], context.clock.now() + _LIFETIMES[kind]
    await links.put(tx, digest, owner.id, purpose, until, to)
    address = _address(context, f"/{purpose}?link={secret}")
    await _send(tx, context, kind, receiver, owner.language, address)


async def _send(tx: Connection, context: Context, kind: Kind, to: str, language: str, address: str) -> None:
    language = language if language in LANGUAGES else "en"
    spoken = words(language)
    facts = {
        "language": language,
        "subject": spoken[f"mail_{kind}"],
        "text": spoken[f"mail_{kind}_long"],
        "action": spoken.get(f"mail_{kind}_link", spoken["mail_open"]),
        "footer": spoken["mail_footer"],
        "link": address,
    }
    text, html = (_templates.get_template(f"letter.{form}").render(facts) for form in ("txt", "html"))
    letter = Letter(to=to, subject=facts["subject"], text=text, html=html)
    await publish(tx, LetterWanted.of(context, letter))


def _address(context: Context, page: str) -> str:
    return f"{context.settings.addresses()[0]}{ACCOUNT}{page}"
