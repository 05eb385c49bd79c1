"""What ``notifications`` does when a job is due: file a notice, send an e-mail, escalate an alert."""

from typing import Any

from smartbear.contracts.events import ConsentChanged, NoticeRaised
from smartbear.contracts.letters import LetterWanted
from smartbear.kit.context import Context, Handlers
from smartbear.notifications.actions import consent, dispatch, escalation, letters, posting, raising
from smartbear.notifications.actions.services import Services


def handlers(context: Context) -> Handlers:
    """Task name → handler. Each bears being run twice."""
    services = Services.of(context)

    async def notice_raised(payload: dict[str, Any]) -> None:
        await raising.raise_notice(services, NoticeRaised.model_validate(payload))

    async def send_letter(payload: dict[str, Any]) -> None:
        await letters.send_letter(services, payload["delivery_id"])

    async def letter_wanted(payload: dict[str, Any]) -> None:
        await posting.post(services, LetterWanted.model_validate(payload))

    async def consent_changed(payload: dict[str, Any]) -> None:
        await consent.heed(services.context, ConsentChanged.model_validate(payload))

    async def escalate(payload: dict[str, Any]) -> None:
        await escalation.escalate(services, payload["notice_id"])

    return {
        f"notifications.{NoticeRaised.name}": notice_raised,
        f"notifications.{LetterWanted.name}": letter_wanted,
        f"notifications.{ConsentChanged.name}": consent_changed,
        dispatch.SEND_LETTER: send_letter,
        raising.ESCALATE: escalate,
    }
