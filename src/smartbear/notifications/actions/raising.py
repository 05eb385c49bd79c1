"""A rule has raised a notice: put it into the inboxes, tell people, close what it makes pointless."""

from datetime import datetime, timedelta
from typing import Any

from smartbear.contracts.events import NoticeRaised
from smartbear.contracts.inbox import Coded, RuleVersion, ShownLimit, ShownReading
from smartbear.contracts.people import Audience as People
from smartbear.kit import logs, telemetry
from smartbear.kit.db import Connection
from smartbear.kit.errors import PlatformError
from smartbear.kit.jobs import defer
from smartbear.notifications.actions.dispatch import dispatch
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.deliveries import plan
from smartbear.notifications.model.notice import Notice, first_state, is_muted, superseded
from smartbear.notifications.store import changes, notices

ESCALATE = "notifications.alert.escalate"
_log = logs.get("notifications")


async def raise_notice(services: Services, event: NoticeRaised) -> None:
    """Do all of it in one transaction; being told of the same notice again changes nothing."""
    people = await services.users.audience(event.subject)
    notice = _notice(services, event, people, await _conditions(services, event))
    planned = plan(notice, event.audience, people, email=bool(services.settings.smtp_host))
    now = services.context.clock.now()
    async with services.context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        if not await notices.add(tx, notice):
            return
        for audience in event.audience:
            closed = first_state(notice.kind, audience) == "resolved"
            await notices.add_item(tx, notice.id, audience, _by_itself(notice, now) if closed else None)
        await dispatch(tx, services.context, notice.id, planned)
        touched = await _supersede(tx, event.episode_id, now)
        if notice.escalate_at and not notice.muted:
            await _escalate_later(tx, notice.id, notice.escalate_at)
        await changes.record(tx, touched | {notice.id}, now)
    telemetry.NOTICES.labels(notice.kind).inc()
    _log.info("notice_filed", notice=notice.id, kind=notice.kind, state="muted" if notice.muted else "open")


async def _conditions(services: Services, event: NoticeRaised) -> tuple[Coded, ...]:
    """The rule's conditions in the words of the record; an alert does not wait for a repository."""
    words: dict[str, str] = {}
    try:
        words = {c.code: c.display for c in await services.cdr.conditions(event.subject)}
    except PlatformError as error:
        _log.warning("neighbour_silent", component="cdr", code=error.code)
    return tuple(Coded(code=code, display=words.get(code) or None) for code in event.conditions)


def _notice(services: Services, event: NoticeRaised, people: People, conditions: tuple[Coded, ...]) -> Notice:
    urgent = event.level == "red" and "ccm" in event.audience
    patience = timedelta(seconds=services.settings.escalate_after)
    return Notice(
        id=event.notice_id,
        episode_id=event.episode_id,
        kind=event.kind,
        level=event.level,
        measure=event.measure,
        subject=event.subject,
        participant=people.participant,
        organisation_id=people.organisation,
        language=people.language,
        age=people.age,
        sex=people.sex,
        conditions=conditions,
        rule=RuleVersion(id=event.rule_id, version=event.rule_version),
        readings=tuple(ShownReading(**reading.model_dump()) for reading in event.readings),
        limit=ShownLimit(**event.limit.model_dump()),
        deadline=event.deadline,
        raised_at=event.raised_at,
        escalate_at=services.context.clock.now() + patience if urgent else None,
        muted=is_muted(event.conditions, people.muted_conditions),
    )


def _by_itself(notice: Notice, at: datetime) -> dict[str, Any]:
    return {"by": None, "name": None, "at": at.isoformat(), "outcome": notice.kind, "note": None}


async def _supersede(tx: Connection, episode_id: str, at: datetime) -> set[str]:
    """Close what the episode's notices make pointless among themselves, in whatever order they came."""
    pointless = superseded(await notices.kinds(tx, episode_id))
    return await notices.supersede(tx, episode_id, pointless, at) if pointless else set()


async def _escalate_later(tx: Connection, notice_id: str, at: datetime) -> None:
    await defer(tx, queue="notifications", task=ESCALATE, payload={"notice_id": notice_id}, run_at=at)
