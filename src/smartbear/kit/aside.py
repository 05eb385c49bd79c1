"""Long work on a large body goes aside, into a thread, so that others are answered meanwhile.

A thread gives way every few milliseconds, where the event loop would be held for seconds. Small bodies are
not worth the way there and back.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter

_LARGE = 256 << 10  # bytes, which take some 50 ms to be read, checked and indexed

_bytes: ContextVar[int] = ContextVar("bytes_at_hand", default=0)
_at_once = CapacityLimiter(2)  # more would hinder one another, and hold more in memory

P = ParamSpec("P")
T = TypeVar("T")


def note_size(size: int) -> None:
    """How many bytes the request at hand has brought, or works on; the most counts."""
    _bytes.set(max(size, _bytes.get()))


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of pure work, done in a thread if the request at hand works on a large body."""
    if _bytes.get() < _LARGE:
        return work(*args, **kwargs)
    async with _at_once:
        return await asyncio.to_thread(work, *args, **kwargs)
