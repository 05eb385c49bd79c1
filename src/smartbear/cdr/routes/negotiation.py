"""The form of an answer: interactions answer JSON, and what the caller asked for is made of it here, once.

https://hl7.org/fhir/R4/http.html#mime-type: ``_format`` outweighs the Accept header; the specification's own
media types, the generic ones and the short names are known. An answer that is not a resource (ndjson, the
content of a Binary) has a content type of its own and keeps it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Scope

from smartbear.cdr.routes import compression, media
from smartbear.cdr.routes.errors import error_answer
from smartbear.cdr.routes.http import RESOURCE, Answer
from smartbear.cdr.routes.media import Format
from smartbear.fhir import json, xml
from smartbear.kit.errors import NotAcceptable, TooCostly

_SAFE = {"GET", "HEAD"}
_FIRST_ERROR = 400
_INDENT = 2
_PACKABLE = (b"application/fhir+", b"application/json", b"text/")
_OFFER = "Resources are offered as application/fhir+json and application/fhir+xml."


class Form(NamedTuple):
    """What a caller wants; ``media`` is None if nothing of it is offered."""

    media: str | None
    pretty: bool
    coding: str

    def expect_offered(self, method: str) -> None:
        """NotAcceptable before anything changes; a reader may be after what is no resource at all."""
        if self.media is None and method not in _SAFE:
            raise NotAcceptable(_OFFER)

    def with_posted(self, text: str) -> "Form":
        """What is wanted if a posted form has its say; it outweighs the address and the headers."""
        if "_format" not in text and "_pretty" not in text:
            return self
        asked = dict(parse_qsl(text))
        kind = media.named(asked["_format"]) if asked.get("_format") else self.media
        return self._replace(media=kind, pretty=asked.get("_pretty", str(self.pretty).lower()) == "true")


def form_of(scope: Scope) -> Form:
    """The form that a request asks for."""
    accept, coding, query = b"", b"", scope["query_string"]
    for name, value in scope["headers"]:
        if name == b"accept":
            accept = b"%b,%b" % (accept, value) if accept else value
        elif name == b"accept-encoding":
            coding = value
    return _form(accept, coding, query if b"_format" in query or b"_pretty" in query else b"")


@lru_cache(maxsize=128)
def _form(accept: bytes, coding: bytes, query: bytes) -> Form:
    asked = dict(parse_qsl(query.decode("latin-1")))
    wanted = asked.get("_format", "")
    kind = media.named(wanted) if wanted else media.preferred(accept.decode("latin-1"))
    return Form(kind, asked.get("_pretty") == "true", compression.coding_of(coding.decode("latin-1")))


async def shaped(answer: Answer, form: Form, limit: int) -> Answer:
    """The answer in the form, or in that which a posted form asks for.

    XML and ``_pretty`` are made of the whole, of up to ``limit`` bytes.
    """
    form = form.with_posted(answer.form)
    if answer.content_type == RESOURCE and (answer.body or answer.chunks):
        if form.media is None and answer.status < _FIRST_ERROR:
            return error_answer(NotAcceptable(_OFFER))
        if form.pretty or form.media not in {Format.JSON, None}:
            answer = await _written(answer, form, limit)
    return await _packed(answer, form.coding) if form.coding else answer


async def _written(answer: Answer, form: Form, limit: int) -> Answer:
    kind = form.media or Format.JSON
    content_type = f"{kind}; charset=utf-8".encode()
    if media.OFFERED[kind] is Format.JSON and not form.pretty:
        return replace(answer, content_type=content_type)
    whole = await _joined(answer.chunks, limit) if answer.chunks else answer.body
    body = await asyncio.to_thread(_text, whole, media.OFFERED[kind], pretty=form.pretty)
    return replace(answer, body=body, chunks=None, content_type=content_type)


def _text(body: bytes, kind: Format, *, pretty: bool) -> bytes:
    if kind is Format.XML:
        return xml.encode(json.decode(body), indent=_INDENT if pretty else None)
    return msgspec.json.format(body, indent=_INDENT)


async def _joined(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise TooCostly("The answer is too long for this format: ask for less, or for plain JSON.")
    return bytes(body)


async def _packed(answer: Answer, coding: str) -> Answer:
    if not answer.content_type.startswith(_PACKABLE):
        return answer
    headers = (*answer.headers, (b"content-encoding", coding.encode()))
    if answer.chunks:
        return replace(answer, chunks=compression.packed_pieces(coding, answer.chunks), headers=headers)
    if len(answer.body) < compression.SMALLEST:
        return answer
    return replace(answer, body=await compression.packed(coding, answer.body), headers=headers)
