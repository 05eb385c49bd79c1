"""What a SMART app needs to know of the provider (https://hl7.org/fhir/smart-app-launch/STU2/conformance.html)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartbear.fhir import json
from smartbear.identity.routes import discovery

_SHARED = (
    "issuer",
    "jwks_uri",
    "authorization_endpoint",
    "token_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "grant_types_supported",
    "response_types_supported",
    "scopes_supported",
    "code_challenge_methods_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
)
_OF_MACHINES = ("system/*.cruds", "system/*.rs", "system/*.cud")
"""The realm lists its clients' scopes; an administrator may give others these, or the same for one type."""
_BY_AUTHENTICATION = {
    "none": "client-public",
    "client_secret_basic": "client-confidential-symmetric",
    "private_key_jwt": "client-confidential-asymmetric",
}
"""Way for a client to prove who it is → capability."""


async def configuration(request: Request) -> Response:
    """The part of the provider's metadata that SMART shares, and the capabilities that follow from it."""
    found = await discovery.configuration(request)
    metadata = json.decode(bytes(found.body))
    told = {name: metadata[name] for name in _SHARED} | {"capabilities": _capabilities(metadata)}
    told["scopes_supported"] = sorted({*metadata["scopes_supported"], *_OF_MACHINES})
    return JSONResponse(told, headers={"cache-control": found.headers["cache-control"]})


def _capabilities(metadata: Mapping[str, Any]) -> list[str]:
    """No launch, no context and no scopes of patients or users: roles say what people see, not apps."""
    ways = metadata["token_endpoint_auth_methods_supported"]
    offline = ["permission-offline"] if "offline_access" in metadata["scopes_supported"] else []
    return [name for way, name in _BY_AUTHENTICATION.items() if way in ways] + offline
