"""Seeing participants: the list, one of them, and how many have which profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from smartbear.contracts import trail
from smartbear.contracts.cdr import Condition
from smartbear.contracts.scope import AccessScope
from smartbear.kit.context import Context
from smartbear.kit.errors import FieldError, Forbidden
from smartbear.users import access
from smartbear.users.actions import listing
from smartbear.users.actions.listing import Order, Row, Sort, State
from smartbear.users.actions.neighbours import Neighbours
from smartbear.users.actions.refusing import refusal
from smartbear.users.model.devices import HeldDevice
from smartbear.users.model.participants import Private, Reachable
from smartbear.users.model.rows import Search
from smartbear.users.store import devices, participants, subjects

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    """A list as a page asks for it."""

    search: Search
    state: State | None
    sort: Sort
    order: Order
    page: int
    """From 1."""
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of participants, and how many there are before and after filtering by state."""

    rows: Sequence[Row]
    total: int
    counts: dict[State, int]
    """Of everyone found, whatever state was asked for."""


@dataclass(frozen=True, slots=True)
class TechnicalPage:
    """One page of participants as technicians see them."""

    rows: Sequence[tuple[Reachable, Sequence[HeldDevice]]]
    total: int


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything ``users`` can find out about one participant."""

    row: Row
    private: Private
    devices: Sequence[HeldDevice]
    conditions: Sequence[Condition]


async def list_participants(
    context: Context, neighbours: Neighbours, scope: AccessScope, query: Query
) -> Page:
    """The participants the caller may see, with how they stand."""
    found = await _find(context, neighbours, scope, query.search)
    wanted = [row for row in found if query.state in (None, row.state)]
    shown = _page(listing.ordered(wanted, query.sort, query.order), query)
    for row in shown:
        _seen(row.participant.id, row.participant.subject)
    return Page(shown, len(wanted), listing.counts(found))


async def list_reachable(
    context: Context, neighbours: Neighbours, scope: AccessScope, query: Query
) -> TechnicalPage:
    """A technician's participants by id. Forbidden if the filters or the sorting would tell about health."""
    rows = access.participants(scope)
    _refuse_clinical(query)
    async with context.db.connection() as connection:
        found = await participants.find_reachable(connection, rows, query.search)
        shown = _page(found[::-1] if query.order == "desc" else found, query)
        held = await devices.held(connection, [person.id for person in shown])
        for participant_id, subject in (await subjects.of(connection, held)).items():
            _seen(participant_id, subject)
    heard = await _with_last_readings(neighbours, held, own=False)
    return TechnicalPage([(person, heard[person.id]) for person in shown], len(found))


async def detail(context: Context, neighbours: Neighbours, scope: AccessScope, participant_id: str) -> Detail:
    """One participant with contact, carers, devices and conditions; NotFound if not the caller's to see."""
    rows = await _find(context, neighbours, scope, Search(participant=participant_id))
    if not rows:
        async with context.db.connection() as connection:
            raise await refusal(connection, participant_id)
    _seen(participant_id, rows[0].participant.subject)
    async with context.db.connection() as connection:
        private = await participants.private(connection, participant_id)
        held = await devices.held(connection, [participant_id])
    own = not access.heeds_consent(scope)
    heard = await _with_last_readings(neighbours, held, own=own)
    if rows[0].participant.consent.status == "withdrawn" and not own:
        return Detail(rows[0], private.administrative(), heard[participant_id], ())
    conditions = await neighbours.conditions(rows[0].participant.subject)
    return Detail(rows[0], private, heard[participant_id], conditions)


async def reachable(
    context: Context, neighbours: Neighbours, scope: AccessScope, participant_id: str
) -> tuple[Reachable, Sequence[HeldDevice]]:
    """One participant as a technician sees them; NotFound if not the caller's to see."""
    query = Query(Search(participant=participant_id), None, "id", "asc", 1, 1)
    page = await list_reachable(context, neighbours, scope, query)
    if not page.rows:
        async with context.db.connection() as connection:
            raise await refusal(connection, participant_id)
    return page.rows[0]


async def profiles(context: Context, scope: AccessScope) -> dict[str, int]:
    """How many of the caller's participants have each profile."""
    rows = access.participants(scope)
    if not access.clinical(scope):
        raise Forbidden
    async with context.db.connection() as connection:
        return await participants.profiles(connection, rows)


def _seen(participant_id: str, subject: str) -> None:
    trail.saw(f"Participant/{participant_id}", subject)


async def _find(context: Context, neighbours: Neighbours, scope: AccessScope, search: Search) -> list[Row]:
    rows = access.participants(scope)
    async with context.db.connection() as connection:
        found = await participants.find(connection, rows, search, context.clock.now().date())
    own = not access.heeds_consent(scope)
    standings = await neighbours.standings([person.subject for person in found], own=own)
    return [Row(person, standings.get(person.subject)) for person in found]


async def _with_last_readings(
    neighbours: Neighbours, held: dict[str, list[HeldDevice]], *, own: bool
) -> dict[str, list[HeldDevice]]:
    every = {device.id for owned in held.values() for device in owned}
    heard = await neighbours.last_readings(sorted(every), own=own)
    return {
        participant_id: [
            device.model_copy(update={"last_reading_at": heard.get(device.id)}) for device in owned
        ]
        for participant_id, owned in held.items()
    }


def _page(found: Sequence[T], query: Query) -> Sequence[T]:
    start = (query.page - 1) * query.size
    return found[start : start + query.size]


def _refuse_clinical(query: Query) -> None:
    asked = {
        "state": query.state is not None,
        "profile": query.search.profile is not None,
        "status": query.search.status is not None,
    }
    faults = tuple(
        FieldError(name, "clinical", "Your role does not see this.") for name, used in asked.items() if used
    )
    if faults:
        raise Forbidden(errors=faults)
