"""Finding and making clients."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smartbear.contracts.trail import did, saw
from smartbear.identity.actions import secrets
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.realm import RealmClient, realm
from smartbear.identity.store import clients, permissions
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput, NotFound

_CLIENT_ID = re.compile(r"[\x20-\x7e]{1,100}")  # RFC 6749 appendix A.1
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §3.3
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9a-f:.]{2,45}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SERVICES = ("cdr", "measurements")
_log = logs.get("identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A confidential client to make. With ``redirects`` it signs people in, else it acts in its own name."""

    name: str
    scope: str
    services: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    after_logout: tuple[str, ...] = ()
    backchannel_logout: str | None = None
    keys: Mapping[str, Any] | None = None
    """Public keys as a JWK set; the client then has no secret."""
    is_ours: bool = False
    """Part of the platform: people are not asked before it learns who they are."""


async def create_client(context: Context, new: NewClient) -> tuple[str, str | None]:
    """Make a client, or give one of the realm's a new secret or other keys: client id, and secret if any."""
    declared = realm().clients.get(new.name)
    if declared and declared.is_public:
        raise BadInput(f"{new.name} is a public client and has no secret.")
    secret, digest = secrets.fresh() if new.keys is None else (None, None)
    described = _of_realm(new.name, declared) if declared else _described(context, new)
    client = _with_credentials(described, digest, new.keys)
    async with context.db.transaction() as tx:
        is_new = await clients.put(tx, client, context.clock.now())
        saw(f"Client/{client.id}")
        did("client-created" if is_new else "client-renewed", "C" if is_new else "U")
    _log.info("client_created", client=client.id)
    return client.id, secret


async def remove_client(context: Context, client_id: str) -> None:
    """Delete a client and what people have allowed it: it gets no token more. NotFound if there is none."""
    async with context.db.transaction() as tx:
        if not await clients.remove(tx, client_id):
            raise NotFound("There is no such client.")
        await permissions.forget_client(tx, client_id, context.clock.now())
        saw(f"Client/{client_id}")
        did("client-removed", "D")
    _log.info("client_removed", client=client_id)


def _of_realm(name: str, declared: RealmClient) -> Client:
    return Client(name, declared.name, declared.grants, declared.scopes, declared.services)


def _described(context: Context, new: NewClient) -> Client:
    scopes = tuple(new.scope.split())
    if not scopes or not all(_SCOPE.fullmatch(one) for one in scopes):
        raise BadInput("A scope is missing or has a character it may not have.")
    addresses = (*new.redirects, *new.after_logout, *filter(None, [new.backchannel_logout]))
    if not all(_is_exact(address) for address in addresses):
        raise BadInput(
            "An address of a client is https (or http on this machine), without wildcard or fragment."
        )
    signs_people_in = ("authorization_code", "refresh_token") if new.redirects else ("client_credentials",)
    return Client(
        f"{_slug(new.name)}-{context.new_id()[-8:]}",
        new.name,
        signs_people_in,
        scopes,
        new.services or (() if new.redirects else _SERVICES),
        new.redirects,
        new.after_logout,
        new.backchannel_logout,
        is_ours=new.is_ours,
    )


def _with_credentials(client: Client, digest: bytes | None, keys: Mapping[str, Any] | None) -> Client:
    values = {name: getattr(client, name) for name in Client.__dataclass_fields__}
    return Client(**values | {"secret_hash": digest, "keys": _public(keys) if keys is not None else None})


def _public(keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys without what nobody but the client may know; BadInput unless one can verify with them."""
    try:
        known = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise BadInput("The keys are not a JWK set.") from None
    if not known.keys or any(key.key_type not in ("RSA", "EC") for key in known.keys):
        raise BadInput("The keys of a client are RSA or EC keys.")
    return {"keys": [key.as_dict(private=False) for key in known.keys]}


def _is_exact(address: str) -> bool:
    """Whether an address can be compared letter by letter, and is reached unseen by others."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    unseen = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    odd = "@" in parts.netloc or any(mark in address for mark in "*# ") or not address.isprintable()
    return unseen and _HOST.fullmatch(host) is not None and not odd


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "client"


async def find_client(context: Context, client_id: str) -> Client | None:
    """A client of the realm, or one an administrator made."""
    declared = realm().clients.get(client_id)
    if declared and declared.is_public:
        origins = context.settings.addresses()
        return Client(
            client_id,
            declared.name,
            declared.grants,
            declared.scopes,
            declared.services,
            tuple(origin + path for origin in origins for path in declared.redirects),
            tuple(origin + path for origin in origins for path in declared.after_logout),
            is_ours=True,
        )
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    async with context.db.connection() as c:
        return await clients.client(c, client_id)
