"""The realm as Keycloak imports it: the same roles, clients, claims and limits as ``realm.toml`` declares.

Names in capitals between ``${`` and ``}`` are filled in by Keycloak from its environment, so that the file
holds no secret.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from smartbear.contracts.roles import STAFF
from smartbear.identity.model.realm import Realm, RealmClient
from smartbear.identity.model.texts import LANGUAGES

Json = dict[str, Any]
NAME = "smartbear"
_PLACE = ("organisation", "pilot", "participant", "project")
_ALWAYS = ("basic", "organisation", "roles")  # scopes that every client for people has, whatever it asks for
_MANAGER = "usermanager"
_MANAGES = ("view-users", "manage-users", "query-users", "view-realm")
_PASSWORDS = "length(10) and notUsername() and notEmail() and notContainsUsername()"


def realm_export(declared: Realm, addresses: Sequence[str], lifetimes: Mapping[str, int]) -> Json:
    """The file for ``kc.sh import``, for a platform at ``addresses``; lifetimes are in seconds."""
    return {
        "realm": NAME,
        "displayName": "SMART BEAR",
        "enabled": True,
        "sslRequired": "external",
        "registrationAllowed": True,
        "verifyEmail": True,
        "resetPasswordAllowed": True,
        "bruteForceProtected": True,
        "failureFactor": 5,
        "maxFailureWaitSeconds": 60,
        "passwordPolicy": _PASSWORDS,
        "defaultSignatureAlgorithm": "RS256",
        "revokeRefreshToken": True,
        "refreshTokenMaxReuse": 0,
        **lifetimes,
        "loginTheme": NAME,
        "emailTheme": NAME,
        "internationalizationEnabled": True,
        "supportedLocales": list(LANGUAGES),
        "defaultLocale": "en",
        "smtpServer": _mail(),
        "roles": {"realm": [{"name": name, "description": text} for name, text in declared.roles.items()]},
        "defaultRole": {"name": "default-roles-smartbear", "composite": False, "clientRole": False},
        "clientScopes": [*_scopes(), *(_scope(name) for name in _of_machines(declared))],
        "clients": [_client(name, client, addresses) for name, client in declared.clients.items()],
        "users": [_service_account()],
        "components": {"org.keycloak.userprofile.UserProfileProvider": [_profile()]},
    }


def _mail() -> Json:
    variable = "${SMARTBEAR_NOTIFICATIONS_SMTP_%s:%s}"
    return {
        "host": variable % ("HOST", "localhost"),
        "port": variable % ("PORT", "587"),
        "from": "${SMARTBEAR_NOTIFICATIONS_SENDER:smartbear@localhost}",
        "auth": "${SMARTBEAR_KEYCLOAK_SMTP_AUTH:false}",
        "starttls": "${SMARTBEAR_KEYCLOAK_SMTP_STARTTLS:true}",
        "user": variable % ("USERNAME", ""),
        "password": variable % ("PASSWORD", ""),
    }


def _client(name: str, client: RealmClient, addresses: Sequence[str]) -> Json:
    """A client with the grants it needs and no other."""
    signs_in = "authorization_code" in client.grants
    after = [address + path for address in addresses for path in client.after_logout]
    attributes = {"access.token.header.type.rfc9068": "true", "post.logout.redirect.uris": "##".join(after)}
    if signs_in:
        attributes |= {"pkce.code.challenge.method": "S256", "use.refresh.tokens": "true"}
    return {
        "clientId": name,
        "name": client.name,
        "publicClient": client.is_public,
        "standardFlowEnabled": signs_in,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": not signs_in,
        "fullScopeAllowed": True,
        "redirectUris": [address + path for address in addresses for path in client.redirects],
        "webOrigins": list(addresses) if signs_in else [],
        "attributes": attributes,
        "defaultClientScopes": _always(name, client),
        "optionalClientScopes": [scope for scope in client.scopes if scope in _OFFERED],
        "protocolMappers": [
            *(_audience(service) for service in client.services),
            _fixed("client_id", name),
            *([] if signs_in or name == _MANAGER else [_fixed("sub", name)]),
        ],
    }


def _always(name: str, client: RealmClient) -> list[str]:
    """Scopes a client has without asking. A machine is its own subject; the manager, a user of Keycloak's."""
    if "authorization_code" in client.grants:
        return list(_ALWAYS)
    return [*client.scopes, *(["basic"] if name == _MANAGER else [])]


_OFFERED = ("profile", "email", "offline_access")


def _of_machines(declared: Realm) -> list[str]:
    """Each once: machines may share a scope."""
    machines = (client for client in declared.clients.values() if not client.is_public)
    return [*dict.fromkeys(scope for client in machines for scope in client.scopes)]


def _scopes() -> list[Json]:
    """Keycloak makes its own scopes only where a file names none, so all that are used are here."""
    return [
        _scope(
            "basic",
            _mapper("sub", "oidc-sub-mapper"),
            _mapper(
                "auth_time",
                "oidc-usersessionmodel-note-mapper",
                **{"user.session.note": "AUTH_TIME", "claim.name": "auth_time", "jsonType.label": "long"},
            ),
        ),
        _scope(
            "profile", _property("username", "preferred_username"), _mapper("name", "oidc-full-name-mapper")
        ),
        _scope("email", _property("email", "email")),
        _scope("offline_access"),
        _scope("organisation", *(_attribute(name) for name in _PLACE)),
        _scope(
            "roles",
            _mapper(
                "roles",
                "oidc-usermodel-realm-role-mapper",
                **{"claim.name": "roles", "jsonType.label": "String", "multivalued": "true"},
            ),
        ),
    ]


def _scope(name: str, *mappers: Json) -> Json:
    shown = {"include.in.token.scope": "false" if name in _ALWAYS else "true"}
    return {"name": name, "protocol": "openid-connect", "attributes": shown, "protocolMappers": list(mappers)}


def _mapper(name: str, kind: str, **config: str) -> Json:
    places = {f"{place}.token.claim": "true" for place in ("access", "id", "userinfo", "introspection")}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": places | config,
    }


def _property(name: str, claim: str) -> Json:
    config = {"user.attribute": name, "claim.name": claim, "jsonType.label": "String"}
    return _mapper(claim, "oidc-usermodel-attribute-mapper", **config)


def _attribute(name: str) -> Json:
    return _property(name, name)


def _audience(service: str) -> Json:
    config = {"included.custom.audience": service, "id.token.claim": "false"}
    return _mapper(f"audience {service}", "oidc-audience-mapper", **config)


def _fixed(claim: str, value: str) -> Json:
    config = {
        "claim.name": claim,
        "claim.value": value,
        "jsonType.label": "String",
        "id.token.claim": "false",
    }
    return _mapper(f"fixed {claim}", "oidc-hardcoded-claim-mapper", **config)


def _service_account() -> Json:
    """The platform's own way into user administration (reference document §5.1.1.3)."""
    return {
        "username": f"service-account-{_MANAGER}",
        "enabled": True,
        "serviceAccountClientId": _MANAGER,
        "clientRoles": {"realm-management": list(_MANAGES)},
    }


def _profile() -> Json:
    """Who may change what about a person: the place in the platform is an administrator's alone."""
    own, ours = ["admin", "user"], ["admin"]
    personal = [
        {"name": name, "permissions": {"view": own, "edit": own}, "required": {"roles": ["user"]}}
        for name in ("username", "email", "firstName", "lastName")
    ]
    place = [{"name": name, "permissions": {"view": own, "edit": ours}} for name in _PLACE]
    config = json.dumps({"attributes": personal + place})
    return {"providerId": "declarative-user-profile", "config": {"kc.user.profile.config": [config]}}


def role_of(names: Sequence[str]) -> str:
    """The role of staff among a user's realm roles; empty if there is none."""
    return next((name for name in names if name in STAFF), "")
