"""What ``users`` does when others tell it something."""

from typing import Any

from smartbear.contracts.events import ConsentChanged
from smartbear.kit.context import Context, Handlers
from smartbear.users.actions import consents


def handlers(context: Context) -> Handlers:
    """Task name → handler."""

    async def consent_changed(payload: dict[str, Any]) -> None:
        await consents.heed(context, ConsentChanged.model_validate(payload))

    return {"users.consent.changed": consent_changed}
