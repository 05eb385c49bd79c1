"""One request and its answer, as far as FHIR cares."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope, Send

from smartbear.cdr.model.access import Access
from smartbear.cdr.routes import compression
from smartbear.cdr.routes.media import Format, format_of
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json, xml
from smartbear.kit.aside import aside, note_size
from smartbear.kit.errors import BadInput, TooLarge

RESOURCE = b"application/fhir+json; charset=utf-8"
_PATIENCE = 60.0  # seconds that a body may take to come: what has come of it is held meanwhile
_VARY = (b"vary", b"Accept, Accept-Encoding")

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``base`` is the service's address as the caller wrote it, ``path`` what follows it.

    ``caller`` is the same text for the same account or client, and for nobody else.
    """

    method: str
    path: tuple[str, ...]
    query: str
    headers: dict[bytes, bytes]
    receive: Receive
    access: Access
    base: str
    caller: str

    def header(self, name: bytes) -> str:
        """A header's value; empty if it is not there."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    def parameters(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in their order."""
        return parse_qsl(self.query, keep_blank_values=True)

    async def body(self, limit: int) -> bytes:
        """The whole body, unpacked; TooLarge as soon as it passes ``limit`` bytes, BadInput if it is slow."""
        declared = self.header(b"content-length")
        if declared.isdigit() and int(declared) > limit:
            raise TooLarge(f"The body may have at most {limit} bytes.")
        chunks: list[bytes] = []
        size, more, deadline = 0, True, asyncio.get_running_loop().time() + _PATIENCE
        while more:
            message = await self._next(deadline)
            if message["type"] == "http.disconnect":
                raise BadInput("The body breaks off.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                raise TooLarge(f"The body may have at most {limit} bytes.")
            more = message.get("more_body", False)
        body, coding = b"".join(chunks), self.header(b"content-encoding")
        if coding:
            body = await compression.unpacked(coding.lower(), body, limit)
        note_size(len(body))
        return body

    async def _next(self, deadline: float) -> Message:
        try:
            async with asyncio.timeout_at(deadline):
                return await self.receive()
        except TimeoutError:
            raise BadInput("The body does not come to its end: send it faster, or in parts.") from None

    async def resource(self, limit: int) -> Any:
        """The body as the values of its JSON form, whether it is JSON or XML."""
        form = format_of(self.header(b"content-type"))
        body = await self.body(limit)
        if not body:
            raise BadInput("The body is empty.")
        return await aside(json.decode if form is Format.JSON else xml.decode, body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. Without a body there is no content type either.

    ``chunks`` is a body too long to hold: it is sent as it comes, without a length.
    """

    status: int
    body: bytes = b""
    headers: Headers = field(default=())
    content_type: bytes = RESOURCE
    chunks: AsyncIterator[bytes] | None = None
    shown: Stored | None = None
    """The version of a resource that it is, for the entry of a Bundle to name."""
    form: str = ""
    """A posted form, whose ``_format`` and ``_pretty`` are about this answer."""

    async def send(self, send: Send, *, with_body: bool = True) -> None:
        """Hand the answer to the server; to HEAD without its body."""
        about_body: Headers = (
            ((b"content-type", self.content_type), _VARY) if self.body or self.chunks else ()
        )
        length: Headers = () if self.chunks else ((b"content-length", str(len(self.body)).encode()),)
        headers = [*about_body, *length, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if self.chunks and with_body:
            async for chunk in self.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        else:
            await send({"type": "http.response.body", "body": self.body if with_body else b""})


Interaction = Callable[[Repository, Call], Awaitable[Answer]]
"""What an address does for a method."""


def call_of(
    scope: Scope, receive: Receive, path: tuple[str, ...], access: Access, base: str, caller: str
) -> Call:
    """The request of an ASGI scope."""
    query = scope["query_string"].decode("latin-1")
    return Call(scope["method"], path, query, dict(scope["headers"]), receive, access, base, caller)


def body_limit(repository: Repository, call: Call) -> int:
    """Bytes a body may have: the Bundles of those who may change everything are larger."""
    settings = repository.settings
    is_bundle = call.path[:1] in {(), ("Bundle",)}
    return settings.bundle_bytes if is_bundle and call.access.rows == "all" else settings.resource_bytes


def http_date(moment: datetime) -> bytes:
    """An instant as HTTP writes it: to the second, so it may be up to a second early."""
    return format_datetime(moment.astimezone(UTC), usegmt=True).encode()
