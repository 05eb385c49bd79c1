"""Taking out what a patch has emptied: FHIR's JSON has no empty arrays and objects (R4 json 2.6.2)."""

from typing import Any


def pruned(value: Any) -> Any:
    """The value without empty objects and arrays, and without arrays that hold only nulls, at any depth."""
    if isinstance(value, dict):
        members = ((name, pruned(member)) for name, member in value.items())
        return {name: member for name, member in members if member not in ({}, [])}
    if isinstance(value, list):
        items = [pruned(item) for item in value]
        return [] if all(item is None for item in items) else [item for item in items if item not in ({}, [])]
    return value
