"""What ``identity`` does when a job is due: tell clients of sign-outs, and answer whoever asked by e-mail."""

from typing import Any

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

    return {backchannel.TELL: signed_out, actions.ANSWER: registration, actions.FIND: reset}
