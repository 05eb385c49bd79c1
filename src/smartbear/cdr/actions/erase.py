"""Erasing one person's record for good, as expunging does with resources that are deleted already."""

from smartbear.cdr.store import erasure
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.erasure import PART, Erased, Erasing
from smartbear.kit import logs

_log = logs.get("cdr")


async def erase(repository: Repository, person: Erasing) -> Erased:
    """Remove a part of it; nothing removed says that there is nothing left.

    Once the resources are gone, versions are looked for of which the person was the patient once.
    """
    async with repository.db.connection() as connection:
        patient = await erasure.rid_of(connection, repository.dictionary, person.subject)
    if patient is None:
        return Erased(removed=0)
    removed = await _record(repository, patient)
    async with repository.db.connection() as connection:
        removed = removed or await erasure.remove_former(connection, patient)
        left = await erasure.mentions(connection, patient)
    if removed:
        _log.warning("erased", count=removed)
    return Erased(removed=removed, left=left)


async def _record(repository: Repository, patient: int) -> int:
    """Chunk after chunk, each its own transaction."""
    removed = 0
    while removed < PART:
        async with repository.db.transaction() as tx:
            rids = await erasure.remove_some(tx, repository.dictionary, patient)
            if not removed:
                await erasure.remove_files(tx, repository.context.clock.now())
        if not rids:
            break
        repository.bodies.forget(rids)
        removed += len(rids)
    return removed
