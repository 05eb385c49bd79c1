import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from smartbear.cdr.jobs import handlers
from smartbear.contracts.events import DeviceAssigned, ParticipantChanged, ReadingsAccepted
from smartbear.contracts.readings import Component, Reading
from tests.cdr.conftest import matches


@pytest.fixture
async def told(service):
    """Tell the repository an event, as the worker does."""
    does = handlers(service.context)

    async def tell(event):
        await does[f"cdr.{event.name}"](event.model_dump(mode="json"))

    return tell


@pytest.fixture
def batch(service, clock):
    """A blood pressure and two heart rates of one participant."""
    subject = service.context.new_id()
    shared = {
        "subject": subject,
        "device_id": "bp-1",
        "measured_at": clock.now(),
        "received_at": clock.now(),
        "entry": "device",
    }
    parts = tuple(
        Component(code=code, value=value, unit="mm[Hg]")
        for code, value in (("8480-6", 128.0), ("8462-4", 77.5))
    )
    readings = (
        Reading(reading_id=service.context.new_id(), code="85354-9", components=parts, **shared),
        *(
            Reading(reading_id=service.context.new_id(), code="8867-4", value=value, unit="/min", **shared)
            for value in (64, 65.5)
        ),
    )
    return ReadingsAccepted(batch_id="b", subject=subject, readings=readings)


def person(subject, organisation="north", **more):
    about = {"pilot": "p", "birth_month": "1948-05", "sex": "female", "status": "accepted", "language": "pt"}
    return ParticipantChanged(subject=subject, organisation=organisation, **about | more)


async def test_readings_become_observations_under_their_own_ids(fhir, told, batch):
    await told(batch)
    pressure = await fhir.get(f"Observation/{batch.readings[0].reading_id}")
    assert next(part["valueQuantity"]["value"] for part in pressure["component"]) == 128
    assert pressure["effectiveDateTime"] == "2026-06-14T09:02:00+01:00"
    asked = f"Observation?subject=Patient/{batch.subject}&code=85354-9&date=ge2026-06-14&_sort=-date&_count=5"
    assert matches(await fhir.get(asked)) == [batch.readings[0].reading_id]


async def test_an_event_told_twice_changes_nothing(fhir, told, batch):
    await asyncio.gather(told(batch), told(batch))
    await told(batch)
    for reading in batch.readings:
        assert (await fhir.get(f"Observation/{reading.reading_id}/_history"))["total"] == 1
    assert (await fhir.get(f"Observation?patient={batch.subject}&_summary=count"))["total"] == 3


async def test_a_reading_that_is_twice_in_a_batch_is_one_observation(fhir, told, batch):
    await told(batch.model_copy(update={"readings": batch.readings + batch.readings[:1]}))
    assert (await fhir.get(f"Observation?patient={batch.subject}&_summary=count"))["total"] == 3


async def test_an_event_told_late_does_not_undo_a_correction_or_a_deletion(fhir, told, batch):
    await told(batch)
    first, second, third = (f"Observation/{reading.reading_id}" for reading in batch.readings)
    await fhir.put({**await fhir.get(first), "status": "entered-in-error"})
    await fhir.send("DELETE", second)
    await told(batch)
    assert (await fhir.get(first))["status"] == "entered-in-error"
    assert (await fhir.send("GET", second)).status_code == 410
    assert (await fhir.get(third))["valueQuantity"]["value"] == Decimal("65.5")


async def test_a_batch_with_old_and_new_readings_adds_the_new_ones(fhir, told, batch):
    await told(batch.model_copy(update={"readings": batch.readings[:1]}))
    await told(batch)
    assert (await fhir.get(f"Observation?patient={batch.subject}&_summary=count"))["total"] == 3


async def test_a_participant_becomes_a_patient_without_anything_that_identifies(service, fhir, told):
    subject = service.context.new_id()
    await told(person(subject))
    stored = await fhir.get(f"Patient/{subject}")
    assert stored.keys() == {
        "resourceType",
        "id",
        "meta",
        "active",
        "gender",
        "birthDate",
        "managingOrganization",
    }
    assert (stored["birthDate"], stored["gender"]) == ("1948-05", "female")
    await told(person(subject))
    assert (await fhir.get(f"Patient/{subject}/_history"))["total"] == 1
    await told(person(subject, organisation="south", status="withdrawn"))
    moved = await fhir.get(f"Patient/{subject}")
    assert (moved["active"], moved["managingOrganization"]) == (False, {"reference": "Organization/south"})


async def test_readings_that_come_before_their_participant_are_found_afterwards(service, fhir, told, batch):
    await told(batch)
    await told(person(batch.subject))
    manager = await service.case_manager("north")
    assert sorted(await manager.ids("Observation")) == sorted(one.reading_id for one in batch.readings)


async def test_a_device_is_with_whoever_has_it(service, fhir, told, clock, batch):
    one, two, device = (service.context.new_id() for _ in range(3))

    def assigned(subject, *, back=False):
        until = clock.now() + timedelta(days=1) if back else None
        return DeviceAssigned(
            device_id=device,
            label="BP-0917",
            category="blood_pressure",
            subject=subject,
            assigned_from=clock.now(),
            assigned_to=until,
        )

    async def holder():
        stored = await fhir.get(f"Device/{device}")
        return stored.get("patient", {}).get("reference")

    await told(assigned(one))
    assert await holder() == f"Patient/{one}"
    await told(assigned(two))
    await told(assigned(one, back=True))
    assert await holder() == f"Patient/{two}"
    await told(assigned(two, back=True))
    assert await holder() is None
    assert await fhir.ids("Device?identifier=BP-0917") == [device]
