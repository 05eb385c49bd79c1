"""What is particular about Binary (https://hl7.org/fhir/R4/binary.html)."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from smartbear.cdr.model.references import LocalId
from smartbear.fhir import references

_PIECE = 1 << 16  # characters of base64, whole groups of four


def context_of(binary: Mapping[str, Any], bases: Iterable[str]) -> LocalId | None:
    """The resource of this repository that stands for who may read the content."""
    named = references.parse(binary.get("securityContext", {}).get("reference", ""))
    ours = named.kind == "relative" or (named.kind == "absolute" and named.base in bases)
    return LocalId(named.type, named.id) if ours else None


def wrapped(content: bytes, content_type: str, context: str) -> dict[str, Any]:
    """Content as a Binary; ``context`` is a reference, or empty."""
    binary: dict[str, Any] = {"resourceType": "Binary", "contentType": " ".join(content_type.split())}
    if context:
        binary["securityContext"] = {"reference": context}
    return binary | {"data": base64.b64encode(content).decode()}


def pieces(binary: Mapping[str, Any]) -> Iterable[bytes]:
    """The content, a piece at a time."""
    data = "".join(binary.get("data", "").split())  # base64 may be written with blanks between its groups
    return (base64.b64decode(data[start : start + _PIECE]) for start in range(0, len(data), _PIECE))
