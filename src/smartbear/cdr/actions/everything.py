"""``$everything`` (https://hl7.org/fhir/R4/patient-operation-everything.html): a whole record.

The record of a patient, of an encounter, of the members of a group, or of all patients the caller sees, and
what it refers to.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from smartbear.cdr.actions import witness
from smartbear.cdr.actions.read import read_in
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import everything as store
from smartbear.cdr.store.everything import Compartment, Part, Wanted
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.bodies import Rendered
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.pages import Row
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

    resources: Sequence[tuple[Part, Rendered]]
    next: Place | None


async def everything(repository: Repository, access: Access, asked: Asked, place: Place, size: int) -> Page:
    """The page of ``size`` that begins after ``place``; NotFound or Gone if what it is about is.

    Large resources make it shorter: there is a next page as long as there is one.
    """
    async with repository.db.connection() as connection:
        wanted = await _wanted(repository, connection, access, asked)
        found = await _found(repository, connection, access, wanted, place, size + 1)
        room = 2 * repository.settings.resource_bytes
        bodies, looked = await repository.bodies.of(connection, [row for _, row in found[:size]], room)
    witness.saw_all(bodies.values())
    shown = found[:looked]
    last = Place(shown[-1][0], shown[-1][1][0]) if len(found) > looked else None
    return Page([(part, bodies[row[0]]) for part, row in shown if row[0] in bodies], last)


async def rest(
    repository: Repository, access: Access, asked: Asked, first: Page, size: int
) -> AsyncIterator[Page]:
    """``first`` and every page after it."""
    page = first
    yield page
    while page.next:
        page = await everything(repository, access, asked, page.next, size)
        yield page


async def _found(
    repository: Repository, connection: Connection, access: Access, wanted: Wanted, place: Place, limit: int
) -> list[tuple[Part, Row]]:
    """Members first; what they refer to where there are no more members."""
    lookups = await look_up(connection, repository.dictionary, repository.rids, repository.bases, (), access)
    seconds = repository.settings.search_seconds
    found: list[tuple[Part, Row]] = []
    after = place.rid
    parts: tuple[Part, ...] = ("members", "outside") if place.part == "members" else ("outside",)
    for part in parts:
        room = limit - len(found)
        if room:
            rows = await store.page(connection, wanted, access, lookups, part, after, room, seconds)
            found += [(part, row) for row in rows]
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
