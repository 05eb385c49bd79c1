"""Reading what a browser or a client sends: small forms in which nothing is said twice."""

from collections.abc import Mapping
from urllib.parse import unquote_plus

from starlette.requests import Request

from smartbear.identity.model.faults import OAuthFault
from smartbear.kit.body import read_bytes

_LIMIT = 1 << 14  # bytes of a form


async def read_form(request: Request) -> Mapping[str, str]:
    """A small form in which nothing is said twice (RFC 6749 §3.2)."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise OAuthFault("invalid_request", "A form is expected.")
    body = await read_bytes(request, _LIMIT)
    return read_once(body.decode("utf-8", "replace"))


def read_once(text: str) -> Mapping[str, str]:
    """The pairs of a form or query; OAuthFault if a name is given twice or a text holds U+0000.

    PostgreSQL keeps every character in a text but that one, and nothing here means anything by it.
    """
    found: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        if name in found or "\0" in value:
            raise OAuthFault("invalid_request", "A parameter is given twice or cannot be read.")
        found[name] = value
    return found
