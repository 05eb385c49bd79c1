"""What ``users`` does when others tell it something, and when somebody is to be erased."""

from typing import Any

from smartbear.contracts.events import ConsentChanged
from smartbear.kit.context import Context, Handlers
from smartbear.users.actions import consents, sweeping


def handlers(context: Context) -> Handlers:
    """Task name → handler."""

    async def consent_changed(payload: dict[str, Any]) -> None:
        await consents.heed(context, ConsentChanged.model_validate(payload))

    keepers = sweeping.keepers(context)

    async def erase(payload: dict[str, Any]) -> None:
        await sweeping.sweep(context, keepers, payload["erasure"])

    return {sweeping.SWEEP: erase, "users.consent.changed": consent_changed}
