"""``$lastn`` (https://hl7.org/fhir/R4/observation-operation-lastn.html): the newest observations by code."""

from smartbear.cdr.actions import witness
from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.newest import newest
from smartbear.cdr.store import newest as store
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import pages
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.plan import plan
from smartbear.fhir.search.query import Query
from smartbear.kit.errors import BadInput

_MOST = 10_000  # observations in an answer, which has no pages


async def lastn(repository: Repository, access: Access, query: Query, most: int) -> list[Stored]:
    """Of those that ``query`` finds, the ``most`` newest of each patient and code, newest first."""
    async with repository.db.connection() as connection:
        query = await meant(repository, connection, access, query)
        lookups = await look_up(
            connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
        )
        candidates, same = await store.candidates(
            connection,
            plan(query, access, lookups),
            query,
            lookups,
            most,
            _MOST + 1,
            repository.settings.search_seconds,
        )
        if len(candidates) > _MOST:
            raise BadInput(f"More than {_MOST} observations: ask for fewer patients or a smaller max.")
        rids = newest(candidates, same, most)
        found = dict(await pages.bodies(connection, repository.dictionary, rids))
        await witness.saw_versions(repository, connection, list(found.items()))
    return [found[rid] for rid in rids if rid in found]
