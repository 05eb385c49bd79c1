"""What the provider is and can do (OpenID Connect Discovery, RFC 8414), and its public keys."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartbear.identity.actions.credentials import ALGORITHMS
from smartbear.identity.model.accounts import CLAIMS
from smartbear.identity.model.realm import realm
from smartbear.identity.model.texts import LANGUAGES
from smartbear.identity.routes.provider import PROTOCOL, provider

_HOUR = {"cache-control": "public, max-age=3600"}


async def configuration(request: Request) -> Response:
    """The provider's metadata."""
    origin, issuer = provider(request).address(request), provider(request).issuer(request)
    scopes = sorted({scope for client in realm().clients.values() for scope in client.scopes})
    ways = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    told = {
        "issuer": issuer,
        "authorization_endpoint": f"{origin}{PROTOCOL}/auth",
        "token_endpoint": f"{origin}{PROTOCOL}/token",
        "userinfo_endpoint": f"{origin}{PROTOCOL}/userinfo",
        "jwks_uri": f"{origin}{PROTOCOL}/certs",
        "end_session_endpoint": f"{origin}{PROTOCOL}/logout",
        "revocation_endpoint": f"{origin}{PROTOCOL}/revoke",
        "introspection_endpoint": f"{origin}{PROTOCOL}/token/introspect",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", *ways],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": ["none", *ways],
        "introspection_endpoint_auth_methods_supported": ways,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": ["none", "login", "select_account"],
        "claims_parameter_supported": True,
        "claim_types_supported": ["normal"],
        "acr_values_supported": ["1", "2"],
        "display_values_supported": ["page"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": list(LANGUAGES),
        "scopes_supported": scopes,
        "claims_supported": [
            "sub",
            "auth_time",
            "acr",
            *(name for names in CLAIMS.values() for name in names),
        ],
    }
    return JSONResponse(told, headers=_HOUR)


async def certs(request: Request) -> Response:
    """The public keys as a JWK set (RFC 7517)."""
    return JSONResponse(await provider(request).public_keys(), headers=_HOUR)
