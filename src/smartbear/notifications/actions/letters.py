"""Sending one e-mail: until the server accepts it, refuses it for good, or the tries are used up."""

from datetime import datetime, timedelta

from smartbear.contracts.inbox import Undelivered
from smartbear.kit import logs, telemetry
from smartbear.kit.db import Connection
from smartbear.notifications.actions import mail, wording
from smartbear.notifications.actions.dispatch import dispatch, send_later
from smartbear.notifications.actions.mail import Failure
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.deliveries import Planned
from smartbear.notifications.model.notice import Notice
from smartbear.notifications.store import changes, deliveries, notices
from smartbear.notifications.store.deliveries import Letter

_log = logs.get("notifications")


async def send_letter(services: Services, delivery_id: str) -> None:
    """Send, then write down what became of it.

    A crash in between sends the letter twice, with the same Message-ID, rather than never.
    """
    context, settings = services.context, services.settings
    async with context.db.connection() as connection:
        letter = await deliveries.letter(connection, delivery_id)
    if letter is None:
        return
    now = context.clock.now()
    if letter.is_withheld:
        await _withhold(services, letter, now)
        return
    address = context.settings.addresses()[0]
    message = wording.compose(letter, sender=settings.sender, address=address, at=now)
    failure = await mail.send(settings, message)
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        outcome = await _settle(tx, services, letter, failure, now)
    telemetry.DELIVERIES.labels("email", outcome).inc()
    _log.info(
        "letter_handled", channel="email", state=outcome, code=failure.detail if failure else "accepted"
    )


async def _withhold(services: Services, letter: Letter, now: datetime) -> None:
    """End a delivery about a person who has withdrawn meanwhile; nobody hears that somebody was not told."""
    async with services.context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        await deliveries.finish(tx, letter.delivery_id, "failed", now, "withheld")
        await changes.record(tx, [letter.notice_id], now)
    _log.info("letter_handled", channel="email", state="failed", code="withheld")


async def _settle(
    tx: Connection, services: Services, letter: Letter, failure: Failure | None, now: datetime
) -> str:
    if failure is None:
        if await deliveries.finish(tx, letter.delivery_id, "delivered", now, None):
            await changes.record(tx, [letter.notice_id], now)
        return "delivered"
    if failure.permanent or letter.tries + 1 >= services.settings.email_tries:
        if await deliveries.finish(tx, letter.delivery_id, "failed", now, failure.detail):
            await _report(tx, services, letter, failure, now)
        return "failed"
    if await deliveries.postpone(tx, letter.delivery_id, letter.tries, failure.detail):
        pause = timedelta(seconds=services.settings.email_pause * 2**letter.tries)
        await send_later(tx, letter.delivery_id, now + pause)
    return "postponed"


async def _report(
    tx: Connection, services: Services, letter: Letter, failure: Failure, now: datetime
) -> None:
    """Tell the case managers that somebody was not told: an item of its own, once for each recipient."""
    about = await notices.notice(tx, letter.notice_id)
    assert about is not None
    undelivered = Undelivered(notice_id=about.id, channel="email", to=letter.recipient, detail=failure.detail)
    person = about.model_dump(
        include={"subject", "participant", "organisation_id", "language", "age", "sex", "conditions"}
    )
    report = Notice(
        id=services.context.new_id(),
        kind="not_delivered",
        level="notice",
        undelivered=undelivered,
        raised_at=now,
        muted=False,
        **person,
    )
    touched = [about.id]
    if await notices.add(tx, report):
        await notices.add_item(tx, report.id, "ccm", None)
        planned = [Planned("dashboard", "case_manager", report.kind)]
        await dispatch(tx, services.context, report.id, planned)
        touched.append(report.id)
    await changes.record(tx, touched, now)
