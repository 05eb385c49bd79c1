"""The reviewed rules of `rules.toml`, as values."""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

import msgspec

from smartbear.fhir import definitions

Action = Literal["keep", "token", "shift", "generalise", "drop"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision about several elements or data types, and its reason."""

    action: Action
    why: str
    how: str = ""
    types: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()


class TypeList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Resource types that are treated alike, and why."""

    why: str
    types: tuple[str, ...]


class PublicSystems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Code systems known by how their addresses begin, and the form of their codes."""

    why: str
    prefixes: tuple[str, ...]
    form: str


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that may leave."""

    why: str
    names: tuple[str, ...]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    released: TypeList
    withheld: tuple[TypeList, ...]
    rule: tuple[Rule, ...]
    extensions: dict[str, str]
    """Url → the property that holds the value."""
    code_systems: dict[str, str]
    """System → the form of its codes."""
    public_systems: PublicSystems
    parameter_names: Names


@cache
def rules() -> Rules:
    """The rules, read once."""
    text = resources.files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Rules)


@cache
def extensions() -> dict[str, str]:
    """Extensions that are let through: url → the property that holds the value."""
    return {url: name for url, name in rules().extensions.items() if url != "why"}


@cache
def code_forms() -> dict[str, re.Pattern[str]]:
    """Code systems on the list: system → the form of its codes."""
    return {system: re.compile(form) for system, form in rules().code_systems.items() if system != "why"}


@cache
def _public_form() -> re.Pattern[str]:
    return re.compile(rules().public_systems.form)


def is_public_code(system: object, code: object) -> bool:
    """Whether this is a code of a public code system, as far as its form tells."""
    return isinstance(system, str) and isinstance(code, str) and _has_form(system, code)


@lru_cache(maxsize=4096)
def _has_form(system: str, code: str) -> bool:
    form = code_forms().get(system)
    if form is None and _is_public(system):
        form = _public_form()
    return form is not None and form.fullmatch(code) is not None


def _is_public(system: str) -> bool:
    prefix = next((each for each in rules().public_systems.prefixes if system.startswith(each)), None)
    return prefix is not None and _WORD.fullmatch(system, len(prefix)) is not None


_WORD = re.compile(r"[A-Za-z0-9-]{1,48}")


@cache
def parameter_names() -> frozenset[str]:
    """Names that parameters of an answer may have."""
    return frozenset(rules().parameter_names.names) | definitions.resource_types()
