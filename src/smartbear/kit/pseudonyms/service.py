"""The socket of the process that holds the keys, and who may speak on it."""

import asyncio
import fcntl
import os
import socket
import struct
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from smartbear.kit import logs
from smartbear.kit.pseudonyms import messages
from smartbear.kit.pseudonyms.holder import Holder
from smartbear.kit.sockets import PRIVATE, SHARED, listening

_CREDENTIALS = struct.Struct("3i")  # process, user, group: SO_PEERCRED of Linux
_PAUSE = 0.5  # seconds between two tries to be the one that serves
_log = logs.get("kit")


@asynccontextmanager
async def serving(holder: Holder, path: Path, peers: Collection[int]) -> AsyncIterator[None]:
    """Answer on the socket at ``path`` while the block runs, to processes of the accounts ``peers`` alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with _alone(path.with_suffix(".lock")), _listening(holder, path, peers):
        yield


@asynccontextmanager
async def _alone(lock: Path) -> AsyncIterator[None]:
    """Wait until no other holder serves here; the kernel frees the lock of one that was killed."""
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_PAUSE)
        yield


@asynccontextmanager
async def _listening(holder: Holder, path: Path, peers: Collection[int]) -> AsyncIterator[None]:
    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if _account(writer.get_extra_info("socket")) in peers:
                await _converse(holder, reader, writer)
            else:
                _log.warning("peer_refused")
        except asyncio.CancelledError:  # the process ends: Python 3.11 would log a fault
            pass
        finally:
            writer.close()

    is_alone = set(peers) <= {os.geteuid()} or not hasattr(socket, "SO_PEERCRED")
    with listening(path, PRIVATE if is_alone else SHARED) as listener:
        async with await asyncio.start_unix_server(welcome, sock=listener):
            yield


async def _converse(holder: Holder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request after another; a peer that sends something else is left alone."""
    with suppress(EOFError, ConnectionError, ValueError, msgspec.MsgspecError):
        while True:
            messages.write(writer, holder.answer(await messages.read_request(reader)))
            await writer.drain()


def _account(connection: socket.socket) -> int:
    """The account of the process at the other end, as the kernel tells it."""
    if not hasattr(socket, "SO_PEERCRED"):  # the mode of the socket has decided already
        return os.geteuid()
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[1])
