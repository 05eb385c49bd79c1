"""The client of ``identity``: the public keys that access tokens are signed with."""

from typing import Any, ClassVar

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.scope import ANONYMOUS, AccessScope

REALM = "/realms/smartbear"
"""The issuer's path below each public address."""


class IdentityClient(ComponentClient):
    """Asks ``identity``, as anybody may."""

    component: ClassVar[str] = "identity"

    async def keys(self) -> dict[str, Any]:
        """The provider's JWK set (RFC 7517)."""
        path = f"{REALM}/protocol/openid-connect/certs"
        answer = await self.request("GET", path, scope=AccessScope(role=ANONYMOUS))
        keys: dict[str, Any] = answer.json()
        return keys
