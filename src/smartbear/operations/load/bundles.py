"""Turning documents into requests that may be repeated: the same input gives the same ids, whenever sent.

A resource that is to be created under an id of the server's choice gets one derived from where it comes from:
the UUID of its ``fullUrl``, or the file's digest and the entry's number. Sending it again then meets itself
instead of making a second one. Conditional creates stay as they are; the condition protects them.
"""

import uuid
from typing import Any

from smartbear.kit.errors import BadInput

_URN = "urn:uuid:"
_NAMESPACE = uuid.UUID("6f1c1a3e-3f0f-5b0e-9d50-1f6d0c6b5a11")
_AS_ENTRIES = ("collection", "searchset", "history", "document", "message")

Json = dict[str, Any]


def repeatable(document: Json, origin: str) -> Json:
    """``document`` as a Bundle to send; ``origin`` is the digest of what it came from."""
    if document.get("resourceType") != "Bundle":
        return bundle("transaction", [{"resource": document}], origin)
    kind = document.get("type")
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise BadInput("Bundle.entry is not a list.")
    if kind in _AS_ENTRIES:
        return bundle("transaction", entries, origin)
    if kind not in ("transaction", "batch"):
        raise BadInput("Bundle.type is missing or not one that can be loaded.")
    return bundle(kind, entries, origin)


def bundle(kind: str, entries: list[Any], origin: str) -> Json:
    """A Bundle of entries that can be sent twice."""
    prepared = [_entry(entry, f"{origin}/{number}") for number, entry in enumerate(entries)]
    return {"resourceType": "Bundle", "type": kind, "entry": prepared}


def _entry(entry: Any, origin: str) -> Any:
    """An entry with a request; anything the repository should judge itself is left for it to judge."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return entry
    request = entry.get("request")
    if request is None:
        named = resource["id"] if isinstance(resource.get("id"), str) else _id_for(entry, origin)
        return _put(entry, resource, named)
    if isinstance(request, dict) and request.get("method") == "POST" and "ifNoneExist" not in request:
        return _put(entry, resource, _id_for(entry, origin))
    return entry


def _put(entry: Json, resource: Json, named: str) -> Json:
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{named}"}
    return {**entry, "resource": {**resource, "id": named}, "request": request}


def _id_for(entry: Json, origin: str) -> str:
    full_url = entry.get("fullUrl")
    if isinstance(full_url, str) and full_url.startswith(_URN):
        return full_url.removeprefix(_URN)
    return str(uuid.uuid5(_NAMESPACE, origin))
