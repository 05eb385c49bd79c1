"""What a project is sent: resources, lines of resources, headers."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from smartbear.fhir.pseudonymisation import addresses, dates, walkers
from smartbear.fhir.pseudonymisation.draft import Draft, Terms
from smartbear.fhir.pseudonymisation.ways import VALUES

Headers = list[tuple[bytes, bytes]]

_PLAIN = frozenset({b"content-type", b"cache-control", b"retry-after", b"x-request-id", b"vary", b"allow"})
_ADDRESSES = frozenset({b"location", b"content-location"})
_LINES = re.compile(r"application/fhir\+(?:ndjson|json|xml)(?:;.*)?")


def resource(value: Any, terms: Terms) -> Draft:
    """A resource, Bundles, Parameters and OperationOutcomes included."""
    draft = Draft(terms)
    draft.value = walkers.resource(value, draft) if value.__class__ is dict else None
    return draft


def lines(values: Iterable[Any], terms: Terms) -> Draft:
    """Resources one after another (NDJSON, what a notification tells); those withheld are not in the list."""
    draft = Draft(terms)
    made = (walkers.resource(value, draft) for value in values if value.__class__ is dict)
    draft.value = [each for each in made if each is not None]
    return draft


def manifest(value: Any, terms: Terms) -> Draft:
    """What a bulk export lists (`transactionTime`, `request`, `output` …): types, addresses and counts."""
    draft = Draft(terms)
    if value.__class__ is not dict:
        return draft
    made: dict[str, Any] = {"requiresAccessToken": True}
    draft.value = made
    moment = dates.day_moved(value.get("transactionTime"), draft)
    if moment:
        made["transactionTime"] = moment
    addresses.put_address(value.get("request"), made, "request", draft)
    for name in ("output", "deleted", "error"):
        made[name] = [_file(each, draft) for each in value.get(name, ())]
    return draft


def _file(value: dict[str, Any], draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {"type": VALUES["resource type"](value.get("type"), draft)}
    addresses.put_address(value.get("url"), made, "url", draft)
    if value.get("count").__class__ is int:
        made["count"] = value["count"]
    return made


def headers(given: Iterable[tuple[bytes, bytes]], terms: Terms) -> Draft:
    """Headers of an answer, by lower-case name; not its length, which was that of the body before."""
    draft = Draft(terms)
    found = [[name, value.decode("latin-1")] for name, value in given]
    kept = [pair for pair in found if _put_header(pair, draft)]
    draft.value = kept
    return draft


def _put_header(pair: list[Any], draft: Draft) -> bool:
    name, value = pair
    if name in _ADDRESSES:
        pair[1] = None
        addresses.put_address(value, pair, 1, draft)
    elif name == b"etag":
        pair[1] = VALUES["etag"](value, draft)
    elif name in (b"last-modified", b"expires"):
        pair[1] = _moved_header(value, draft.terms)
    elif name not in _PLAIN:
        pair[1] = None
    return pair[1] is not None


def _moved_header(value: str, terms: Terms) -> str | None:
    """An HTTP date, moved and cut to its day."""
    try:
        moment = parsedate_to_datetime(value) + timedelta(terms.days)
    except (ValueError, OverflowError):
        return None
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return format_datetime(day, usegmt=True)
