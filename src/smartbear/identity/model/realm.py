"""The realm as declared in ``realm.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RealmClient(_Row):
    """A program that may ask for tokens."""

    name: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    services: tuple[str, ...]
    redirects: tuple[str, ...] = ()
    after_logout: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether it runs where no secret can be kept, and proves itself by PKCE alone."""
        return "authorization_code" in self.grants


class Realm(_Row):
    """Everything ``realm.toml`` says."""

    issuer_path: str
    roles: Mapping[str, str]
    clients: Mapping[str, RealmClient]


@cache
def realm() -> Realm:
    """The realm shipped with the platform."""
    text = (files("smartbear.identity") / "realm.toml").read_text(encoding="utf-8")
    return Realm.model_validate(tomllib.loads(text))
