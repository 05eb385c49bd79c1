"""Refusals of those who are nobody: whoever knocks often can neither fill the trail nor leave it empty.

The first few of an address in a minute may have an event each; all others of that minute are counted, and one
event says how many there were and from where. A process that is killed loses the count of its last minute.
"""

import asyncio
import hmac
from collections import Counter
from contextvars import Context as Variables
from hashlib import sha256

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.roles import ANONYMOUS
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import Trail
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import PlatformError, Unauthenticated

_MINUTE = 60.0  # seconds
_MOST = 10_000  # addresses that are told apart in a minute
_OTHERS = ""
_SHOWN = 16  # characters of a digest
_PURPOSE = "audit addresses"
_log = logs.get("audit")


class Tally:
    """Of one component; ``each`` of an address and ``most`` in all may have events of their own."""

    def __init__(self, context: Context, what: str, *, each: int = 0, most: int = 0) -> None:
        self._auditor, self._key, self._what = Auditor(context), context.key(_PURPOSE), what
        self._each, self._most = each, most
        self._seen: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()
        self._told = 0
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    def take(self, address: str) -> bool:
        """Count a refusal; whether it may have an event of its own."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_MINUTE, self._begin, context=Variables())
        if address not in self._seen and len(self._seen) >= _MOST:
            address = _OTHERS
        self._seen[address] += 1
        if self._seen[address] <= self._each and self._told < self._most:
            self._told += 1
            return True
        self._untold[address] += 1
        return False

    async def close(self) -> None:
        """Record what has been counted and not been told."""
        if self._timer:
            self._timer.cancel()
        if self._work:
            await self._work
        await self.tell()

    def _begin(self) -> None:
        self._work = asyncio.create_task(self.tell())

    async def tell(self) -> None:
        """End the minute. What cannot be recorded is counted with the next."""
        self._timer, self._told = None, 0
        self._seen.clear()
        counted, self._untold = self._untold, Counter()
        if not counted:
            return
        try:
            await self._auditor.record(self._trail(counted), Unauthenticated.status)
        except PlatformError:
            _log.error("refusals_not_recorded")
            self._untold.update(counted)

    def _trail(self, counted: Counter[str]) -> Trail:
        """One event for all; the addresses with most refusals first, as keyed marks."""
        trail = Trail(AccessScope(role=ANONYMOUS), "POST", lambda: "a minute", "")
        trail.did(self._what, "E")
        trail.times = counted.total()
        for address, _ in counted.most_common():
            trail.saw(f"Address/{self._mark(address)}")
        return trail

    def _mark(self, address: str) -> str:
        return hmac.new(self._key, address.encode(), sha256).hexdigest()[:_SHOWN]
