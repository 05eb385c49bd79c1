"""Errors of OAuth 2.0 in the protocol's own words (RFC 6749 §4.1.2.1 and §5.2, OIDC Core §3.1.2.6)."""

from typing import Literal

Code = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "invalid_scope",
    "login_required",
    "consent_required",
    "access_denied",
    "request_not_supported",
    "request_uri_not_supported",
]


class OAuthFault(Exception):
    """Something about the request that its sender must mend; told in the protocol's form."""

    def __init__(self, code: Code, description: str) -> None:
        self.code: Code = code
        self.description = description
        super().__init__(code)


class WrongAddress(Exception):
    """The client or its redirect address is unknown: nobody may be sent back there, so a page says so."""
