"""What the use cases of ``notifications`` depend on."""

from dataclasses import dataclass

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.users import UsersClient
from smartbear.kit.context import Context
from smartbear.notifications.settings import NotificationsSettings


@dataclass(frozen=True, slots=True)
class Services:
    """The component's context, its settings, and the neighbours it asks."""

    context: Context
    settings: NotificationsSettings
    users: UsersClient
    cdr: CdrClient
    auditor: Auditor

    @classmethod
    def of(cls, context: Context) -> "Services":
        """Services that live as long as the process; the settings are read here and nowhere else."""
        return cls(
            context, NotificationsSettings(), UsersClient(context), CdrClient(context), Auditor(context)
        )

    async def close(self) -> None:
        """Give the connections to the neighbours back."""
        await self.users.close()
        await self.cdr.close()
