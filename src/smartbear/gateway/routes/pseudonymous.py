"""A project's requests: its ids are turned back on the way in, and everything is treated on the way out.

The component behind sees an ordinary request and gives an ordinary answer, which is read as a whole before
its first byte leaves; the lines of an export are treated piece by piece.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from smartbear.contracts.scope import HEADER
from smartbear.fhir import json
from smartbear.fhir.pseudonymisation import inward, outward
from smartbear.fhir.pseudonymisation.draft import Draft, Terms
from smartbear.gateway.actions.projects import Projects
from smartbear.gateway.model.projects import is_offered
from smartbear.kit.errors import Forbidden, NotFound, Unprocessable
from smartbear.kit.problems import REQUEST_ID

_ROOT = "/fhir"
_PIECE = 1 << 18  # bytes of lines that are treated together
_KEPT = frozenset(
    name.encode()
    for name in (HEADER, REQUEST_ID, "host", "x-forwarded-for", "content-type", "prefer", "if-none-match")
)
_CONDITIONS = frozenset({b"if-none-exist", b"if-match", b"content-encoding"})
_ACCEPT = (b"accept", b"application/fhir+json, application/fhir+ndjson;q=0.9, application/json;q=0.8")

Forward = Callable[[Scope, Receive, Send], Awaitable[None]]


class Pseudonymous:
    """Stands between a project and the repository."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects

    async def answer(
        self, project: str, scope: Scope, receive: Receive, send: Send, forward: Forward
    ) -> None:
        """Have a request answered by the component that ``forward`` leads to, in the project's own terms.

        Raises Forbidden for what is not offered, NotFound where everything would be withheld.
        """
        terms = await self._projects.terms(project)
        asked, body = await self._asked(project, terms, scope, receive)
        outlet = _Outlet(self._projects, project, terms, send)
        await forward(asked, _once(body, receive), outlet.take)
        await outlet.finish()

    async def _asked(self, project: str, terms: Terms, scope: Scope, receive: Receive) -> tuple[Scope, bytes]:
        path = scope["raw_path"].decode("latin-1").removeprefix(_ROOT).strip("/")
        segments = unquote(path).split("/")
        has_condition = any(name in _CONDITIONS for name, _ in scope["headers"])
        if has_condition or not is_offered(scope["method"], segments):
            raise Forbidden
        target = inward.target(path, scope["query_string"].decode("latin-1"), terms)
        sent = await _sent(segments, scope, receive, terms) if scope["method"] == "POST" else Draft(terms)
        ids = await self._projects.ids(project, target, sent)
        if segments[-1] != "_search" and sent.is_missing(ids):
            raise Unprocessable("The resource refers to something that is not there.")
        place, _, query = target.finish(ids).partition("?")
        return _readdressed(scope, place, query), _written(sent.finish(ids))


async def _sent(segments: list[str], scope: Scope, receive: Receive, terms: Terms) -> Draft:
    """The body: the parameters of a search, or a new resource, whose id its sender does not choose."""
    body = await Request(scope, receive).body()
    if segments[-1] == "_search":
        return inward.form(segments[-2], body.decode("latin-1"), terms)
    resource = json.decode(body)
    kept = (
        {key: value for key, value in resource.items() if key != "id"}
        if isinstance(resource, dict)
        else resource
    )
    return inward.resource(kept, terms)


def _written(value: object) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else json.encode(value)


def _readdressed(scope: Scope, place: str, query: str) -> Scope:
    """The request at its place in the repository, with the headers that a project may choose."""
    path = f"{_ROOT}/{place}".rstrip("/")
    kept = [(name, value) for name, value in scope["headers"] if name in _KEPT]
    return {
        **scope,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*kept, _ACCEPT],
    }


def _once(body: bytes, receive: Receive) -> Receive:
    """The new body, and after it whatever comes of the caller: that it has left."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_once() -> Message:
        return left.pop() if left else await receive()

    return receive_once


class _Outlet:
    """Takes an answer in and lets what may leave out."""

    def __init__(self, projects: Projects, project: str, terms: Terms, send: Send) -> None:
        self._projects, self._project, self._terms, self._send = projects, project, terms, send
        self._start: Message = {}
        self._body = bytearray()
        self._is_lines = self._has_begun = False

    async def take(self, message: Message) -> None:
        """An ASGI message of the answer."""
        if message["type"] == "http.response.start":
            self._start, self._is_lines = message, _kind(message) == "application/fhir+ndjson"
            return
        self._body += message.get("body", b"")
        if self._is_lines and len(self._body) >= _PIECE:
            await self._let_lines_out(is_last=False)

    async def finish(self) -> None:
        """Let out what is left, once the component has done."""
        if self._is_lines:
            await self._let_lines_out(is_last=True)
        else:
            await self._let_whole_out()

    async def _let_lines_out(self, *, is_last: bool) -> None:
        end = len(self._body) if is_last else self._body.rfind(b"\n") + 1
        whole, self._body = bytes(self._body[:end]), self._body[end:]
        draft = outward.lines((json.decode(line) for line in whole.splitlines() if line), self._terms)
        headers = outward.headers(self._start["headers"], self._terms)
        tokens = await self._projects.tokens(self._project, draft, headers)
        out = b"".join(json.encode(each) + b"\n" for each in draft.finish(tokens))
        if not self._has_begun:
            await self._begin(_encoded(headers.finish(tokens)))
        await self._send({"type": "http.response.body", "body": out, "more_body": not is_last})

    async def _let_whole_out(self) -> None:
        draft = self._treated(bytes(self._body))
        headers = outward.headers(self._start["headers"], self._terms)
        tokens = await self._projects.tokens(self._project, draft, headers)
        value = draft.finish(tokens)
        if self._body and value is None:
            raise NotFound
        out = _written(value)
        await self._begin([*_encoded(headers.finish(tokens)), (b"content-length", str(len(out)).encode())])
        await self._send({"type": "http.response.body", "body": out})

    def _treated(self, body: bytes) -> Draft:
        """NotFound for an answer of a kind that is not known here."""
        kind = _kind(self._start)
        if not body:
            return Draft(self._terms)
        if kind == "application/fhir+json":
            return outward.resource(json.decode(body), self._terms)
        if kind == "application/json":
            return outward.manifest(json.decode(body), self._terms)
        raise NotFound

    async def _begin(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._has_begun = True
        await self._send({**self._start, "headers": headers})


def _kind(start: Message) -> str:
    found = next((value for name, value in start["headers"] if name == b"content-type"), b"")
    return found.decode("latin-1").partition(";")[0].strip()


def _encoded(headers: list[list[object]]) -> list[tuple[bytes, bytes]]:
    return [(bytes(name), str(value).encode("latin-1")) for name, value in headers]  # type: ignore[call-overload]
