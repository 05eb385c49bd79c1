"""What e-mails say: a participant's id, what happened in one word, and what to do. Never a value or a name.

The one exception are the participant's own words, in a message to a case manager.

The words are in ``messages/<language>.toml``, the layout in ``messages/letter.txt`` and ``letter.html``.
"""

import tomllib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from smartbear.contracts.letters import Letter as Written
from smartbear.contracts.people import Language
from smartbear.notifications.store.deliveries import Letter

_templates = Environment(
    loader=PackageLoader("smartbear.notifications", "messages"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def words(language: Language) -> dict[str, Any]:
    """All sentences of a language."""
    text = (files("smartbear.notifications") / "messages" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def compose(letter: Letter, *, sender: str, address: str, at: datetime) -> EmailMessage:
    """The e-mail, with the delivery's id as its Message-ID. ``address`` is the platform's own."""
    spoken = words(letter.language)
    about = {
        name: text.format(participant=letter.participant) for name, text in spoken[letter.message].items()
    }
    external = letter.recipient == "external_case_manager"
    facts = {
        "language": letter.language,
        "about": about,
        "advice": about["external" if external else "staff"],
        "words": spoken["letter"],
        "link": None if external else f"{address}/inbox?notice={letter.notice_id}",
    }
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = about["subject"]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.delivery_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_templates.get_template("letter.txt").render(facts))
    message.add_alternative(_templates.get_template("letter.html").render(facts), subtype="html")
    return message


def message_letter(to: str, participant: str, language: Language, text: str) -> Written:
    """A participant's own words for a case manager; the e-mail says nothing else about the person."""
    about = {name: said.format(participant=participant) for name, said in words(language)["message"].items()}
    facts = {"language": language, "about": about, "text": text}
    return Written(
        to=to,
        subject=about["subject"],
        text=_templates.get_template("message.txt").render(facts),
        html=_templates.get_template("message.html").render(facts),
    )
