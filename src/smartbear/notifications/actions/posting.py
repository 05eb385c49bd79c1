"""Sending the e-mails of other components as they come."""

from email.message import EmailMessage
from email.utils import format_datetime

from smartbear.contracts.events import publish
from smartbear.contracts.letters import LetterRefused, LetterWanted
from smartbear.kit import logs, telemetry
from smartbear.kit.errors import Unavailable
from smartbear.notifications.actions import mail
from smartbear.notifications.actions.services import Services

_log = logs.get("notifications")


async def post(services: Services, wanted: LetterWanted) -> None:
    """Send; Unavailable if the server does not take it now, and the job is tried again.

    ``identity`` is told if the server never will.
    """
    letter, settings = wanted.opened(services.context), services.settings
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(services.context.clock.now())
    message["Message-ID"] = f"<{wanted.letter_id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    failure = await mail.send(settings, message)
    outcome = "delivered" if failure is None else "failed" if failure.permanent else "postponed"
    telemetry.DELIVERIES.labels("email", outcome).inc()
    _log.info(
        "letter_handled", channel="email", state=outcome, code=failure.detail if failure else "accepted"
    )
    if outcome == "failed":
        async with services.context.db.transaction() as tx:
            await publish(tx, LetterRefused(sealed=wanted.sealed, at=services.context.clock.now()))
    if outcome == "postponed":
        raise Unavailable("The mail server does not take letters now.")
