"""How much a caller may ask, held across replicas.

Each process counts by itself and answers at once. What it has let through it tells the others in portions of
half a second's worth, by one statement for all callers, at most every tenth of a second; the answer says what
all of them have let through. So a caller gets at most half a second's worth more for each replica, and pays a
burst at several of them back before anything else is let through. Without the database each process goes on
by itself.
"""

import asyncio
import time
from collections.abc import Callable
from hashlib import blake2b

from smartbear.contracts.scope import ANONYMOUS, SYSTEM, AccessScope
from smartbear.gateway.model.bucket import Buckets
from smartbear.gateway.model.rates import ALARMS, MESSAGES, SIGN_IN, Rate
from smartbear.gateway.settings import GatewaySettings
from smartbear.gateway.store import limits
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import FAULTS
from smartbear.kit.errors import PlatformError, TooManyRequests

_PAUSE = 0.1  # seconds between two exchanges
_FORGET_EVERY = 60.0  # seconds
_log = logs.get("gateway")


class Limits:
    """Counts requests by class and caller: an address, a person and the person's client, a machine client."""

    def __init__(
        self, context: Context, settings: GatewaySettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._db, self._settings, self._now = context.db, settings, monotonic
        self._key = context.key("limits")
        self._buckets: dict[tuple[str, str], Buckets] = {}
        self._news = asyncio.Event()
        self._forgotten_at = monotonic()

    def check(self, rate: Rate, access: AccessScope, peer: str) -> None:
        """TooManyRequests, with the seconds to wait, if the caller is over its rate in this class.

        ``peer`` is the address that counts for callers without a name.
        """
        if access.role == ANONYMOUS:
            self._take(rate, "address", peer)
        elif access.role == SYSTEM:
            self._take(rate, "machine", access.client)
        else:
            self._take(rate, "person", access.account)
            self._take(rate, "client", access.client)

    def _take(self, rate: Rate, kind: str, caller: str) -> None:
        buckets = self._buckets.get((kind, rate.name))
        if buckets is None:
            buckets = self._buckets[kind, rate.name] = Buckets(self._rate_of(rate, kind))
        wait = buckets.wait(caller, self._now())
        if wait:
            raise TooManyRequests(retry_after=max(1, round(wait)))
        if buckets.has_news:
            self._news.set()

    def _rate_of(self, rate: Rate, kind: str) -> float:
        settings = self._settings
        if kind == "person":
            own = {ALARMS: settings.alarm_rate, MESSAGES: settings.message_rate}
            return own.get(rate, settings.person_rate)
        if kind == "address":
            return settings.sign_in_rate if rate == SIGN_IN else settings.address_rate
        return settings.machine_rate if kind == "machine" else settings.client_rate

    async def run(self) -> None:
        """Tell the other replicas what there is to tell, and learn from them, until cancelled."""
        is_alone = False
        while True:
            await self._news.wait()
            self._news.clear()
            was_alone, is_alone = is_alone, False
            try:
                await self.exchange()
            except (*FAULTS, PlatformError):
                is_alone = True
            if is_alone != was_alone:
                _log.warning("limits_kept_alone" if is_alone else "limits_shared")
            await asyncio.sleep(_PAUSE)

    async def exchange(self) -> None:
        """One exchange; nothing is lost to those who cannot be told but the portion itself."""
        used, whose = {}, {}
        for (kind, name), buckets in self._buckets.items():
            for caller, seconds in buckets.news().items():
                key = blake2b(f"{kind} {name} {caller}".encode(), key=self._key, digest_size=16).digest()
                used[key], whose[key] = seconds, (buckets, caller)
        async with self._db.connection() as connection:
            ahead = await limits.use(connection, used)
            now = self._now()
            if now - self._forgotten_at > _FORGET_EVERY:
                self._forgotten_at = now
                await limits.forget(connection)
        for key, seconds in ahead.items():
            buckets, caller = whose[key]
            buckets.learn(caller, seconds, now)
