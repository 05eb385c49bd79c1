"""What ``identity`` does when a job is due: tell clients that somebody has signed out."""

from typing import Any

from smartbear.identity.actions import backchannel
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

    return {backchannel.TELL: signed_out}
