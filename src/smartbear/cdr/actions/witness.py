"""Telling the audit trail what is about to be shown."""

from collections.abc import Iterable, Sequence

from smartbear.cdr.model.access import Owner
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import subjects
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.bodies import Rendered
from smartbear.contracts.trail import TRAIL, Trail
from smartbear.kit.db import Connection


def saw(target: LocalId, owner: Owner | None) -> None:
    """A resource, and whose it is."""
    if trail := TRAIL.get():
        subject = owner.id if owner and owner.type == subjects.PATIENT else None
        trail.saw(f"{target.type}/{target.id}", subject)


def saw_all(found: Iterable[Rendered]) -> None:
    """Resources as searches find them."""
    if trail := TRAIL.get():
        by_subject: dict[str | None, list[str]] = {}
        for one in found:
            by_subject.setdefault(one.subject, []).append(one.reference)
        for subject, references in by_subject.items():
            trail.saw_all(references, subject)


async def saw_versions(
    repository: Repository, connection: Connection, found: Sequence[tuple[int, Stored]]
) -> None:
    """Versions by their rids, of which nobody has looked yet whose they are."""
    if trail := TRAIL.get():
        await tell(repository, connection, trail, found)


async def tell(
    repository: Repository, connection: Connection, trail: Trail, found: Sequence[tuple[int, Stored]]
) -> None:
    """``saw_versions`` for a trail that is not the request's."""
    versions = [(rid, stored.version) for rid, stored in found]
    whose = await subjects.of(connection, repository.dictionary, versions)
    for (_, stored), subject in zip(found, whose, strict=True):
        trail.saw(f"{stored.target.type}/{stored.target.id}", subject)
