"""What every route needs: the provider's parts, and answers in the protocol's form."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartbear.contracts.tally import Tally
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import witness
from smartbear.identity.actions.directory import Keycloak
from smartbear.identity.actions.keys import SigningKeys, signing_keys
from smartbear.identity.actions.tokens import Issuer
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.model.people import Directory
from smartbear.identity.model.realm import realm
from smartbear.identity.settings import IdentitySettings
from smartbear.kit.context import Context

PROTOCOL = f"{realm().issuer_path}/protocol/openid-connect"
_MINUTE = timedelta(minutes=1)
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


@dataclass(slots=True)
class Provider:
    """The provider as one process runs it."""

    context: Context
    settings: IdentitySettings
    users: UsersClient
    directory: Directory
    failures: Tally = field(init=False)
    """Sign-ins that fail here."""
    _keys: SigningKeys | None = None
    _read_at: datetime | None = None

    def __post_init__(self) -> None:
        self.failures = witness.failures(self.context)

    async def keys(self) -> SigningKeys:
        """The signing keys, read anew each minute: by then a rotation has reached every process."""
        now = self.context.clock.now()
        if self._keys is None or self._read_at is None or now - self._read_at >= _MINUTE:
            self._keys, self._read_at = await signing_keys(self.context, self.settings), now
        return self._keys

    async def public_keys(self) -> dict[str, Any]:
        """What tokens are verified with: our own keys, or those of the Keycloak in our place."""
        if isinstance(self.directory, Keycloak):
            return await self.directory.public_keys()
        return (await self.keys()).public

    def address(self, request: Request) -> str:
        """The public address the request came to; the canonical one if it came to none of them."""
        host = request.headers.get("host", "")
        addresses = self.context.settings.addresses()
        return next((one for one in addresses if urlsplit(one).netloc == host), addresses[0])

    def issuer(self, request: Request) -> str:
        """The provider's name at that address."""
        return self.address(request) + realm().issuer_path

    async def issuing(self, request: Request) -> Issuer:
        """What tokens are made with."""
        return Issuer(self.context, self.settings, await self.keys(), self.issuer(request))


def provider(request: Request) -> Provider:
    """The provider of this process."""
    found: Provider = request.app.state.provider
    return found


def fault_answer(fault: OAuthFault) -> Response:
    """An error of the token endpoint (RFC 6749 §5.2)."""
    body = {"error": fault.code, "error_description": fault.description}
    if fault.code == "invalid_client":
        return JSONResponse(body, 401, {**NO_STORE, "www-authenticate": "Basic"})
    return JSONResponse(body, 400, NO_STORE)
