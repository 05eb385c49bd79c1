"""The one family of errors a caller can be told about.

    PlatformError 500
    ├─ BadInput 400            ├─ Conflict 409            ├─ Unprocessable 422
    ├─ Unauthenticated 401     ├─ Gone 410                ├─ TooManyRequests 429
    ├─ Forbidden 403           ├─ PreconditionFailed 412  ├─ TooCostly 422
    ├─ NotFound 404            ├─ TooLarge 413            └─ Unavailable 503
    ├─ MethodNotAllowed 405    ├─ UnsupportedMediaType 415
    ├─ NotAcceptable 406       └─ HeadersTooLarge 431
    └─ RequestTimeout 408

A class carries its HTTP status and a stable code; its docstring is the message when none is given. Raise the
narrowest class where the fault is noticed; one handler (``kit/problems.py``, or the repository's own for
FHIR) renders it. Errors of libraries are mapped into the family at the module that calls the library.
"""

import inspect
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in one field. ``path`` names the field (``readings[3].unit``); nothing quotes the value."""

    path: str
    code: str
    message: str


class PlatformError(Exception):
    """Something went wrong on our side. It has been recorded; please try again."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    pause: ClassVar[int | None] = None
    """Seconds after which to try again, unless the one who raises knows better."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        self.detail = detail or inspect.getdoc(type(self)) or self.code
        self.errors = errors
        self.retry_after = self.pause if retry_after is None else retry_after  # seconds
        super().__init__(self.detail)


class BadInput(PlatformError):
    """The request could not be understood."""

    status = 400
    code = "bad_input"


class Unauthenticated(PlatformError):
    """Please sign in: the request carries no valid access token."""

    status = 401
    code = "unauthenticated"


class Forbidden(PlatformError):
    """Your role does not allow this."""

    status = 403
    code = "forbidden"


class NotFound(PlatformError):
    """There is nothing here, or it is not yours to see."""

    status = 404
    code = "not_found"


class MethodNotAllowed(PlatformError):
    """This address does not take this method."""

    status = 405
    code = "method_not_allowed"


class NotAcceptable(PlatformError):
    """The asked format is not offered."""

    status = 406
    code = "not_acceptable"


class RequestTimeout(PlatformError):
    """The body of the request did not arrive in time; please send it again."""

    status = 408
    code = "request_timeout"


class Conflict(PlatformError):
    """The request conflicts with the state it meets."""

    status = 409
    code = "conflict"


class Gone(PlatformError):
    """It was here and has been deleted."""

    status = 410
    code = "gone"


class PreconditionFailed(PlatformError):
    """The version you named is not the current one, or a condition matched more than once."""

    status = 412
    code = "precondition_failed"


class TooLarge(PlatformError):
    """The request is larger than this address accepts."""

    status = 413
    code = "too_large"


class UnsupportedMediaType(PlatformError):
    """The content type is not one this address reads."""

    status = 415
    code = "unsupported_media_type"


class Unprocessable(PlatformError):
    """The request was understood, and some of its fields cannot be accepted."""

    status = 422
    code = "unprocessable"


class HeadersTooLarge(PlatformError):
    """The headers of the request are larger than this address accepts."""

    status = 431
    code = "headers_too_large"


class TooManyRequests(PlatformError):
    """Too many requests; please wait a little."""

    status = 429
    code = "too_many_requests"


class Unavailable(PlatformError):
    """This part of the platform is not available right now. Please send the same request again."""

    status = 503
    code = "unavailable"
    pause = 2


class TooCostly(PlatformError):
    """The answer would take too long to compute; please narrow the request."""

    status = 422
    code = "too_costly"
