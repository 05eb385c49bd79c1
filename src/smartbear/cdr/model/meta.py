"""Profiles, security labels and tags (https://hl7.org/fhir/R4/resource.html#Meta) as sets.

A label is the same as another if system and code are; version and display say nothing about that.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from smartbear.fhir import json

_SETS = ("profile", "security", "tag")

Meta = Mapping[str, Any]


def union(metas: Iterable[Meta]) -> dict[str, list[Any]]:
    """Every profile, label and tag of any of them once, in the order in which they are met."""
    found: dict[str, dict[Any, Any]] = {name: {} for name in _SETS}
    for meta in metas:
        for name in _SETS:
            for item in meta.get(name, ()):
                found[name].setdefault(_key(item), item)
    return {name: list(items.values()) for name, items in found.items() if items}


def added(meta: Meta, more: Meta) -> dict[str, Any]:
    """``meta`` with what it lacks of the other's sets."""
    return {**meta, **union([meta, more])}


def taken(meta: Meta, less: Meta) -> dict[str, Any]:
    """``meta`` without the other's members."""
    gone = {name: {_key(item) for item in less.get(name, ())} for name in _SETS}
    left = {name: [item for item in meta.get(name, ()) if _key(item) not in gone[name]] for name in _SETS}
    rest = {name: value for name, value in meta.items() if name not in _SETS}
    return rest | {name: items for name, items in left.items() if items}


def _key(item: Any) -> Any:
    """Of a Coding what makes it the one it is; one without a code is only like itself."""
    if not isinstance(item, dict):
        return item
    return (item.get("system"), item["code"]) if "code" in item else json.encode(item)
