"""The client behind a request: from the Authorization header or from the form, never from both."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from starlette.requests import Request

from smartbear.identity.actions import witness
from smartbear.identity.actions.credentials import ASSERTION, Credentials, authenticate_client, subject_of
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.routes import cookies
from smartbear.identity.routes.provider import PROTOCOL, provider


async def client_of(request: Request, form: Mapping[str, str]) -> Client:
    """The client that proves itself (RFC 6749 §2.3, RFC 7523 §2.2); OAuthFault if it does not."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    assertion = _assertion(form)
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    ways = [secret is not None, assertion is not None, kind.lower() == "basic"]
    if sum(ways) > 1:
        raise OAuthFault("invalid_request", "The client proves itself in two ways.")
    if kind.lower() == "basic":
        client_id, secret = _basic(value)
    elif assertion is not None:
        client_id = client_id or subject_of(assertion)
    shown = Credentials(client_id, secret, assertion, _names(request))
    context = provider(request).context
    try:
        return await authenticate_client(context, shown)
    except OAuthFault:
        witness.failed(context, provider(request).failures, client_id, cookies.peer(request))
        raise


def _assertion(form: Mapping[str, str]) -> str | None:
    assertion = form.get("client_assertion")
    if assertion is not None and form.get("client_assertion_type") != ASSERTION:
        raise OAuthFault("invalid_request", "The client's assertion is of a kind not known here.")
    return assertion


def _names(request: Request) -> frozenset[str]:
    """What an assertion may be addressed to: the issuer, the token endpoint, or where it is sent."""
    here = provider(request)
    origin = here.address(request)
    return frozenset({here.issuer(request), f"{origin}{PROTOCOL}/token", f"{origin}{request.url.path}"})


def _basic(value: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthFault("invalid_client", "The Authorization header cannot be read.") from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
