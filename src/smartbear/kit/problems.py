"""The error family as problem details (RFC 9457), the form of every API but FHIR's."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from smartbear.kit import errors, logs

_log = logs.get("kit")
_BY_STATUS: dict[int, type[errors.PlatformError]] = {
    cls.status: cls
    for cls in (
        errors.BadInput,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.NotAcceptable,
        errors.TooLarge,
        errors.UnsupportedMediaType,
        errors.Unprocessable,
        errors.TooManyRequests,
        errors.Unavailable,
    )
}
REQUEST_ID = "x-request-id"

_TEXT = {"type": "string"}
_FIELD_ERROR = {
    "type": "object",
    "required": ["path", "code", "message"],
    "properties": {"path": _TEXT, "code": _TEXT, "message": _TEXT},
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "What is wrong, as problem details (RFC 9457); `errors` names each field at fault.",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "code", "detail"],
                    "properties": {
                        **dict.fromkeys(("type", "title", "code", "detail", "request_id"), _TEXT),
                        "status": {"type": "integer"},
                        "errors": {"type": "array", "items": _FIELD_ERROR},
                    },
                }
            }
        },
    }
}
"""For ``FastAPI(responses=…)``: what callers see instead of FastAPI's own validation errors."""


def problem_response(error: errors.PlatformError, request_id: str | None = None) -> Response:
    """The answer a caller gets; carries no value the caller sent."""
    body: dict[str, Any] = {
        "type": f"urn:smartbear:problem:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if error.errors:
        body["errors"] = [{"path": e.path, "code": e.code, "message": e.message} for e in error.errors]
    if request_id:
        body["request_id"] = request_id
    headers = {"retry-after": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(body), error.status, headers, media_type="application/problem+json")


def install(app: Starlette) -> None:
    """Make ``app`` answer every error, known or not, as problem details.

    An address with a slash too many is one of them: to redirect, Starlette would believe the header Host.
    """
    app.router.redirect_slashes = False
    app.add_exception_handler(errors.PlatformError, _family)
    app.add_exception_handler(HTTPException, _from_starlette)
    app.add_exception_handler(RequestValidationError, _from_validation)
    app.add_exception_handler(Exception, _unknown)


def field_errors(faults: Sequence[Any], skip: int = 0) -> tuple[errors.FieldError, ...]:
    """Pydantic's list of faults as ours; ``skip`` leading parts of each location are dropped."""
    return tuple(
        errors.FieldError(_path(fault["loc"][skip:]), fault["type"], fault["msg"]) for fault in faults
    )


def _path(location: Sequence[int | str]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _respond(request: Request, error: errors.PlatformError) -> Response:
    return problem_response(error, request.headers.get(REQUEST_ID))


async def _family(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.PlatformError)
    return _respond(request, error)


async def _from_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cls = _BY_STATUS.get(error.status_code, errors.BadInput)
    answer = _respond(request, cls())
    answer.headers.update(error.headers or {})
    return answer


async def _from_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    malformed = any(fault["type"] == "json_invalid" for fault in faults)
    cls = errors.BadInput if malformed else errors.Unprocessable
    return _respond(request, cls(errors=field_errors(faults, skip=1)))


async def _unknown(request: Request, error: Exception) -> Response:
    _log.error("unhandled_error", error_type=type(error).__name__, route=_route(request), exc_info=error)
    return _respond(request, errors.PlatformError())


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return str(getattr(route, "path", "unmatched"))
