"""What ``users`` asks of other components to complete its answers.

A neighbour that does not answer a question leaves a gap, never an error: who a participant is does not depend
on it, and every page has a way to say «not known».
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from smartbear.contracts.cdr import CdrClient, Condition
from smartbear.contracts.decisions import DecisionsClient, Standing
from smartbear.contracts.events import ConsentChanged
from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.notifications import NotificationsClient
from smartbear.kit import logs
from smartbear.kit.errors import PlatformError

T = TypeVar("T")
_BATCH = 500  # subjects or devices in one request
_log = logs.get("users")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Clients of the components that know the rest about a person."""

    decisions: DecisionsClient
    cdr: CdrClient
    measurements: MeasurementsClient
    notifications: NotificationsClient

    async def heed(self, change: ConsentChanged) -> None:
        """Have what a person's consent says heeded by all; Unavailable if one of them does not answer."""
        asked = [one.heed(change) for one in (self.decisions, self.measurements, self.notifications)]
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def standings(self, subjects: Sequence[str], *, own: bool) -> dict[str, Standing]:
        """How each subject stands; those nobody has judged are absent."""
        return await _in_batches(partial(self.decisions.standings, own=own), subjects)

    async def last_readings(self, device_ids: Sequence[str], *, own: bool) -> dict[str, datetime]:
        """Device time of each device's newest reading; devices without one are absent."""
        return await _in_batches(partial(self.measurements.last_readings, own=own), device_ids)

    async def conditions(self, subject: str) -> list[Condition]:
        """The subject's conditions on record."""
        try:
            return list(await self.cdr.conditions(subject))
        except PlatformError as error:
            _log.warning("neighbour_silent", component="cdr", code=error.code)
            return []


async def _in_batches(
    ask: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]], keys: Sequence[str]
) -> dict[str, T]:
    found: dict[str, T] = {}
    try:
        for start in range(0, len(keys), _BATCH):
            found |= await ask(keys[start : start + _BATCH])
    except PlatformError as error:
        _log.warning("neighbour_silent", code=error.code)
    return found
