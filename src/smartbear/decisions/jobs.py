"""What ``decisions`` does when others tell it something, and when time has passed."""

from datetime import datetime
from typing import Any

from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.events import (
    ConsentChanged,
    NoticeAcknowledged,
    NoticeResolved,
    ParticipantChanged,
    ReadingsAccepted,
)
from smartbear.decisions.actions import deadline, follow, receive
from smartbear.decisions.actions.evaluate import Bench, evaluate
from smartbear.decisions.actions.rulebook import load
from smartbear.decisions.actions.settle import DEADLINE_REACHED
from smartbear.decisions.settings import DecisionSettings
from smartbear.kit.context import Context, Handlers


def handlers(context: Context) -> Handlers:
    """Task name → handler. Without signed rules there are none: UnsignedRule."""
    book = load(DecisionSettings(), context.settings.environment)
    bench = Bench(context, book, CdrClient(context))

    async def readings_accepted(payload: dict[str, Any]) -> None:
        await evaluate(bench, ReadingsAccepted.model_validate(payload))

    async def deadline_reached(payload: dict[str, Any]) -> None:
        at, until = (datetime.fromisoformat(payload[name]) for name in ("at", "deadline"))
        await deadline.pass_deadline(context, book, payload["subject"], at, until)

    async def notice_acknowledged(payload: dict[str, Any]) -> None:
        await receive.acknowledged(context, NoticeAcknowledged.model_validate(payload))

    async def notice_resolved(payload: dict[str, Any]) -> None:
        await receive.resolved(context, NoticeResolved.model_validate(payload))

    async def participant_changed(payload: dict[str, Any]) -> None:
        await follow.participant(context, ParticipantChanged.model_validate(payload))

    async def consent_changed(payload: dict[str, Any]) -> None:
        await follow.consent(context, ConsentChanged.model_validate(payload))

    return {
        "decisions.consent.changed": consent_changed,
        "decisions.readings.accepted": readings_accepted,
        DEADLINE_REACHED: deadline_reached,
        "decisions.notice.acknowledged": notice_acknowledged,
        "decisions.notice.resolved": notice_resolved,
        "decisions.participant.changed": participant_changed,
    }
