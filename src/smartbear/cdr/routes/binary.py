"""Binary over HTTP: content as it is, or the resource around it (https://hl7.org/fhir/R4/binary.html#rest).

A body is content unless it is itself a Binary in a format of FHIR. An answer is content unless the caller
asks for a format of FHIR; it cannot run as a page of this service, whatever it claims to be.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from smartbear.cdr.actions.binary import read_binary
from smartbear.cdr.model.binary import pieces, wrapped
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import number_of
from smartbear.cdr.routes.http import Answer, Call, body_limit
from smartbear.cdr.routes.media import OFFERED, Format, format_of
from smartbear.cdr.routes.preferences import is_unchanged
from smartbear.cdr.routes.reads import read_answer, version_headers
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions, json, xml
from smartbear.kit.errors import BadInput, NotAcceptable, UnsupportedMediaType

_FHIR = frozenset(Format)
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(?:; ?[\w\-]+=[\w.+\-]+)*", re.ASCII)
_UNKNOWN = "application/octet-stream"
_INERT = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)


async def read_binary_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/Binary/[id]`` and ``GET [base]/Binary/[id]/_history/[vid]``."""
    version = number_of(call.path[3]) if len(call.path) > len(("Binary", "id")) else None
    stored = await read_binary(repository, call.access, LocalId(*call.path[:2]), version)
    binary = json.decode(stored.json())
    if is_unchanged(call, stored.version, stored.updated) or _wants_resource(call, binary["contentType"]):
        return read_answer(call, stored)
    headers = (*version_headers(stored), *_INERT)
    return Answer(200, b"", headers, _content_type(binary).encode(), _sent(binary))


async def resource_of(repository: Repository, call: Call) -> Any:
    """The resource that a body is, or that stands for it."""
    limit = body_limit(repository, call)
    if call.path[0] != "Binary":
        return await call.resource(limit)
    content_type = call.header(b"content-type")
    if not content_type:
        raise UnsupportedMediaType("Content needs a Content-Type.")
    body = await call.body(limit)
    if not body:
        raise BadInput("The body is empty.")
    if _base_type(content_type) in OFFERED and (found := await _resource(body, content_type)) is not None:
        return found
    named = {"id": call.path[1]} if len(call.path) > 1 else {}
    return wrapped(body, content_type, call.header(b"x-security-context")) | named


async def _resource(body: bytes, content_type: str) -> Any:
    """A body in a format of FHIR; None if it is another resource, or in a format only like FHIR's."""
    form = format_of(content_type)
    try:
        found = json.decode(body) if form is Format.JSON else await asyncio.to_thread(xml.decode, body)
    except BadInput:
        if _base_type(content_type) in _FHIR:
            raise
        return None
    kind = found.get("resourceType") if isinstance(found, Mapping) else None
    if _base_type(content_type) in _FHIR:
        return None if kind in definitions.resource_types() - {"Binary"} else found
    return found if kind == "Binary" else None


def _wants_resource(call: Call, content_type: str) -> bool:
    """Whether the caller asks for a format of FHIR; NotAcceptable for what is neither that nor its own."""
    asked = [_base_type(one) for one in call.header(b"accept").split(",") if one.strip()]
    if "_format" in call.query or _FHIR.intersection(asked):
        return True
    own = _base_type(content_type)
    if not asked or {own, "*/*", f"{own.partition('/')[0]}/*"}.intersection(asked):
        return False
    if not OFFERED.keys() & set(asked):
        raise NotAcceptable("The content is of another type than those asked for.")
    return True


def _content_type(binary: Mapping[str, Any]) -> str:
    """As it is stored, if it can stand in a header; content in a format of FHIR is not made into another."""
    text = str(binary["contentType"])
    if _base_type(text) in OFFERED:
        return _base_type(text)
    return text if _MEDIA_TYPE.fullmatch(text) else _UNKNOWN


def _base_type(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


async def _sent(binary: Mapping[str, Any]) -> AsyncIterator[bytes]:
    for piece in pieces(binary):
        yield piece
