"""search (https://hl7.org/fhir/R4/search.html): a page of matches and what comes along with it."""

from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from urllib.parse import urlencode

from smartbear.cdr.actions import witness
from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.model.access import Access
from smartbear.cdr.store import counts
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import includes, pages, statements
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.bodies import Rendered
from smartbear.cdr.store.search.lookups import Lookups, look_up
from smartbear.cdr.store.search.pages import Row
from smartbear.cdr.store.search.plan import plan
from smartbear.cdr.store.search.statements import Place
from smartbear.fhir.search.query import Query
from smartbear.kit.db import Reader

_MOST_ROUNDS = 32  # of including what the included refer to


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found. ``next`` is the cursor of the page after; ``cut`` says includes were left out."""

    matches: list[Rendered]
    included: list[Rendered]
    total: int | None
    next: str | None
    cut: bool


async def search(repository: Repository, access: Access, query: Query) -> Page:
    """The page of ``query`` that its cursor asks for, or the first."""
    connection = repository.db.together
    query = await meant(repository, connection, access, query)
    if query.summary == "count" or query.count == 0:
        return Page([], [], await _total(repository, connection, access, query), None, cut=False)
    return await _page(repository, connection, access, query)


async def _page(repository: Repository, connection: Reader, access: Access, query: Query) -> Page:
    lookups = await _lookups(repository, connection, access, query)
    size = min(query.count or repository.settings.page_size, repository.settings.page_limit)
    after = _place(repository, access, query)
    counted = query.total in {"accurate", "estimate"}
    along = partial(_along, repository, access, query, lookups) if query.includes else None
    make = partial(statements.outline, limit=size, after=after, counted=counted, along=along)
    if after is None:
        shape = (size, counted, repository.settings.include_limit)
        statement = statements.once(query, access, lookups, make, shape)
    else:
        statement = make(plan(query, access, lookups))
    found = await pages.outline(connection, statement, repository.settings.search_seconds)
    matches, total = found.matches[:size], found.total
    if after is None and len(found.matches) <= size:
        total = len(found.matches)
    elif counted and total is None:
        total = await _total(repository, connection, access, query)
    included, cut = await _included(repository, connection, access, query, matches, found.along, lookups)
    room = 2 * repository.settings.resource_bytes
    bodies, looked = await repository.bodies.of(connection, [*matches, *included], room)
    shown, cut = matches[:looked], cut or bool(included and looked < len(matches) + len(included))
    more = len(found.matches) > len(shown)
    witness.saw_all(bodies.values())
    return Page(
        [bodies[row[0]] for row in shown if row[0] in bodies],
        [bodies[row[0]] for row in included if row[0] in bodies],
        total,
        _seal(repository, access, query, found.place(len(shown) - 1)) if more else None,
        cut,
    )


async def _total(repository: Repository, connection: Reader, access: Access, query: Query) -> int:
    kind = query.type or ""
    whole = kind in access.reads and access.sees_all_of(kind)
    if whole and not query.criteria and not query.within:
        return await counts.of_type(connection, repository.dictionary, kind)
    lookups = await _lookups(repository, connection, access, query)
    statement = statements.once(query, access, lookups, statements.count)
    return await pages.count(connection, statement, repository.settings.search_seconds)


async def _lookups(repository: Repository, connection: Reader, access: Access, query: Query) -> Lookups:
    return await look_up(
        connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
    )


def _along(
    repository: Repository, access: Access, query: Query, lookups: Lookups, arguments: Arguments, page: str
) -> str:
    """What the matches of a page include, one more than the limit to see that there is more."""
    limit = repository.settings.include_limit + 1
    return includes.selection(query.includes, page, page, access, lookups, arguments, limit)


async def _included(
    repository: Repository,
    connection: Reader,
    access: Access,
    query: Query,
    matches: list[Row],
    first: list[Row],
    lookups: Lookups,
) -> tuple[list[Row], bool]:
    """What to include, in the order of rids, and whether there was more than the limit.

    ``first`` is what the matches include; what that includes in turn is looked for here.
    """
    limit = repository.settings.include_limit
    added, around = list(first), first
    wanted = tuple(one for one in query.includes if one.iterate)
    for _ in range(_MOST_ROUNDS - 1):
        if not (wanted and around) or len(added) > limit:
            break
        seen = [row[0] for row in (*matches, *added)]
        room, rids = limit + 1 - len(added), [row[0] for row in around]
        around = await includes.included(connection, wanted, rids, seen, access, lookups, room)
        added += around
    return sorted(added[:limit], key=itemgetter(0)), bool(wanted and around) or len(added) > limit


def _purpose(access: Access, query: Query) -> str:
    """What a cursor is good for: this search, by a reader who sees the same."""
    return f"{query.place}?{_encoded(query.applied)} {access.identity}"


_encoded = lru_cache(maxsize=1024)(urlencode)


def _place(repository: Repository, access: Access, query: Query) -> Place | None:
    if query.cursor is None:
        return None
    now = repository.context.clock.now()
    rid, keys = repository.seal.open(query.cursor, _purpose(access, query), now)
    return Place(rid, keys)


def _seal(repository: Repository, access: Access, query: Query, last: Place) -> str:
    now = repository.context.clock.now()
    return repository.seal.seal(*last, _purpose(access, query), now)
