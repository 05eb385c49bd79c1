"""The client of ``notifications``."""

from typing import ClassVar

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.events import ConsentChanged
from smartbear.contracts.inbox import InboxPage
from smartbear.contracts.scope import AccessScope


class NotificationsClient(ComponentClient):
    """Asks ``notifications`` for a person, with that person's scope: what is fetched counts as delivered."""

    component: ClassVar[str] = "notifications"

    async def heed(self, change: ConsentChanged) -> None:
        """Have what a person's consent says heeded from the next question on."""
        await self.request("PUT", "/internal/consent", json=change.model_dump(mode="json"))

    async def open_items(self, scope: AccessScope, size: int = 25) -> InboxPage:
        """The caller's open items, the most urgent first."""
        answer = await self.request("GET", "/api/inbox", params={"box": "open", "size": size}, scope=scope)
        return InboxPage.model_validate_json(answer.content)
