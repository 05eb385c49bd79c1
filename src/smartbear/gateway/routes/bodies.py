"""Bodies of requests on their way in: no larger than their row allows, and there in time.

A caller who takes too long is told so. Otherwise the component that waits would be thought to have failed,
and a few such callers together would take it away from everybody.
"""

import asyncio

from starlette.types import Message, Receive, Scope

from smartbear.gateway.routes import headers
from smartbear.kit.errors import RequestTimeout, TooLarge

_SHARE = 2 / 3  # of the time until an answer has to begin


def bounded(scope: Scope, receive: Receive, limit: int, seconds: float) -> Receive:
    """``receive``, which refuses a body as soon as it is known to be larger than ``limit`` bytes, or late.

    ``seconds`` are those until the answer has to begin.
    """
    if headers.declared_length(scope) > limit:
        raise _too_large(limit)
    until = asyncio.get_running_loop().time() + seconds * _SHARE
    taken, is_whole = 0, False

    async def take() -> Message:
        nonlocal taken, is_whole
        message = await (receive() if is_whole else _in_time(receive, until))
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if taken > limit:
            raise _too_large(limit)
        return message

    return take


async def _in_time(receive: Receive, until: float) -> Message:
    try:
        async with asyncio.timeout_at(until):
            return await receive()
    except TimeoutError:
        raise RequestTimeout from None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body may have at most {limit} bytes.")
