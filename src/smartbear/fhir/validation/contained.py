"""Contained resources (https://hl7.org/fhir/R4/references.html#contained): dom-2 to dom-5 and ref-1."""

from collections.abc import Iterable, Iterator
from typing import Any

from smartbear.fhir.validation.fault import Fault, LocalReference


def settled(resource: dict[str, Any], faults: Iterable[Fault]) -> list[Fault]:
    """The faults of a resource that stands alone, once its references into `contained` are looked up."""
    held = {f".contained[{i}]": item for i, item in enumerate(_items(resource)) if isinstance(item, dict)}
    types = {str(item.get("id")): item.get("resourceType") for item in held.values()}
    types[""] = resource.get("resourceType")  # «#» is the resource that contains
    found = [fault for fault in faults if not _is_answered(fault, types)]
    for place, item in held.items():
        found += [Fault("invariant", text, place) for text in _problems(item)]
    if len(types) <= len(held):
        found += _repeated(held)
    return found + (_unused(resource, held) if held else [])


def _items(resource: dict[str, Any]) -> list[Any]:
    items = resource.get("contained")
    return items if isinstance(items, list) else []


def _is_answered(fault: Fault, types: dict[str, Any]) -> bool:
    if not isinstance(fault, LocalReference) or fault.id not in types:
        return False
    return not fault.targets or types[fault.id] in fault.targets


def _problems(item: dict[str, Any]) -> Iterator[str]:
    meta = item.get("meta")
    named = meta.keys() if isinstance(meta, dict) else ()
    if "contained" in item:
        yield "dom-2: must not contain resources itself"
    if "versionId" in named or "lastUpdated" in named:
        yield "dom-4: must have neither meta.versionId nor meta.lastUpdated"
    if "security" in named:
        yield "dom-5: must not have security labels"


def _repeated(held: dict[str, dict[str, Any]]) -> list[Fault]:
    """References by id (R4 references.html#contained) need ids that are unique within the resource."""
    places: dict[str, str] = {}
    again = [place for place, item in held.items() if places.setdefault(str(item.get("id")), place) != place]
    return [Fault("duplicate", "must not be the id of another contained resource", f"{p}.id") for p in again]


def _unused(resource: dict[str, Any], held: dict[str, dict[str, Any]]) -> list[Fault]:
    used = set(_fragments(resource))
    return [
        Fault("invariant", "dom-3: nothing in this resource refers to it", place)
        for place, item in held.items()
        if f"#{item.get('id')}" not in used and "#" not in _fragments(item)
    ]


def _fragments(value: Any) -> Iterator[str]:
    """Every string that could refer to a contained resource or its container."""
    if isinstance(value, str):
        if value.startswith("#"):
            yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _fragments(child)
