"""``$get-resource-counts``: how many resources of each type the caller sees."""

from smartbear.cdr.model.access import Access
from smartbear.cdr.store import counts
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up


async def resource_counts(repository: Repository, access: Access) -> dict[str, int]:
    """Exact numbers by type; types of which the caller sees nothing are absent.

    They are of one snapshot for who sees all or nothing of each type.
    """
    seconds = repository.settings.search_seconds
    reads = repository.db.together
    lookups = await look_up(reads, repository.dictionary, repository.rids, repository.bases, (), access)
    return await counts.by_type(reads, repository.dictionary, access, lookups, seconds)
