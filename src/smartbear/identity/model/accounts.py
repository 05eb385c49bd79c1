"""Who signs in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """An account; organisation, pilot and participant are ids that ``users`` gives meaning to."""

    id: str
    username: str
    role: str
    name: str
    email: str | None
    organisation: str | None
    pilot: str | None
    participant: str | None
    disabled: bool
    """It may not sign in: an administrator has said so, or it waits for one, or for its owner."""
    language: str = "en"
    project: str | None = None
    """Whose pseudonymised data a data scientist reads."""

    def standing(self) -> dict[str, Any]:
        """What access tokens say: the account's place in the platform, and as little else as possible."""
        return _told(
            {
                "preferred_username": self.username,
                "roles": [self.role],
                "organisation": self.organisation,
                "pilot": self.pilot,
                "participant": self.participant,
                "project": self.project,
            }
        )

    def claims(self, scope: str, wanted: tuple[str, ...] = ()) -> dict[str, Any]:
        """What ID tokens and userinfo say: the claims of the scopes (OIDC Core §5.4) and those asked for."""
        names = {*wanted}.union(*(CLAIMS.get(one, ()) for one in scope.split()))
        told = {"name": self.name, "email": self.email, **self.standing()}
        return {name: value for name, value in _told(told).items() if name in names}


CLAIMS: Mapping[str, tuple[str, ...]] = {
    "openid": ("roles", "organisation", "pilot", "participant", "project"),
    "profile": ("name", "preferred_username"),
    "email": ("email",),
}
"""Scope → claims it opens."""


def _told(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Client:
    """A program that asks for tokens, from the realm or made by an administrator."""

    id: str
    name: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    services: tuple[str, ...]
    """Components its access tokens are good for."""
    redirects: tuple[str, ...] = ()
    after_logout: tuple[str, ...] = ()
    backchannel_logout: str | None = None
    """Where it wants to hear that somebody has signed out."""
    secret_hash: bytes | None = None
    keys: Mapping[str, Any] | None = None
    """Public keys it signs assertions with, as a JWK set."""

    is_ours: bool = False
    """Part of the platform: people are not asked whether it may do what it does."""

    @property
    def is_public(self) -> bool:
        """Whether it runs where no secret can be kept, and proves itself by PKCE alone."""
        return self.secret_hash is None and self.keys is None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person has allowed a client: the content of a code or a refresh token."""

    account: str
    client: str
    scope: str
    family: str
    signed_in_at: datetime
    nonce: str | None = None
    amr: tuple[str, ...] = ("pwd",)
    """How the person proved who they are (RFC 8176)."""
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Claims asked for by name (OIDC Core §5.5), under ``userinfo`` and ``id_token``."""

    @property
    def acr(self) -> str:
        """«2» after two factors or a passkey, which is two in one; else «1»."""
        return "2" if "mfa" in self.amr else "1"
