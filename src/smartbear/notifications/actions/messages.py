"""A participant writes to the own case managers, who get it as an e-mail."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from smartbear.contracts.events import publish
from smartbear.contracts.letters import Letter, LetterWanted
from smartbear.contracts.people import Audience
from smartbear.contracts.scope import AccessScope
from smartbear.kit import logs
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, FieldError, TooManyRequests, Unavailable, Unprocessable
from smartbear.notifications import access
from smartbear.notifications.actions.services import Services
from smartbear.notifications.actions.wording import message_letter
from smartbear.notifications.store import messages

_SPAN, _MOST = timedelta(hours=1), 10  # messages of one participant in that span
_log = logs.get("notifications")


async def send(services: Services, scope: AccessScope, key: str, text: str) -> None:
    """Have the message sent to everybody who looks after the participant; the same key again sends nothing.

    Conflict if nobody can be written to, TooManyRequests after ten in an hour, Unprocessable for a key that
    was used for another text.
    """
    subject, context = access.writing(scope), services.context
    if not services.settings.smtp_host:
        raise Unavailable("Messages cannot be sent from here. Please call your care team.")
    people = await services.users.audience(subject)
    letters = list(_letters(people, text))
    if not letters:
        raise Conflict("None of your case managers can be written to. Please call your care team.")
    digest = blake2b(text.encode(), key=context.key("messages"), digest_size=16).digest()
    async with context.db.transaction() as tx:
        known = await messages.add(tx, scope.account, key, digest, context.clock.now())
        if known is not None:
            _expect_same(known, digest)
            return
        await _limit(tx, scope.account, context.clock.now())
        for letter in letters:
            await publish(tx, LetterWanted.of(context, letter))
    _log.info("message_taken", count=len(letters))


def _letters(people: Audience, text: str) -> Iterator[Letter]:
    addresses = [manager.email for manager in people.case_managers] + [people.external_email]
    for address in dict.fromkeys(filter(None, addresses)):
        yield message_letter(address, people.participant, people.language, text)


def _expect_same(known: bytes, digest: bytes) -> None:
    if known != digest:
        fault = FieldError("Idempotency-Key", "used", "This key was used for another message.")
        raise Unprocessable(errors=(fault,))


async def _limit(tx: Connection, account: str, now: datetime) -> None:
    lately = await messages.since(tx, account, now - _SPAN)
    if len(lately) > _MOST:
        wait = ceil((lately[-_MOST - 1] + _SPAN - now).total_seconds())
        raise TooManyRequests("You have written many messages. Please call.", retry_after=max(1, wait))
