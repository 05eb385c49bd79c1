"""A Subscription resource (https://hl7.org/fhir/R4/subscription.html) as an order that can be carried out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from smartbear.cdr.model.access import Access
from smartbear.fhir.search import grammar
from smartbear.fhir.search.parameters import LIST
from smartbear.fhir.search.query import Chain, Criterion, Has, Match, Missing, Query
from smartbear.fhir.search.resolution import inner
from smartbear.kit.errors import BadInput, PlatformError

Payload = Literal["", "json", "xml"]

_PAYLOADS: Mapping[str, Payload] = {
    "": "",
    "application/fhir+json": "json",
    "application/json": "json",
    "application/fhir+xml": "xml",
    "application/xml": "xml",
}
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):\s*([\x20-\x7e]{0,2000})")
_OURS = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding", "upgrade"})
_LONGEST_PAUSE = timedelta(minutes=5)


class Unfit(PlatformError):
    """The subscription cannot be carried out."""

    status = 422
    code = "unprocessable"


@dataclass(frozen=True, slots=True)
class Order:
    """What to tell whom. Without an endpoint: those who are bound to it by websocket."""

    query: Query
    endpoint: str
    payload: Payload
    headers: tuple[tuple[str, str], ...]
    end: datetime | None


def order_of(resource: Mapping[str, Any], access: Access, now: datetime) -> Order:
    """The order, or Unfit with what is wrong, in words that quote nothing."""
    channel = resource["channel"]
    if channel["type"] not in {"rest-hook", "websocket"}:
        raise Unfit("The channel must be rest-hook or websocket.")
    is_hook = channel["type"] == "rest-hook"
    payload = _PAYLOADS.get(channel.get("payload", "").partition(";")[0].strip())
    if payload is None:
        raise Unfit("The payload must be FHIR's JSON or XML, or absent.")
    endpoint = channel.get("endpoint", "") if is_hook else ""
    end = resource.get("end")
    query = _query(resource["criteria"], access, now)
    return Order(query, endpoint, payload, _headers(channel), datetime.fromisoformat(end) if end else None)


def _query(criteria: str, access: Access, now: datetime) -> Query:
    kind, _, asked = criteria.strip().lstrip("/").partition("?")
    if kind not in access.reads:
        raise Unfit("The criteria are about a type that you may not read, or that is none.")
    try:
        query = grammar.parse(kind, grammar.pairs(asked), now=now)
    except BadInput:
        raise Unfit("The criteria are not a search that is understood.") from None
    if query.unknown:
        raise Unfit("The criteria have parameters that are not known here.")
    if any(isinstance(one, Chain | Has) or _names_list(one) for one in _all(query.criteria)):
        raise Unfit("The criteria must be about the resource itself, without chains, _has and _list.")
    return query


def _all(criteria: tuple[Criterion, ...]) -> Iterator[Criterion]:
    for one in criteria:
        yield one
        if not isinstance(one, Match | Missing):
            yield from _all(inner(one))


def _names_list(criterion: Criterion) -> bool:
    return isinstance(criterion, Match) and criterion.parameter.code == LIST


def _headers(channel: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [_HEADER.fullmatch(one) for one in channel.get("header", ())]
    if any(one is None or one[1].lower() in _OURS for one in found):
        raise Unfit("A header must be «name: value», and not one that the connection needs.")
    return tuple((one[1], one[2]) for one in found if one)


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(timedelta(seconds=2**failures), _LONGEST_PAUSE)
