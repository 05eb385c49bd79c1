"""Bringing the episodes of one person into line with the readings on record, and telling who must know."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.contracts.events import NoticeLimit, NoticeRaised, NoticeReading, publish
from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.model.episode import Outcome, findings
from smartbear.decisions.model.limits import Limits
from smartbear.decisions.model.plan import Step, Telling, plan
from smartbear.decisions.model.pressure import Judge, Pressure
from smartbear.decisions.model.rule import Rule
from smartbear.decisions.store import episodes
from smartbear.decisions.store.episodes import Span
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.jobs import defer

DEADLINE_REACHED = "decisions.deadline_reached"
_log = logs.get("decisions")


@dataclass(frozen=True, slots=True)
class Case:
    """Whom and which stretch of device time to look at."""

    subject: str
    span: Span
    """Of the readings that are new."""
    conditions: frozenset[str]
    """The person's, where an episode may have to be opened; an open one goes by its own rule."""
    limits: Limits
    now: datetime


async def settle(tx: Connection, context: Context, book: RuleBook, case: Case) -> None:
    """Judge every episode that readings of the span can belong to. The person's lock must be held."""
    margin = max(rule.window for rule in book.rules)
    near = Span(case.span.first - margin, case.span.last + margin)
    span = await episodes.widen(tx, case.subject, near)
    known = await episodes.on_record(tx, case.subject, span)
    rule = _rule(book, {episode.rule_id for episode in known.values()}, case.conditions)
    if rule is None:
        return
    judge = Judge(rule, case.limits)
    around = Span(span.first - margin, span.last + margin)
    pressures = [
        pressure
        for pressure in await episodes.pressures(tx, case.subject, around)
        if span.first <= pressure.measured_at <= span.last or not judge.is_extreme(pressure)
    ]
    for step in plan(findings(pressures, judge, case.now), known, rule.id, context.new_id):
        await episodes.apply(tx, case.subject, step, rule.version)
        if step.telling:
            await _tell(tx, context, case, judge, step, step.telling)


def _rule(book: RuleBook, in_force: set[str], conditions: frozenset[str]) -> Rule | None:
    """The rule of an open episode, else the first that applies to the person."""
    candidates = [book.rule(rule_id) for rule_id in sorted(in_force)]
    candidates += [rule for rule in book.rules if rule.applies_to(conditions)]
    return next((rule for rule in candidates if rule), None)


async def _tell(
    tx: Connection, context: Context, case: Case, judge: Judge, step: Step, telling: Telling
) -> None:
    """Raise a notice, and wake up at the deadline if a repeat is awaited."""
    finding, notice_id = step.finding, context.new_id()
    shown = [finding.question, finding.answer] if finding.answer else [finding.question]
    decisive = finding.answer if telling.kind == "red_alert" and finding.answer else finding.question
    systolic, diastolic = judge.limit(decisive, red=telling.kind == "red_alert")
    awaited = finding.outcome is Outcome.AWAITING
    await episodes.add_notice(tx, notice_id, step.episode.id, telling, case.now)
    event = NoticeRaised(
        notice_id=notice_id,
        episode_id=step.episode.id,
        subject=case.subject,
        kind=telling.kind,
        level=telling.level,
        measure=judge.rule.measure,
        rule_id=judge.rule.id,
        rule_version=judge.rule.version,
        readings=tuple(_shown(reading) for reading in shown),
        limit=NoticeLimit(systolic=systolic, diastolic=diastolic),
        deadline=finding.deadline if awaited else None,
        raised_at=case.now,
        conditions=judge.rule.conditions,
        audience=telling.audience,
    )
    await publish(tx, event)
    if awaited:
        payload = {
            "subject": case.subject,
            "at": finding.question.measured_at.isoformat(),
            "deadline": finding.deadline.isoformat(),
        }
        await defer(tx, queue="decisions", task=DEADLINE_REACHED, payload=payload, run_at=finding.deadline)
    _log.info("notice_raised", kind=telling.kind, rule=judge.rule.id, notice=notice_id)


def _shown(reading: Pressure) -> NoticeReading:
    return NoticeReading(
        reading_id=reading.reading_id,
        systolic=reading.systolic,
        diastolic=reading.diastolic,
        measured_at=reading.measured_at,
    )
