"""The client of ``identity``: the public keys that access tokens are signed with, and who may be what."""

from typing import Any, ClassVar

import msgspec

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.scope import ANONYMOUS, AccessScope

REALM = "/realms/smartbear"
"""The issuer's path below each public address."""


class IdentityClient(ComponentClient):
    """Asks ``identity``: for the keys as anybody may, for the rest in the component's own name."""

    component: ClassVar[str] = "identity"

    async def keys(self) -> dict[str, Any]:
        """The provider's JWK set (RFC 7517)."""
        path = f"{REALM}/protocol/openid-connect/certs"
        answer = await self.request("GET", path, scope=AccessScope(role=ANONYMOUS))
        keys: dict[str, Any] = answer.json()
        return keys

    async def standing(self, role: str, name: str) -> AccessScope:
        """The scope of an account or machine client as it would be today.

        NotFound if it is gone, disabled, has another role, or may not come to the asking component.
        """
        answer = await self.request("GET", "/internal/standing", params={"role": role, "name": name})
        return msgspec.json.decode(answer.content, type=AccessScope)
