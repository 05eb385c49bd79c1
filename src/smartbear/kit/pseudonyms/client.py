"""Asking the process that holds the keys."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from smartbear.kit import errors
from smartbear.kit.pseudonyms import messages
from smartbear.kit.pseudonyms.messages import (
    Agree,
    Answer,
    Ask,
    Asked,
    Describe,
    Described,
    Exchange,
    Exchanged,
    Failed,
    Identified,
    List,
    Listed,
    Pair,
    Request,
)
from smartbear.kit.sockets import address

_SECONDS = 5.0
_KNOWN = {
    cls.code: cls for cls in (errors.BadInput, errors.Forbidden, errors.NotFound, errors.Unauthenticated)
}
Told = TypeVar("Told", Described, Exchanged, Asked, Identified, Listed)


class Pseudonyms:
    """A client with one connection, made when it is first needed and again when it broke.

    Unavailable when the holder does not answer: what needs tokens then fails, and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._turn = path, asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._is_broken = False

    async def describe(self, space: str) -> Described:
        """By how many days a space's dates move, and its epoch; NotFound if there is no such space."""
        return await self._ask(Describe(space), Described)

    async def spaces(self) -> list[str]:
        """The names of all spaces."""
        return (await self._ask(List(), Listed)).names

    async def tokens(self, space: str, texts: Iterable[Pair]) -> dict[Pair, str]:
        """The token of each text that has one, by kind and text, in one round trip."""
        wanted = tuple(texts)
        if not wanted:
            return {}
        told = await self._ask(Exchange(space, texts=wanted), Exchanged)
        return _found(wanted, told.tokens)

    async def texts(self, space: str, tokens: Iterable[Pair]) -> dict[Pair, str]:
        """The text of each token that is one, by kind and token, in one round trip."""
        wanted = tuple(tokens)
        if not wanted:
            return {}
        told = await self._ask(Exchange(space, tokens=wanted), Exchanged)
        return _found(wanted, told.texts)

    async def ask(self, space: str, pair: Pair, reason: str, caller: str) -> str:
        """Ask who a token is; the ticket with which a second person may agree."""
        return (await self._ask(Ask(space, *pair, reason, caller), Asked)).ticket

    async def agree(self, ticket: str, caller: str) -> Identified:
        """Agree to what somebody else asked."""
        return await self._ask(Agree(ticket, caller), Identified)

    async def close(self) -> None:
        """Close the connection."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: Request, expected: type[Told]) -> Told:
        async with self._turn:
            try:
                answer = await asyncio.wait_for(self._exchanged(request), _SECONDS)
            except (OSError, EOFError, TimeoutError, ValueError, msgspec.MsgspecError):
                raise errors.Unavailable("Pseudonyms cannot be made now.") from None
            finally:
                if self._is_broken:
                    await self.close()
        if isinstance(answer, expected):
            return answer
        raise _KNOWN.get(answer.code if isinstance(answer, Failed) else "", errors.Unavailable)

    async def _exchanged(self, request: Request) -> Answer:
        self._is_broken = True
        if self._streams is None:
            with address(self._path) as place:
                self._streams = await asyncio.open_unix_connection(place)
        reader, writer = self._streams
        messages.write(writer, request)
        await writer.drain()
        answer = await messages.read_answer(reader)
        self._is_broken = False
        return answer


def _found(wanted: tuple[Pair, ...], told: list[str | None]) -> dict[Pair, str]:
    return {pair: text for pair, text in zip(wanted, told, strict=True) if text is not None}
