"""Taking connections from a listening socket that several processes may share.

The kernel wakes all of them for each connection and the first to take it has it. Whoever serves many waits a
moment before taking one more, so that connections spread without the processes knowing of one another; one
that is busy, hanging or dead leaves them to the rest by itself.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sized

from smartbear.kit import logs

_HESITATION, _LONGEST = 0.00025, 0.002  # seconds for each connection being served; at most
_SHARE = 8  # one more connection is taken at a time for each so many being served
_EXHAUSTED = 1.0  # seconds to wait when the machine gives no more sockets
_log = logs.get("kit")


@contextlib.asynccontextmanager
async def accepting(
    listener: socket.socket, protocol: Callable[[], asyncio.Protocol], served: Sized, *, shared: bool
) -> AsyncIterator[None]:
    """Give each connection a ``protocol`` while the block runs; then close the socket.

    ``served`` holds the connections of this process. Without ``shared`` there is nobody to wait for.
    """
    listener.settimeout(0)
    task = asyncio.create_task(_accept(listener, protocol, served, shared=shared))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listener.close()


async def _accept(
    listener: socket.socket, protocol: Callable[[], asyncio.Protocol], served: Sized, *, shared: bool
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await _readable(listener)
        if shared:
            await asyncio.sleep(min(len(served) * _HESITATION, _LONGEST))
        try:
            for _ in range(1 + len(served) // _SHARE):
                connection, _address = listener.accept()
                await loop.connect_accepted_socket(protocol, connection)
        except (BlockingIOError, ConnectionError):  # another process was first, or the client has gone
            continue
        except OSError as error:
            _log.warning("no_more_connections", error=type(error).__name__)
            await asyncio.sleep(_EXHAUSTED)


async def _readable(listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(listener.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(listener.fileno())
