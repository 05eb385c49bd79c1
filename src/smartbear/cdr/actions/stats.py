"""``$stats`` (https://hl7.org/fhir/R4/observation-operation-stats.html): what a subject's readings say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from smartbear.cdr.actions import witness
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.measurement import Coding, Measurement, measurement
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import pages, statements
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.plan import plan
from smartbear.cdr.store.search.statements import Place
from smartbear.fhir import json
from smartbear.fhir.search.query import Query
from smartbear.kit.errors import BadInput

_MOST = 20_000  # observations that one statistic is made of
_PAGE = 1000


class Series(NamedTuple):
    """All observations a query finds, newest first: how many, the values they give, and the first of them."""

    number: int
    measurements: Sequence[Measurement]
    sources: Sequence[Stored]


async def series(repository: Repository, access: Access, query: Query, coding: Coding, kept: int) -> Series:
    """Read what ``query`` finds for what it says about ``coding``; ``kept`` sources are given back."""
    number, place = 0, None
    measurements: list[Measurement] = []
    sources: list[Stored] = []
    while number % _PAGE == 0:
        hits = await _page(repository, access, query, place)
        if not hits:
            break
        number += len(hits)
        if number > _MOST:
            raise BadInput(f"There are more than {_MOST} observations: name a shorter time.")
        place = hits[-1].place
        sources += [hit.stored for hit in hits[: kept - len(sources)]]
        found = (measurement(_resource(hit.stored), coding) for hit in hits)
        measurements += [one for one in found if one]
    return Series(number, measurements, sources)


def _resource(stored: Stored) -> dict[str, Any]:
    resource: dict[str, Any] = json.decode(stored.json())
    return resource


async def _page(repository: Repository, access: Access, query: Query, after: Place | None) -> list[pages.Hit]:
    async with repository.db.connection() as connection:
        lookups = await look_up(
            connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
        )
        hits = await pages.page(
            connection,
            repository.dictionary,
            statements.page(plan(query, access, lookups), limit=_PAGE, after=after),
            repository.settings.search_seconds,
        )
        await witness.saw_versions(repository, connection, [(hit.rid, hit.stored) for hit in hits])
        return hits
