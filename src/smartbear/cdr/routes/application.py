"""From an address to an interaction, and from whatever happens there to an answer.

The addresses are those of https://hl7.org/fhir/R4/http.html under ``/fhir``; one that is not offered is a
404, and one that is offered for other methods a 405 that names them.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from smartbear.cdr.access import access_of
from smartbear.cdr.actions.subscriptions.bindings import Bindings
from smartbear.cdr.model.interactions import anonymous, interaction_name
from smartbear.cdr.routes.addresses import Routes, interaction, methods, offered, segments
from smartbear.cdr.routes.binary import read_binary_route
from smartbear.cdr.routes.bundle import bundle_route
from smartbear.cdr.routes.errors import error_answer
from smartbear.cdr.routes.history import history_route
from smartbear.cdr.routes.http import Answer, Call, call_of
from smartbear.cdr.routes.internal import internal_application
from smartbear.cdr.routes.metadata import metadata_of
from smartbear.cdr.routes.negotiation import Form, form_of, shaped
from smartbear.cdr.routes.operations import OPERATIONS
from smartbear.cdr.routes.patches import conditional_patch_route, patch_route
from smartbear.cdr.routes.reads import read_route, vread_route
from smartbear.cdr.routes.searches import COMPARTMENTS, search_by_post_route, search_route
from smartbear.cdr.routes.websocket import websocket
from smartbear.cdr.routes.writes import (
    conditional_delete_route,
    conditional_update_route,
    create_route,
    delete_route,
    update_route,
)
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.scope import scope_of
from smartbear.contracts.trail import Trail
from smartbear.kit import logs
from smartbear.kit.errors import MethodNotAllowed, NotFound, PlatformError
from smartbear.kit.problems import REQUEST_ID

_PREFIX, _INTERNAL = "/fhir", "/internal/"
_NOT_FOUND = 404
_POSTED_SEARCH = ("_search",)
_REQUEST_ID = REQUEST_ID.encode()
_log = logs.get("cdr")


async def _bundle_route(repository: Repository, call: Call) -> Answer:
    """What a Bundle asks for is asked of the same addresses."""
    return await bundle_route(repository, call, ROUTES)


_DATA: Routes = {
    (): {"GET": search_route, "POST": _bundle_route},
    ("_search",): {"POST": search_by_post_route},
    ("type",): {
        "GET": search_route,
        "POST": create_route,
        "PUT": conditional_update_route,
        "PATCH": conditional_patch_route,
        "DELETE": conditional_delete_route,
    },
    ("type", "_search"): {"POST": search_by_post_route},
    ("type", "id"): {
        "GET": read_route,
        "PUT": update_route,
        "PATCH": patch_route,
        "DELETE": delete_route,
    },
    ("Binary", "id"): {
        "GET": read_binary_route,
        "PUT": update_route,
        "PATCH": patch_route,
        "DELETE": delete_route,
    },
    ("Binary", "id", "_history", "version"): {"GET": read_binary_route},
    **COMPARTMENTS,
    ("_history",): {"GET": history_route},
    ("type", "_history"): {"GET": history_route},
    ("type", "id", "_history"): {"GET": history_route},
    ("type", "id", "_history", "version"): {"GET": vread_route},
    **OPERATIONS,
}
"""Shape of an address → method → interaction; the CapabilityStatement is made from it too."""

_OFFERED = [("/".join(shape), method) for shape, methods in _DATA.items() for method in methods]
ROUTES = {**_DATA, ("metadata",): {"GET": metadata_of(_OFFERED)}}


class FhirApplication:
    """The FHIR service as an ASGI application."""

    def __init__(self, repository: Repository, bindings: Bindings) -> None:
        self._repository, self._bindings = repository, bindings
        self._internal = internal_application(repository)
        self._known_bases = {base: base for base in repository.bases}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong is an OperationOutcome."""
        if scope["type"] == "websocket" and scope["path"] == f"{_PREFIX}/websocket":
            await websocket(self._repository, self._bindings, scope, receive, send)
        if scope["type"] != "http":
            return
        if scope["path"].startswith(_INTERNAL):
            await self._internal(scope, receive, send)
            return
        form, limit = form_of(scope), self._repository.settings.bundle_bytes
        trail = self._trail(scope)
        with self._repository.auditor.following(trail):
            answer = await self._shaped_answer(scope, receive, form, limit)
            if answer.status == _NOT_FOUND and (patient := _patient(scope["path"])):
                trail.sought(patient)
            try:
                await self._repository.auditor.record(trail, answer.status)
            except PlatformError as error:
                answer = await shaped(error_answer(error), form, limit)
            if answer.chunks:
                answer = replace(answer, chunks=self._witnessed(answer.chunks, trail))
            await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _shaped_answer(self, scope: Scope, receive: Receive, form: Form, limit: int) -> Answer:
        try:
            return await shaped(await self._answer(scope, receive, form), form, limit)
        except PlatformError as error:
            return await shaped(error_answer(error), form, limit)
        except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours must be told as one
            _log.error("unhandled_error", method=scope["method"], exc_info=error)
            return error_answer(PlatformError())

    async def _witnessed(self, chunks: AsyncIterator[bytes], trail: Trail) -> AsyncIterator[bytes]:
        """The pieces of a long answer, each recorded before it leaves."""
        async for chunk in chunks:
            if trail.has_news:
                await self._repository.auditor.record(trail)
            yield chunk

    async def _answer(self, scope: Scope, receive: Receive, form: Form) -> Answer:
        caller = scope_of(HTTPConnection(scope))
        path = _below(scope["path"])
        call = call_of(scope, receive, path, access_of(caller), self._base(scope), caller.who)
        found = offered(ROUTES, path)
        asked = interaction(found, call.method)
        if asked is None:
            return error_answer(MethodNotAllowed(), ((b"allow", ", ".join(methods(found)).encode()),))
        if path[-1:] != _POSTED_SEARCH:  # it changes nothing, and its body may say what it wants
            form.expect_offered(call.method)
        return await asked(self._repository, call)

    def _trail(self, scope: Scope) -> Trail:
        """What the audit trail will be told of a request."""
        caller, method = scope_of(HTTPConnection(scope)), scope["method"]
        path = segments(scope["path"].removeprefix(_PREFIX))
        request = next((value for name, value in scope["headers"] if name == _REQUEST_ID), b"")
        trail = Trail(
            caller,
            method,
            lambda: f"{method} {_PREFIX}/{anonymous(path)}",
            request.decode("latin-1"),
            scope["query_string"].decode("latin-1"),
        )
        if len(path) != len(("type", "id")) or path[1][0] in "$_":
            trail.action, trail.subtype = interaction_name(method, path)
        trail.is_change &= bool(path)  # the entries of a Bundle are recorded by themselves
        return trail

    def _base(self, scope: Scope) -> str:
        """The address the caller used, if it is one of ours, else the canonical one."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        used = f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{_PREFIX}/"
        return self._known_bases.get(used, self._repository.bases[0])


def _patient(path: str) -> str | None:
    """The Patient an address is about, or what is asked of one."""
    parts = segments(path.removeprefix(_PREFIX))
    return parts[1] if parts[:1] == ("Patient",) and len(parts) > 1 else None


def _below(path: str) -> tuple[str, ...]:
    if path != _PREFIX and not path.startswith(f"{_PREFIX}/"):
        raise NotFound("There is nothing at this address.")
    return segments(path[len(_PREFIX) :])
