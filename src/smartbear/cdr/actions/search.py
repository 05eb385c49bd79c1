"""search (https://hl7.org/fhir/R4/search.html): a page of matches and what comes along with it."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.model.access import Access
from smartbear.cdr.store import counts
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import includes, pages, statements
from smartbear.cdr.store.search.lookups import Lookups, look_up
from smartbear.cdr.store.search.pages import Hit
from smartbear.cdr.store.search.plan import plan
from smartbear.cdr.store.search.statements import Place
from smartbear.fhir.search.query import Query
from smartbear.kit.db import Connection

_MOST_ROUNDS = 32  # of including what the included refer to


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found. ``next`` is the cursor of the page after; ``cut`` says includes were left out."""

    matches: list[Stored]
    included: list[Stored]
    total: int | None
    next: str | None
    cut: bool


async def search(repository: Repository, access: Access, query: Query) -> Page:
    """The page of ``query`` that its cursor asks for, or the first."""
    async with repository.db.connection() as connection:
        return await search_in(repository, connection, access, query)


async def search_in(repository: Repository, connection: Connection, access: Access, query: Query) -> Page:
    """``search`` on a connection of the caller's, which may be in a transaction."""
    query = await meant(repository, connection, access, query)
    if query.summary == "count" or query.count == 0:
        return Page([], [], await _total(repository, connection, access, query), None, cut=False)
    return await _page(repository, connection, access, query)


async def _page(repository: Repository, connection: Connection, access: Access, query: Query) -> Page:
    lookups = await _lookups(repository, connection, access, query)
    size = min(query.count or repository.settings.page_size, repository.settings.page_limit)
    after = _place(repository, access, query)
    counted = query.total in {"accurate", "estimate"}
    make = partial(statements.page, limit=size + 1, after=after, counted=counted)
    if after is None:
        statement = statements.once(query, access, lookups, make, (size, counted))
    else:
        statement = make(plan(query, access, lookups))
    seconds = repository.settings.search_seconds
    hits, total = await pages.page(connection, repository.dictionary, statement, seconds)
    matches = hits[:size]
    if after is None and len(hits) <= size:
        total = len(hits)
    elif counted and total is None:
        total = await _total(repository, connection, access, query)
    included, cut = await _included(repository, connection, access, query, matches, lookups)
    return Page(
        [hit.stored for hit in matches],
        [hit.stored for hit in included],
        total,
        _seal(repository, access, query, matches[-1]) if len(hits) > size else None,
        cut,
    )


async def _total(repository: Repository, connection: Connection, access: Access, query: Query) -> int:
    kind = query.type or ""
    whole = kind in access.reads and access.sees_all_of(kind)
    if whole and not query.criteria and not query.within:
        return await counts.of_type(connection, repository.dictionary, kind)
    lookups = await _lookups(repository, connection, access, query)
    statement = statements.once(query, access, lookups, statements.count)
    return await pages.count(connection, statement, repository.settings.search_seconds)


async def _lookups(repository: Repository, connection: Connection, access: Access, query: Query) -> Lookups:
    return await look_up(
        connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
    )


async def _included(
    repository: Repository,
    connection: Connection,
    access: Access,
    query: Query,
    matches: list[Hit],
    lookups: Lookups,
) -> tuple[list[Hit], bool]:
    """What to include, in the order of rids, and whether there was more than the limit."""
    limit = repository.settings.include_limit
    added: list[Hit] = []
    wanted, around = query.includes, matches
    for _ in range(_MOST_ROUNDS):
        if not (wanted and around) or len(added) > limit:
            return _by_rid(added[:limit]), len(added) > limit
        seen = [hit.rid for hit in (*matches, *added)]
        room, rids = limit + 1 - len(added), [hit.rid for hit in around]
        around = await includes.included(connection, wanted, rids, seen, access, lookups, room)
        added += around
        wanted = tuple(one for one in query.includes if one.iterate)
    return _by_rid(added[:limit]), bool(wanted and around) or len(added) > limit


def _by_rid(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: hit.rid)


def _purpose(access: Access, query: Query) -> str:
    """What a cursor is good for: this search, by a reader who sees the same."""
    return f"{query.place}?{urlencode(query.applied)} {access.identity}"


def _place(repository: Repository, access: Access, query: Query) -> Place | None:
    if query.cursor is None:
        return None
    now = repository.context.clock.now()
    rid, keys = repository.seal.open(query.cursor, _purpose(access, query), now)
    return Place(rid, keys)


def _seal(repository: Repository, access: Access, query: Query, last: Hit) -> str:
    now = repository.context.clock.now()
    return repository.seal.seal(*last.place, _purpose(access, query), now)
