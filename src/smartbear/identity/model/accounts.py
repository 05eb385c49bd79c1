"""Who signs in."""

from dataclasses import dataclass
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

    def claims(self) -> dict[str, Any]:
        """What tokens and userinfo say about the account."""
        told = {
            "preferred_username": self.username,
            "name": self.name,
            "roles": [self.role],
            "organisation": self.organisation,
            "pilot": self.pilot,
            "participant": self.participant,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Client:
    """A program that asks for tokens, from the realm or made by an administrator."""

    id: str
    name: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    redirects: tuple[str, ...] = ()
    after_logout: tuple[str, ...] = ()
    secret_hash: bytes | None = None

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret by design."""
        return "authorization_code" in self.grants


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person has allowed a client: the content of a code or a refresh token."""

    account: str
    client: str
    scope: str
    family: str
    signed_in_at: datetime
    nonce: str | None = None
