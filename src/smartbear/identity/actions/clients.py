"""Finding, making and authenticating clients."""

import hmac
import re

from smartbear.identity.actions import secrets
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.model.realm import realm
from smartbear.identity.store import accounts
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput

_CLIENT_ID = re.compile(r"[\x20-\x7e]{1,100}")  # RFC 6749 appendix A.1
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §3.3
_log = logs.get("identity")


async def create_client(context: Context, *, name: str, scope: str) -> tuple[str, str]:
    """Make a machine client, or give one of the realm's its first or a new secret: client id and secret."""
    scopes = tuple(scope.split())
    if not scopes or not all(_SCOPE.fullmatch(one) for one in scopes):
        raise BadInput("A scope is missing or has a character it may not have.")
    declared = realm().clients.get(name)
    if declared and declared.is_public:
        raise BadInput(f"{name} is a public client and has no secret.")
    secret, digest = secrets.fresh()
    client_id = name if declared else f"{_slug(name)}-{context.new_id()[-8:]}"
    client = Client(
        client_id,
        name,
        ("client_credentials",),
        declared.scopes if declared else scopes,
        secret_hash=digest,
    )
    async with context.db.transaction() as tx:
        await accounts.put_client(tx, client, context.clock.now())
    _log.info("client_created", client=client_id)
    return client_id, secret


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "client"


async def find_client(context: Context, client_id: str) -> Client | None:
    """A client of the realm, or a machine client an administrator made."""
    declared = realm().clients.get(client_id)
    if declared and declared.is_public:
        origins = context.settings.addresses()
        return Client(
            client_id,
            declared.name,
            declared.grants,
            declared.scopes,
            tuple(origin + path for origin in origins for path in declared.redirects),
            tuple(origin + path for origin in origins for path in declared.after_logout),
        )
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    async with context.db.connection() as c:
        return await accounts.client(c, client_id)


async def authenticate_client(context: Context, client_id: str, secret: str | None) -> Client:
    """The client that proves to be who it says; a public one proves itself later, by PKCE."""
    client = await find_client(context, client_id)
    if client and client.is_public and not secret:
        return client
    kept = client.secret_hash if client and client.secret_hash else bytes(32)
    right = hmac.compare_digest(secrets.digest(secret or ""), kept)
    if not client or client.is_public or not right:
        raise OAuthFault("invalid_client", "The client is not known or its secret is wrong.")
    return client
