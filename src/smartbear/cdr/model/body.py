"""What is stored of a resource: its JSON without the version, so that the version can be known last.

The database decides the version of a write and the instant comes with it; both are put into ``meta`` when the
resource leaves. All else is stored as it was accepted, numbers in their own precision.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from smartbear.fhir.json import encode

_SERVERS_OWN = ("versionId", "lastUpdated")
_DIGITS = len("2026-01-01T00:00:00.000")
_FRAME = len('{"resourceType":"","id":"","meta":{')


def stored_form(resource: Mapping[str, Any], resource_id: str) -> bytes:
    """The resource under ``resource_id``; begins with type, id and ``meta``, and ``meta`` is always there."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in _SERVERS_OWN}
    head = {"resourceType": resource["resourceType"], "id": resource_id, "meta": meta}
    return encode(head | {name: value for name, value in resource.items() if name not in head})


def versioned(stored: bytes, resource_type: str, resource_id: str, version: int, updated: datetime) -> bytes:
    """The resource as a client gets it."""
    at = _FRAME + len(resource_type) + len(resource_id)
    comma = b"" if stored.startswith(b"}", at) else b","
    return b"".join((stored[:at], _stamp(version, updated), comma, stored[at:]))


@lru_cache(maxsize=4096)  # what was written together has the same
def _stamp(version: int, updated: datetime) -> bytes:
    return f'"versionId":"{version}","lastUpdated":"{instant(updated)}"'.encode()


@lru_cache(maxsize=4096)  # what was written together has the same
def instant(moment: datetime) -> str:
    """A FHIR instant in UTC, to the millisecond."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:_DIGITS] + "Z"
