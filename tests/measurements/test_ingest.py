from datetime import timedelta

import asyncpg
import zstandard

from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.scope import AccessScope, ScopeMiddleware
from tests.conftest import NOW, jobs_of
from tests.conftest import test_key as key_for
from tests.measurements.conftest import HOLOBALANCE, MORNING, pressure, pulse, send, stored, uid


async def test_a_batch_is_stored_and_answered_with_its_ids(world):
    answer = await send(world, world.ana, pressure(), pulse())
    body = answer.json()
    assert answer.status_code == 201
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    assert {item["reading_id"] for item in await stored(world, world.ana)} == {
        reading["reading_id"] for reading in body["readings"]
    }


async def test_a_reading_keeps_its_three_times_and_the_offset_of_the_device(world):
    await send(world, world.ana, pressure(stored_at=(MORNING + timedelta(seconds=4)).isoformat()))
    (reading,) = await stored(world, world.ana)
    assert reading["measured_at"] == "2026-06-14T09:00:00+01:00"
    assert reading["stored_at"] == "2026-06-14T08:00:04Z"
    assert reading["received_at"] == "2026-06-14T08:02:00Z"


async def test_a_reading_names_its_device_and_its_batch(world):
    batch = (await send(world, world.ana, pressure())).json()["batch_id"]
    (reading,) = await stored(world, world.ana)
    assert reading["device"] == {"id": world.ana.device, "label": "BP-0917"}
    assert reading["batch_id"] == batch
    assert [part["value"] for part in reading["components"]] == [128, 76]


async def test_what_was_received_is_kept_byte_for_byte(world, database_url):
    raw = b'{"readings": [\n\t' + b'{"code":"8867-4","value":7.10e1,"unit":"/min",'
    raw += b'"measured_at":"2026-06-14T09:00:00+01:00","entry":"manual"}]}'
    headers = {"Idempotency-Key": uid(), "Content-Type": "application/json; charset=utf-8"}
    async with world.client(world.ana.scope) as client:
        answer = await client.post("/api/measurements", content=raw, headers=headers)
    connection = await asyncpg.connect(database_url)
    payload = await connection.fetchval(
        "SELECT payload FROM measurements.batch WHERE batch_id = $1", answer.json()["batch_id"]
    )
    await connection.close()
    assert zstandard.decompress(payload) == raw


async def test_listeners_hear_of_new_readings_only(world, database_url):
    await send(world, world.ana, pulse(70))
    await send(world, world.ana, pulse(70), pulse(75, at=MORNING - timedelta(minutes=5)))
    for listener in ("cdr", "decisions"):
        events = await jobs_of(database_url, f"{listener}.readings.accepted")
        ours = [event for event in events if event["subject"] == world.ana.subject]
        assert [[reading["value"] for reading in event["readings"]] for event in ours] == [[70], [75]]


async def test_an_event_carries_the_reading_as_the_device_said_it(world, database_url):
    await send(world, world.ana, pressure())
    event = (await jobs_of(database_url, "decisions.readings.accepted"))[-1]
    assert event["readings"][0]["measured_at"] == "2026-06-14T09:00:00+01:00"
    assert event["readings"][0]["device_id"] == world.ana.device


async def test_a_reading_typed_by_hand_needs_no_device(world):
    answer = await send(world, world.ana, pressure(entry="manual"), device_id=None)
    assert answer.status_code == 201
    assert (await stored(world, world.ana))[0]["device"] is None


async def test_a_device_that_was_handed_on_keeps_what_it_measured_before(world):
    world.holdings.clear()
    await world.hand(world.ana, NOW - timedelta(days=20), NOW - timedelta(days=10))
    world.rui.device = world.ana.device
    await world.hand(world.rui, NOW - timedelta(days=10))
    before, after = NOW - timedelta(days=12), NOW - timedelta(days=3)
    assert (await send(world, world.ana, pressure(at=before))).status_code == 201
    assert (await send(world, world.ana, pressure(at=after))).status_code == 422
    assert (await send(world, world.rui, pressure(at=after))).status_code == 201


async def test_a_device_handed_out_a_moment_ago_is_believed_before_its_event_comes(world):
    world.ana.device = uid()
    world.holdings.append((world.ana.device, world.ana.subject, NOW - timedelta(hours=1), None))
    assert (await send(world, world.ana, pressure(), pulse())).status_code == 201
    assert (await stored(world, world.ana))[0]["device"]["label"] is None


async def test_what_a_device_measured_while_it_was_lent_to_another_is_not_taken(world):
    world.holdings.clear()
    lent, back = NOW - timedelta(days=20), NOW - timedelta(days=10)
    await world.hand(world.ana, NOW - timedelta(days=400), lent)
    await world.hand(world.ana, back)
    around = [pulse(at=lent - timedelta(days=1)), pulse(at=back + timedelta(days=1))]
    assert (await send(world, world.ana, *around)).status_code == 201
    between = pulse(61, at=back - timedelta(days=1))
    assert (await send(world, world.ana, *around, between)).status_code == 422


async def test_a_machine_client_names_the_person(world):
    body = {"subject": world.ana.subject, "device_id": world.ana.device, "readings": [pressure()]}
    async with world.client(HOLOBALANCE) as client:
        answer = await client.post("/api/measurements", json=body, headers={"Idempotency-Key": uid()})
    assert answer.status_code == 201
    assert len(await stored(world, world.ana)) == 1


async def test_a_component_sends_readings_through_its_client(world, make_context):
    neighbour = ScopeMiddleware(world.app, key_for("scope"), world.clock)
    body = {"subject": world.ana.subject, "device_id": world.ana.device, "readings": [pressure()]}
    async with (
        make_context("mobile", neighbours={"measurements": neighbour}) as context,
        MeasurementsClient(context) as client,
    ):
        answer = await client.submit(body, uid())
        seen = await client.last_readings([world.ana.device, uid()])
    assert answer["accepted"] == 1
    assert seen == {world.ana.device: MORNING}


async def test_nobody_else_may_send_readings(world):
    for role in ("CCM", "Tech", "Auditor", "SysAdmin", "DataScientist", "PolicyMaker", "Caregiver"):
        scope = AccessScope(role=role, account=uid(), organisations=(world.ana.organisation,))
        async with world.client(scope) as client:
            body = {"subject": world.ana.subject, "readings": [pressure(entry="manual")]}
            answer = await client.post("/api/measurements", json=body, headers={"Idempotency-Key": uid()})
        assert answer.status_code == 403, role


async def test_readings_of_a_participant_who_has_withdrawn_are_not_taken(world):
    await world.enrol(world.ana, status="withdrawn")
    assert (await send(world, world.ana, pressure())).status_code == 403


async def test_nothing_is_stored_while_nobody_can_say_whose_the_device_is(world):
    world.silent[0] = True
    key = uid()
    assert (await send(world, world.ana, pressure(), key=key)).status_code == 503
    world.silent[0] = False
    assert (await send(world, world.ana, pressure(), key=key)).status_code == 201
