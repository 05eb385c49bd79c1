"""What a caller prefers: representation, handling, and under which conditions."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from smartbear.cdr.model.tags import listed_versions
from smartbear.cdr.routes.http import Call

_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?=$|[,;\s])", re.IGNORECASE)
_PREFERENCE = re.compile(r'\s*([\w\-]+)\s*=\s*"?([\w\-]+)"?')


class Representation(StrEnum):
    """``Prefer: return`` (R4 http 3.1.0.1.6)."""

    MINIMAL = "minimal"
    FULL = "representation"
    OUTCOME = "OperationOutcome"


def representation(call: Call) -> Representation:
    """What the caller wants back from a write."""
    wanted = _preferences(call).get("return", Representation.FULL)
    return next((one for one in Representation if one.lower() == wanted.lower()), Representation.FULL)


def asks_for(call: Call, wanted: Representation) -> bool:
    """Whether the caller asks for this, in so many words."""
    return _preferences(call).get("return", "").lower() == wanted.lower()


def handling(call: Call) -> str:
    """What the caller prefers of the handling of parameters, as its own preference; empty if nothing."""
    wanted = _preferences(call).get("handling")
    return f"handling={wanted}" if wanted else ""


def is_strict(call: Call) -> bool:
    """Whether an unknown search parameter is an error (R4 search 3.1.1.3.2)."""
    return _preferences(call).get("handling") == "strict"


def is_lenient(call: Call) -> bool:
    """Whether what an operation does not know is to be passed over, in so many words."""
    return _preferences(call).get("handling") == "lenient"


def prefers_async(call: Call) -> bool:
    """Whether the caller expects the answer later (RFC 7240 4.1)."""
    return bool(_ASYNC.search(call.header(b"prefer")))


def is_unchanged(call: Call, version: int, updated: datetime) -> bool:
    """Whether the caller already has this version (If-None-Match, or else If-Modified-Since)."""
    known = call.header(b"if-none-match")
    if known:
        return known == "*" or version in listed_versions(known)
    since = call.header(b"if-modified-since")
    if not since:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return updated.replace(microsecond=0) <= moment


def _preferences(call: Call) -> dict[str, str]:
    header = call.header(b"prefer")
    return dict(_PREFERENCE.findall(header)) if header else {}
