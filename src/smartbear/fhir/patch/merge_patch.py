"""JSON Merge Patch (RFC 7396): not one of FHIR's own patches, but what some of its clients send."""

from typing import Any


def apply(document: Any, patch: Any) -> Any:
    """The document with the patch's members in place of its own; null takes a member away."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = apply(merged.get(name), value)
    return merged
