"""``$everything`` over HTTP. Without ``_count`` all at once, streamed; stored bytes go out as they are."""

from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import urlencode

from smartbear.cdr.actions.everything import BEGINNING, Asked, Page, Place, everything, rest
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.routes.bundles import Link, bundle, spliced
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.routes.operations.searchsets import address
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions
from smartbear.fhir.search.dates import date_range
from smartbear.fhir.search.grammar import results
from smartbear.fhir.search.grammar.request import CURSOR
from smartbear.fhir.search.values import OPEN_END, OPEN_START, DateRange

_OF_AN_ENCOUNTER = frozenset({"_since", "_type", "_count", CURSOR})
_OF_PATIENTS = _OF_AN_ENCOUNTER | {"start", "end"}
_MODES = {"members": b"match", "outside": b"include"}  # in this order


async def everything_route(repository: Repository, call: Call) -> Answer:
    """``[base]/[type]/[id]/$everything`` of a Patient, Encounter or Group; ``[base]/Patient/$everything``."""
    given = await given_to(repository, call)
    given.expect_among(_OF_AN_ENCOUNTER if call.path[0] == "Encounter" else _OF_PATIENTS)
    about = LocalId(*call.path[:2]) if len(call.path) > len(("Patient", "$everything")) else None
    asked = Asked(about, _types(given), _since(given), _care(given))
    count = given.text("_count")
    if count is not None:
        return await _one_page(repository, call, given, asked, _size(count))
    most = repository.settings.page_limit
    first = await everything(repository, call.access, asked, BEGINNING, most)
    if first.next is None:
        return Answer(200, bundle("searchset", _entries(call, first), [_self(call, given)]))
    pages = rest(repository, call.access, asked, first, most)
    return Answer(200, chunks=_streamed(call, given, pages))


async def _one_page(repository: Repository, call: Call, given: Given, asked: Asked, count: int) -> Answer:
    now, purpose = repository.context.clock.now(), _purpose(call, given)
    cursor = given.text(CURSOR)
    place = BEGINNING
    if cursor is not None:
        rid, [part] = repository.seal.open(cursor, purpose, now)
        place = Place(part, rid)
    size = min(count, repository.settings.page_limit)
    page = await everything(repository, call.access, asked, place, size)
    links = [_self(call, given)]
    if page.next:
        sealed = repository.seal.seal(page.next.rid, [page.next.part], purpose, now)
        links.append(Link("next", address(call, [*_applied(given), (CURSOR, sealed)])))
    return Answer(200, bundle("searchset", _entries(call, page), links))


async def _streamed(call: Call, given: Given, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    """The Bundle that ``bundle`` would make of all pages."""
    shell = bundle("searchset", [], [_self(call, given)])
    before, after = shell[:-1] + b',"entry":[', shell
    async for page in pages:
        if entries := _entries(call, page):  # what was on it may have been expunged
            yield before + b",".join(entries)
            before, after = b",", b"]}"
    yield after


def _entries(call: Call, page: Page) -> list[bytes]:
    return [
        piece
        for part, mode in _MODES.items()
        for piece in spliced(call, [one.entry for each, one in page.resources if each == part], mode)
    ]


def _self(call: Call, given: Given) -> Link:
    return Link("self", address(call, _applied(given)))


def _applied(given: Given) -> list[tuple[str, str]]:
    """What was asked, without where in it the page is."""
    return [(name, text) for name, text in given.primitives() if name != CURSOR]


def _purpose(call: Call, given: Given) -> str:
    """What a cursor is good for: this operation, by a reader who sees the same."""
    return f"{'/'.join(call.path)}?{urlencode(_applied(given))} {call.access.identity}"


def _size(count: str) -> int:
    size = results.count(count)
    if size == 0:
        raise refused("_count", "value", "must be at least 1")
    return size


def _types(given: Given) -> frozenset[str]:
    named = [name for text in given.texts("_type") for name in results.types(text)]
    return frozenset(named) or definitions.resource_types()


def _since(given: Given) -> datetime | None:
    return _range(given, "_since").start if given.text("_since") else None


def _care(given: Given) -> DateRange | None:
    start = _range(given, "start").start if given.text("start") else OPEN_START
    end = _range(given, "end").end if given.text("end") else OPEN_END
    return None if (start, end) == (OPEN_START, OPEN_END) else DateRange(start, end)


def _range(given: Given, name: str) -> DateRange:
    found = date_range(given.text(name) or "")
    if found is None:
        raise refused(name, "value", "must be a FHIR date or instant")
    return found


_BY_EITHER: dict[str, Interaction] = {"GET": everything_route, "POST": everything_route}
ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("Patient", "$everything"): _BY_EITHER,
    ("Patient", "id", "$everything"): _BY_EITHER,
    ("Encounter", "id", "$everything"): _BY_EITHER,
    ("Group", "id", "$everything"): _BY_EITHER,
}
"""Shape of an address → method → interaction."""
