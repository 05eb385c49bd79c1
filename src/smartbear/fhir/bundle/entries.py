"""What the entries of a transaction or batch ask for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from smartbear.fhir import definitions
from smartbear.fhir.issues import Issue

_PHASES = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_URL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>[A-Za-z0-9\-.]{1,64}))?(?:\?(?P<query>\S*))?")
_READS = {"GET", "HEAD"}
_WITH_BODY = {"POST", "PUT", "PATCH"}


class Entry(msgspec.Struct, frozen=True):
    """One entry's request, taken apart. Parts that were not given are empty.

    `url` is relative to the server. For POST, PUT, PATCH and DELETE it is also split: `type` and either
    `id` or the search `query` that chooses the resource (never both). `resource` is the entry's own object.
    """

    index: int
    method: str
    url: str
    type: str = ""
    id: str = ""
    query: str = ""
    full_url: str = ""
    resource: dict[str, Any] | None = None
    if_match: str = ""
    if_none_match: str = ""
    if_none_exist: str = ""
    if_modified_since: str = ""

    @property
    def is_operation(self) -> bool:
        """Whether it calls an operation by POST, which writes no resource of its own."""
        return self.method == "POST" and is_operation(self.url)

    @property
    def is_write(self) -> bool:
        """Whether it creates, changes or deletes the resource that it names."""
        return self.method not in _READS and not self.is_operation

    @property
    def place(self) -> str:
        """FHIRPath location of the entry in its Bundle."""
        return f"Bundle.entry[{self.index}]"


def read_entries(bundle: Mapping[str, Any], base: str) -> tuple[list[Entry], list[Issue]]:
    """Entries of a valid transaction or batch in the order given, and what is wrong with their requests.

    `base` is the server's own address; a request may write it in front of its relative address.
    """
    entries = [_entry(index, entry, base) for index, entry in enumerate(bundle.get("entry", ()))]
    return entries, [issue for entry in entries for issue in _problems(entry)]


def is_operation(url: str) -> bool:
    """Whether an address is an operation's (`Patient/1/$everything`)."""
    return url.partition("?")[0].rpartition("/")[2].startswith("$")


def in_processing_order(entries: Iterable[Entry]) -> list[Entry]:
    """Deletes, creates, updates and patches, reads: the order the specification demands of a transaction."""
    return sorted(entries, key=lambda entry: _PHASES[entry.method])


def _entry(index: int, entry: Mapping[str, Any], base: str) -> Entry:
    request = entry["request"]
    url = str(request["url"]).removeprefix(base).lstrip("/")
    parts = _URL.fullmatch(url) if request["method"] not in _READS else None
    named = parts.groupdict(default="") if parts and parts["type"] in definitions.resource_types() else {}
    return Entry(
        index=index,
        method=request["method"],
        url=url,
        type=named.get("type", ""),
        id=named.get("id", ""),
        query=named.get("query", ""),
        full_url=entry.get("fullUrl", ""),
        resource=entry.get("resource"),
        if_match=request.get("ifMatch", ""),
        if_none_match=request.get("ifNoneMatch", ""),
        if_none_exist=request.get("ifNoneExist", ""),
        if_modified_since=request.get("ifModifiedSince", ""),
    )


def _problems(entry: Entry) -> Iterable[Issue]:
    if not entry.is_write:
        return
    url = f"{entry.place}.request.url"
    if not entry.type or (entry.id and entry.query):
        yield Issue(
            "error", "value", "must be a resource type of FHIR R4, with an id or a search or neither", url
        )
    elif entry.method == "POST" and (entry.id or entry.query):
        yield Issue("error", "value", "must be the resource type alone: the server gives the id", url)
    elif entry.method != "POST" and not (entry.id or entry.query):
        yield Issue("error", "value", "must say which resource: by id or by a search", url)
    if entry.method in _WITH_BODY and entry.resource is None:
        yield Issue("error", "required", f"is required for {entry.method}", f"{entry.place}.resource")
    elif entry.type and entry.resource is not None:
        yield from _mismatches(entry, entry.resource)


def _mismatches(entry: Entry, resource: dict[str, Any]) -> Iterable[Issue]:
    place = f"{entry.place}.resource"
    if entry.method in {"POST", "PUT"} and resource["resourceType"] != entry.type:
        yield Issue("error", "value", "must be of the type that the request names", place)
    if entry.method == "PUT" and entry.id and resource.get("id") != entry.id:
        yield Issue("error", "value", "must be the id that the request names", f"{place}.id")
