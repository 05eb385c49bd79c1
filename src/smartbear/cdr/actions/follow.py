"""What the repository makes of what other components tell it. Being told twice changes nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from smartbear.cdr.actions import people
from smartbear.cdr.actions.accept import draft_of, draft_of_kind, expect_valid
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.alike import Kind
from smartbear.cdr.model.change import Change, Draft, Outcome, Written
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import reading
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.events import DeviceAssigned, ParticipantChanged, ReadingsAccepted
from smartbear.contracts.readings import Reading
from smartbear.fhir.vital_signs import observation

_OURS = everything()


async def readings(repository: Repository, event: ReadingsAccepted) -> int:
    """Store each reading as an Observation, all in one commit; returns how many were new."""
    written = await _write(repository, _observations(repository, event.readings), once=True)
    return sum(one.outcome is Outcome.CREATED for one in written)


async def participant(repository: Repository, event: ParticipantChanged) -> None:
    """Keep the Patient as ``users`` tells it."""
    await _write(repository, [_draft(repository, people.patient(event))])


async def device(repository: Repository, event: DeviceAssigned) -> None:
    """Keep the Device and whose it is; news that it was taken back may come after it was given to another."""
    if event.assigned_to is None or await _is_with(repository, event.device_id, event.subject):
        await _write(repository, [_draft(repository, people.device(event))])


async def _is_with(repository: Repository, device_id: str, subject: str) -> bool:
    async with repository.db.connection() as connection:
        found = await reading.current(connection, repository.dictionary, LocalId("Device", device_id))
    return found is not None and found.owner is not None and found.owner.id == subject


def _observations(repository: Repository, accepted: Iterable[Reading]) -> Iterator[Draft]:
    """Drafts of readings. What is true of the first of a kind, that it is valid, is true of the others."""
    for one in accepted:
        resource, kind = observation(one), Kind.of(one)
        if kind is None or not repository.firsts.find(kind):
            expect_valid(resource, "Observation")
        yield draft_of_kind(repository, resource, LocalId("Observation", one.reading_id), kind)


def _draft(repository: Repository, resource: dict[str, Any]) -> Draft:
    target = LocalId(resource["resourceType"], resource["id"])
    expect_valid(resource, target.type)
    return draft_of(repository, resource, target)


async def _write(repository: Repository, drafts: Iterable[Draft], *, once: bool = False) -> list[Written]:
    drafts = list({draft.target: draft for draft in drafts}.values())
    rows = await repository.rows_of(drafts)
    changes = (Change(draft.target, draft, _OURS, once=once) for draft in drafts)
    return await repository.writer.write(list(zip(changes, rows, strict=True)))
