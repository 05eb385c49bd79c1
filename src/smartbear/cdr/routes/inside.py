"""Reads and operations inside a Bundle: asked of the same addresses as outside, and answered the same."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

from starlette.types import Message

from smartbear.cdr.actions.bundle import Answered
from smartbear.cdr.routes.addresses import Routes, interaction, offered, segments
from smartbear.cdr.routes.http import RESOURCE, Answer, Call, http_date
from smartbear.cdr.routes.preferences import handling
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.bundle.entries import Entry
from smartbear.kit.errors import BadInput, FieldError, MethodNotAllowed, TooCostly

_FHIR = b"application/fhir+json"


class Inside:
    """Answers the entries of one Bundle, with so many bytes in all as the largest Bundle may have."""

    def __init__(self, routes: Routes, call: Call, room: int) -> None:
        self._routes, self._call, self._room = routes, call, room

    def expect_read(self, entry: Entry) -> None:
        """BadInput for an operation that may change something: those that do not are offered by GET too."""
        if entry.is_operation and "GET" not in offered(self._routes, segments(_path(entry))):
            fault = FieldError(f"{entry.place}.request.url", "not-supported", "may not be in a transaction")
            raise BadInput("The operation may change something.", errors=(fault,))

    async def ask(self, repository: Repository, entry: Entry) -> Answered:
        """What the entry's address answers; raises whatever goes wrong there."""
        call = self._call_of(entry)
        found = interaction(offered(self._routes, call.path), entry.method)
        if found is None:
            raise MethodNotAllowed
        answer = await found(repository, call)
        if answer.content_type != RESOURCE:
            fault = FieldError(f"{entry.place}.request.url", "not-supported", "answers what is no resource")
            raise BadInput("The Bundle asks for what cannot be in one.", errors=(fault,))
        body = b"" if entry.method == "HEAD" else await self._body(answer)
        return Answered(answer.status, body, answer.shown)

    def _call_of(self, entry: Entry) -> Call:
        body = b"" if entry.resource is None else json.encode(entry.resource)
        headers = {
            b"accept": _FHIR,
            b"content-type": _FHIR,
            b"content-length": str(len(body)).encode(),
            b"prefer": handling(self._call).encode(),
            b"if-match": entry.if_match.encode("latin-1", "replace"),
            b"if-none-match": entry.if_none_match.encode("latin-1", "replace"),
            b"if-modified-since": _http_date(entry.if_modified_since),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        query = entry.url.partition("?")[2]
        path = segments(_path(entry))
        return replace(
            self._call, method=entry.method, path=path, query=query, headers=headers, receive=receive
        )

    async def _body(self, answer: Answer) -> bytes:
        pieces = [answer.body]
        self._take(len(answer.body))
        if answer.chunks:
            async for chunk in answer.chunks:
                pieces.append(chunk)
                self._take(len(chunk))
        return b"".join(pieces)

    def _take(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise TooCostly("The answers are too long for one Bundle: ask in several.")


def _path(entry: Entry) -> str:
    return unquote(entry.url.partition("?")[0])


def _http_date(instant: str) -> bytes:
    return http_date(datetime.fromisoformat(instant)) if instant else b""
