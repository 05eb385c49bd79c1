"""What is said on the holder's socket: a length of four bytes, and that many bytes of MessagePack."""

import asyncio

import msgspec

LONGEST = 32 << 20
"""Bytes of one message."""

_LENGTH_BYTES = 4

Pair = tuple[str, str]
"""Kind and text."""


class Describe(msgspec.Struct, frozen=True, tag=True):
    """Ask what a space is like."""

    space: str


class Described(msgspec.Struct, frozen=True, tag=True):
    """By how many days a space's dates move, and the epoch of its new tokens."""

    days: int
    epoch: int


class Exchange(msgspec.Struct, frozen=True, tag=True):
    """Ask for tokens of texts, and for texts of tokens, of one space, all at once."""

    space: str
    texts: tuple[Pair, ...] = ()
    tokens: tuple[Pair, ...] = ()


class Exchanged(msgspec.Struct, frozen=True, tag=True):
    """What was asked for, in its order; None where there is none."""

    tokens: list[str | None]
    texts: list[str | None]


class Ask(msgspec.Struct, frozen=True, tag=True):
    """A first person asks who a token is; ``caller`` is the signed scope of that person."""

    space: str
    kind: str
    token: str
    reason: str
    caller: str


class Asked(msgspec.Struct, frozen=True, tag=True):
    """What a second person needs to agree; good for a day."""

    ticket: str


class Agree(msgspec.Struct, frozen=True, tag=True):
    """A second person agrees; ``caller`` is the signed scope of that person."""

    ticket: str
    caller: str


class Identified(msgspec.Struct, frozen=True, tag=True):
    """Who the token is, why it was asked, and by whom."""

    kind: str
    text: str
    reason: str
    asked_by: str


class List(msgspec.Struct, frozen=True, tag=True):
    """Ask which spaces there are."""


class Listed(msgspec.Struct, frozen=True, tag=True):
    """Their names, sorted."""

    names: list[str]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Nothing was done; ``code`` is that of an error of the platform."""

    code: str


Request = Describe | Exchange | Ask | Agree | List
Answer = Described | Exchanged | Asked | Identified | Listed | Failed

_encode = msgspec.msgpack.Encoder().encode
_requests = msgspec.msgpack.Decoder(Request)
_answers = msgspec.msgpack.Decoder(Answer)


def write(writer: asyncio.StreamWriter, message: Request | Answer) -> None:
    """Put a message on its way."""
    body = _encode(message)
    writer.write(len(body).to_bytes(_LENGTH_BYTES) + body)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request; EOFError at the end, ValueError for what is none."""
    found: Request = _requests.decode(await _read(reader))
    return found


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer; EOFError at the end, ValueError for what is none."""
    found: Answer = _answers.decode(await _read(reader))
    return found


async def _read(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
    if length > LONGEST:
        raise ValueError("The message is too long.")
    return await reader.readexactly(length)
