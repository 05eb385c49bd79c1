"""search over HTTP, by GET and by POST."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from smartbear.cdr.actions.search import search
from smartbear.cdr.model.compartment import CENTRES, members
from smartbear.cdr.routes.bundles import searchset
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.preferences import is_strict
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.search import grammar
from smartbear.fhir.search.catalogue import Catalogue
from smartbear.fhir.search.query import ANY_TYPE, Query, Within
from smartbear.kit.errors import BadInput, FieldError, NotFound, UnsupportedMediaType

_FORM = "application/x-www-form-urlencoded"
_SHORT = 1000  # characters of a search that is remembered: few are longer, and memory is bounded
_WHENEVER = datetime.min.replace(tzinfo=UTC)
_FROM_NOW = "ap"  # the prefix whose meaning depends on the time it is read at


async def search_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]?…``, and ``GET [base]?…`` over all types, or in a compartment."""
    return await _answer(repository, call, (call.query,))


async def search_by_post_route(repository: Repository, call: Call) -> Answer:
    """The same searches as POST to ``_search``: parameters of body and address."""
    if call.header(b"content-type").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType(f"A search is posted as {_FORM}.")
    body = await call.body(repository.settings.resource_bytes)
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise BadInput("A form is percent-encoded.") from None
    return replace(await _answer(repository, call, (call.query, text)), form=text)


async def _answer(repository: Repository, call: Call, texts: tuple[str, ...]) -> Answer:
    within, kind = _searched(call.path)
    query = await _read(repository, kind, texts)
    query = replace(query, within=within) if within else query
    if is_strict(call):
        _expect_known(query)
    page = await search(repository, call.access, query)
    return Answer(200, searchset(call, query, page))


def _searched(path: tuple[str, ...]) -> tuple[Within | None, str | None]:
    """Which compartment and which type; NotFound if such a compartment never has one of the type."""
    place = tuple(segment for segment in path if segment != "_search")
    if len(place) < len(("compartment", "id", "type")):
        return None, place[0] if place else None
    centre, centre_id, kind = place
    if kind not in {ANY_TYPE, centre} and kind not in dict(members(centre)):
        raise NotFound("The compartment has no resources of this type.")
    return Within(centre, centre_id), None if kind == ANY_TYPE else kind


async def _read(repository: Repository, kind: str | None, texts: tuple[str, ...]) -> Query:
    query = _parsed(repository, kind, texts, await repository.parameters.fresh())
    if not query.unknown:
        return query
    return _parsed(repository, kind, texts, await repository.parameters.fresh(now=True))


def _parsed(repository: Repository, kind: str | None, texts: tuple[str, ...], catalogue: Catalogue) -> Query:
    before = _parsed_before(kind, texts, catalogue) if sum(map(len, texts)) <= _SHORT else None
    return before or grammar.parse(
        kind, _given(texts), now=repository.context.clock.now(), catalogue=catalogue
    )


@lru_cache(maxsize=1024)
def _parsed_before(kind: str | None, texts: tuple[str, ...], catalogue: Catalogue) -> Query | None:
    """Clients ask the same again and again, and reading a search takes longer than reading an index.

    None if what is asked for depends on the time.
    """
    given = _given(texts)
    if any(_FROM_NOW in value.lower() for _, value in given):
        return None
    return grammar.parse(kind, given, now=_WHENEVER, catalogue=catalogue)


def _given(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names and values of query strings and forms."""
    return [pair for text in texts for pair in grammar.pairs(text)]


def _expect_known(query: Query) -> None:
    """BadInput if the search has parameters that mean nothing here (R4 search 3.1.1.3.2)."""
    if query.unknown:
        faults = (FieldError(one.name[:100], "not-supported", one.reason) for one in query.unknown)
        raise BadInput("The search has parameters that are not known here.", errors=tuple(faults))


COMPARTMENTS: Mapping[tuple[str, ...], Mapping[str, Interaction]] = {
    (centre, "id", "member", *posted): {"POST": search_by_post_route} if posted else {"GET": search_route}
    for centre in CENTRES
    for posted in ((), ("_search",))
}
"""Addresses of searches in a compartment: ``Patient/1/Observation``, ``Patient/1/*``."""
