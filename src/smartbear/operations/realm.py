"""``smartbear realm export``: the realm as Keycloak imports it."""

import sys

import orjson

from smartbear.identity.model.keycloak import realm_export
from smartbear.identity.model.realm import realm
from smartbear.identity.settings import IdentitySettings
from smartbear.kit.errors import BadInput


def described(addresses: list[str]) -> bytes:
    """The file for a platform at ``addresses``, exact and without a slash at the end."""
    if not addresses or not all(one.startswith(("https://", "http://localhost")) for one in addresses):
        raise BadInput("An address begins with https://, or with http://localhost to try things out.")
    settings = IdentitySettings()
    lifetimes = {
        "accessTokenLifespan": settings.access_token_lifetime,
        "ssoSessionIdleTimeout": settings.session_lifetime,
        "ssoSessionMaxLifespan": settings.session_lifetime,
        "offlineSessionIdleTimeout": settings.participant_lifetime,
    }
    told = realm_export(realm(), [one.rstrip("/") for one in addresses], lifetimes)
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"


def export(addresses: list[str]) -> None:
    """Print the file."""
    sys.stdout.write(described(addresses).decode())
