"""What Reference, canonical and uri elements point to (R4 search 3.1.1.4.9)."""

from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.references import parse
from smartbear.fhir.search.tokens import identifier
from smartbear.fhir.search.values import Reference, Token


def address(text: str) -> Reference | None:
    """``None`` for a reference into ``contained``."""
    kind, _, name = text.partition("/")
    if kind in definitions.resource_types() and name and "/" not in name:  # nearly all are of this kind
        return Reference(kind, name, None, None)
    found = parse(text)
    if found.kind == "contained":
        return None
    url = None if found.kind == "relative" else text.partition("/_history/")[0]
    return Reference(found.type or None, found.id or None, url, found.version or None)


def reference(value: dict[str, Any]) -> list[Reference]:
    """A Reference with a literal address; its ``type`` fills in what the address does not say."""
    text = value.get("reference")
    found = address(text) if text else None
    if found is None:
        return []
    return [found if found.type else found._replace(type=value.get("type"))]


def reference_identifier(value: dict[str, Any]) -> list[Token]:
    """The logical side of a Reference."""
    logical = value.get("identifier")
    return identifier(logical) if logical else []


def canonical(value: str) -> list[Reference]:
    """A canonical or uri: the address as it is, the version apart. Some are relative, as references are."""
    url, _, version = value.partition("|")
    found = address(url)
    if found and found.type and found.url is None:
        return [found._replace(version=version or None)]
    return [Reference(None, None, url, version or None)]


def resource(value: dict[str, Any]) -> list[Reference]:
    """A resource held in place (``Bundle.entry[0].resource``) as if it were referred to."""
    return [Reference(value.get("resourceType"), value.get("id"), None, None)]


def target_type(value: dict[str, Any]) -> str | None:
    """The type a Reference resolves to, as far as it says so itself."""
    text = value.get("reference")
    found = address(text) if text else None
    return (found and found.type) or value.get("type")
