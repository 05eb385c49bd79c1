"""Bundles as bytes: resources go in as they are stored, without being parsed again."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from smartbear.cdr.actions.search import Page
from smartbear.cdr.model import subset
from smartbear.cdr.routes.http import Call
from smartbear.cdr.store.search.bodies import Rendered
from smartbear.fhir import json
from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import operation_outcome
from smartbear.fhir.search.grammar.request import CURSOR
from smartbear.fhir.search.query import Query

_PLAIN = re.compile(r"[A-Za-z0-9_.~:/$,|-]*")  # what need not be quoted


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a Bundle."""

    relation: str
    url: str


def searchset(call: Call, query: Query, page: Page) -> bytes:
    """The answer to a search."""
    links = [Link("self", _address(call, query, None))]
    if page.next:
        links.append(Link("next", _address(call, query, page.next)))
    entries = _entries(call, page.matches, b"match", query)
    entries += _entries(call, page.included, b"include", query)
    issues = list(_issues(query, page))
    if issues:
        outcome = json.encode(operation_outcome(issues))
        entries.append(b'{"resource":' + outcome + b',"search":{"mode":"outcome"}}')
    return bundle("searchset", entries, links, page.total)


def bundle(
    kind: str, entries: Sequence[bytes], links: Iterable[Link] = (), total: int | None = None
) -> bytes:
    """A Bundle of entries that are JSON already."""
    head = {"resourceType": "Bundle", "type": kind}
    members = [json.encode(head)[1:-1]]
    if total is not None:
        members.append(b'"total":' + str(total).encode())
    named = [{"relation": link.relation, "url": link.url} for link in links]
    if named:
        members.append(b'"link":' + json.encode(named))
    if entries:
        members.append(b'"entry":[' + b",".join(entries) + b"]")
    return b"{" + b",".join(members) + b"}"


def spliced(call: Call, entries: Sequence[bytes], mode: bytes) -> list[bytes]:
    """Entries of a searchset in one piece, of what ``Rendered`` holds of each; none of nothing."""
    if not entries:
        return []
    start, end = b'{"fullUrl":"' + call.base.encode(), b',"search":{"mode":"' + mode + b'"}}'
    return [start + (end + b"," + start).join(entries) + end]


def _entries(call: Call, found: Sequence[Rendered], mode: bytes, query: Query) -> list[bytes]:
    shaped = bool(query.summary or query.elements)
    entries = [_shaped(one, query) for one in found] if shaped else [one.entry for one in found]
    return spliced(call, entries, mode)


def _shaped(one: Rendered, query: Query) -> bytes:
    return one.entry[: one.head] + subset.of(one.json, query.summary, query.elements)


def _issues(query: Query, page: Page) -> Iterable[Issue]:
    for unknown in query.unknown:
        yield Issue(
            "warning", "not-supported", f"A parameter was ignored: {unknown.reason}", unknown.name[:100]
        )
    if page.cut:
        yield Issue(
            "warning", "incomplete", "Not everything that was to be included is: ask for smaller pages."
        )


def _address(call: Call, query: Query, cursor: str | None) -> str:
    given = [*query.applied, *([(CURSOR, cursor)] if cursor else [])]
    parameters = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in given)
    return f"{call.base}{query.place}{'?' if parameters else ''}{parameters}"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=":/$,|")
