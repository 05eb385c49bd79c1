"""Child processes that live as long as their parent and are started again when they die.

A child holds the other end of a pipe as its standard input: however the parent ends, the pipe closes and the
child stops. Nobody has to guess from process numbers.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence

from smartbear.kit import logs

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds between a death and the next start
_CALM = 30.0  # seconds after which a child counts as healthy again
_GRACE = 8.0  # seconds a child gets to finish its jobs
_SMARTBEAR = (sys.executable, "-m", "smartbear")
_log = logs.get("kit")


@contextlib.asynccontextmanager
async def kept_alive(
    arguments: Sequence[str], program: Sequence[str] = _SMARTBEAR, inherited: Sequence[int] = ()
) -> AsyncIterator[None]:
    """Run ``smartbear <arguments>`` as a child, again and again, while the block runs.

    ``inherited``: open files the child gets under the same numbers.
    """
    keeper = asyncio.create_task(_keep((*program, *arguments), inherited))
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(command: Sequence[str], inherited: Sequence[int]) -> None:
    loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
    while True:
        started = loop.time()
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
            pass_fds=inherited,
        )
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _stop(child)
            raise
        pause = _FIRST_PAUSE if loop.time() - started > _CALM else min(pause * 2, _LONGEST_PAUSE)
        _log.warning("child_died", state=str(code), pid=child.pid)
        await asyncio.sleep(pause)


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), _GRACE)
    except TimeoutError:
        child.kill()
        await child.wait()


async def until_told(*, follow_stdin: bool = False) -> None:
    """Wait for Ctrl-C or SIGTERM, or, in a child, for the parent's end."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    if follow_stdin:
        loop.add_reader(sys.stdin.fileno(), _on_stdin, told)
    try:
        await told.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _on_stdin(told: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 1):  # the parent writes nothing: readable means closed
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        told.set()
