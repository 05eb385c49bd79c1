"""``$everything`` (https://hl7.org/fhir/R4/patient-operation-everything.html): a whole record.

The record of a patient, of an encounter, of the members of a group, or of all patients the caller sees, and
what it refers to.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from smartbear.cdr.actions.read import read_in
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import everything as store
from smartbear.cdr.store.everything import Compartment, Part, Wanted
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.pages import Hit
from smartbear.fhir.search.values import DateRange
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; without ``about``, the records of all patients."""

    about: LocalId | None
    types: frozenset[str]
    since: datetime | None = None
    care: DateRange | None = None


class Place(NamedTuple):
    """Where a page ended."""

    part: Part
    rid: int


BEGINNING = Place("members", 0)


class Page(NamedTuple):
    """Some resources, each with the part it is of, and where the next page begins."""

    resources: Sequence[tuple[Part, Stored]]
    next: Place | None


async def everything(repository: Repository, access: Access, asked: Asked, place: Place, size: int) -> Page:
    """The page of ``size`` that begins after ``place``; NotFound or Gone if what it is about is."""
    async with repository.db.connection() as connection:
        wanted = await _wanted(repository, connection, access, asked)
        found = await _hits(repository, connection, access, wanted, place, size + 1)
    shown = found[:size]
    last = Place(shown[-1][0], shown[-1][1].rid) if len(found) > size else None
    return Page([(part, hit.stored) for part, hit in shown], last)


async def rest(
    repository: Repository, access: Access, asked: Asked, first: Page, size: int
) -> AsyncIterator[Page]:
    """``first`` and every page after it."""
    page = first
    yield page
    while page.next:
        page = await everything(repository, access, asked, page.next, size)
        yield page


async def _hits(
    repository: Repository, connection: Connection, access: Access, wanted: Wanted, place: Place, limit: int
) -> list[tuple[Part, Hit]]:
    """Members first; what they refer to where there are no more members."""
    lookups = await look_up(connection, repository.dictionary, repository.rids, repository.bases, (), access)
    seconds = repository.settings.search_seconds
    found: list[tuple[Part, Hit]] = []
    after = place.rid
    parts: tuple[Part, ...] = ("members", "outside") if place.part == "members" else ("outside",)
    for part in parts:
        room = limit - len(found)
        if room:
            hits = await store.page(connection, wanted, access, lookups, part, after, room, seconds)
            found += [(part, hit) for hit in hits]
        after = 0
    return found


async def _wanted(repository: Repository, connection: Connection, access: Access, asked: Asked) -> Wanted:
    about = asked.about
    centres = None if about is None else await _centres(repository, connection, access, about)
    compartment: Compartment = "Encounter" if about and about.type == "Encounter" else "Patient"
    return Wanted(compartment, centres, asked.types, asked.since, asked.care)


async def _centres(
    repository: Repository, connection: Connection, access: Access, about: LocalId
) -> list[int]:
    """The resource itself and, for a group, the patients in it."""
    await read_in(repository, connection, access, about)
    own = await repository.rids.find_one(connection, about)
    assert own is not None, "what was read has a row"
    if about.type != "Group":
        return [own]
    return [own, *await store.patients_in(connection, repository.dictionary, own)]
