"""The projects' terms, and tokens for drafts."""

import time
from collections.abc import Mapping

from smartbear.fhir.pseudonymisation.draft import Draft, Terms, Wanted
from smartbear.kit.context import Context
from smartbear.kit.errors import Forbidden, NotFound
from smartbear.kit.pseudonyms.client import Pseudonyms
from smartbear.kit.pseudonyms.messages import Identified

_REMEMBER = 60.0  # seconds that a project's terms are not asked for again


class Projects:
    """What the key holder knows, asked once for each answer."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._bases = tuple(f"{address}/fhir/" for address in context.settings.addresses())
        self._pseudonyms = Pseudonyms(context.settings.key_socket)
        self._days: dict[str, tuple[float, int]] = {}

    async def terms(self, project: str) -> Terms:
        """How a project's answers are treated; Forbidden if it has no keys."""
        now = time.monotonic()
        until, days = self._days.get(project, (0.0, 0))
        if until < now:
            try:
                days = (await self._pseudonyms.describe(project)).days
            except NotFound:
                raise Forbidden("This project has no keys.") from None
            self._days[project] = (now + _REMEMBER, days)
        return Terms(days, self._clock.now().date(), self._bases)

    async def names(self) -> list[str]:
        """Of all projects that have keys."""
        return await self._pseudonyms.spaces()

    async def tokens(self, project: str, *drafts: Draft) -> Mapping[Wanted, str]:
        """The tokens that drafts on the way out want."""
        return await self._pseudonyms.tokens(project, _wanted(drafts))

    async def ids(self, project: str, *drafts: Draft) -> Mapping[Wanted, str]:
        """The ids that drafts on the way in want."""
        return await self._pseudonyms.texts(project, _wanted(drafts))

    async def ask(self, project: str, name: Wanted, reason: str, caller: str) -> str:
        """Ask who a token is; the ticket that somebody else may agree to."""
        return await self._pseudonyms.ask(project, name, reason, caller)

    async def agree(self, ticket: str, caller: str) -> Identified:
        """Agree to what somebody else asked, and learn it."""
        return await self._pseudonyms.agree(ticket, caller)

    async def close(self) -> None:
        """Close the connection."""
        await self._pseudonyms.close()


def _wanted(drafts: tuple[Draft, ...]) -> list[Wanted]:
    return list(dict.fromkeys(wanted for draft in drafts for wanted in draft.wanted))
