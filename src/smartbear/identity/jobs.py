"""What ``identity`` does when a job is due: tell of sign-outs, write to whoever asked, hear of refusals."""

from typing import Any

from smartbear.contracts.letters import LetterRefused
from smartbear.identity.actions import backchannel
from smartbear.identity.actions import registration as actions
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store.sessions import Ended
from smartbear.kit.context import Context, Handlers


def handlers(context: Context) -> Handlers:
    """Task name → handler. Each bears being run twice."""
    settings = IdentitySettings()

    async def signed_out(payload: dict[str, Any]) -> None:
        await backchannel.deliver(
            context, settings, Ended(payload["family"], payload["client"], payload["account"])
        )

    async def registration(payload: dict[str, Any]) -> None:
        await actions.answer(context, payload)

    async def reset(payload: dict[str, Any]) -> None:
        await actions.send_reset(context, payload["name"])

    async def refused(payload: dict[str, Any]) -> None:
        await actions.note_refusal(context, LetterRefused.model_validate(payload))

    return {
        f"identity.{LetterRefused.name}": refused,
        backchannel.TELL: signed_out,
        actions.ANSWER: registration,
        actions.FIND: reset,
    }
