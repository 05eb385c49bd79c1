"""Which references point into this repository."""

from collections.abc import Iterable
from typing import NamedTuple

from smartbear.fhir.search.values import Reference


class LocalId(NamedTuple):
    """A resource of this repository, present or not."""

    type: str
    id: str


def local_id(reference: Reference, bases: Iterable[str]) -> LocalId | None:
    """The resource a relative reference names, or an absolute one under one of ``bases`` (ending in «/»)."""
    if reference.type is None or reference.id is None:
        return None
    ours = reference.url is None or reference.url.startswith(tuple(bases))
    return LocalId(reference.type, reference.id) if ours else None
