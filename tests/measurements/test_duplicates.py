import asyncio
import uuid
from datetime import timedelta

import asyncpg

from tests.conftest import jobs_of
from tests.measurements.conftest import MORNING, paths, pressure, pulse, send, stored, uid


async def test_a_reading_sent_again_is_answered_with_the_id_it_has(world):
    first = (await send(world, world.ana, pressure())).json()
    again = (await send(world, world.ana, pulse(), pressure())).json()
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert again["readings"][1] == {"reading_id": first["readings"][0]["reading_id"], "duplicate": True}
    assert len(await stored(world, world.ana)) == 2


async def test_a_batch_that_holds_a_reading_twice_stores_it_once(world):
    answer = (await send(world, world.ana, pressure(), pressure())).json()
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert len({reading["reading_id"] for reading in answer["readings"]}) == 1


async def test_the_same_instant_in_another_time_zone_is_the_same_measurement(world):
    await send(world, world.ana, pulse())
    again = pulse(measured_at="2026-06-14T08:00:00.000Z")
    assert (await send(world, world.ana, again)).json()["duplicates"] == 1


async def test_a_number_written_another_way_is_the_same_value(world):
    await send(world, world.ana, pulse(71))
    assert (await send(world, world.ana, pulse(71.0))).json()["duplicates"] == 1


async def test_the_order_of_the_components_does_not_matter(world):
    reading = pressure()
    await send(world, world.ana, reading)
    turned = {**reading, "components": reading["components"][::-1]}
    assert (await send(world, world.ana, turned)).json()["duplicates"] == 1


async def test_another_value_or_another_source_is_another_measurement(world):
    await send(world, world.ana, pressure())
    assert (await send(world, world.ana, pressure(129))).json()["accepted"] == 1
    typed = await send(world, world.ana, pressure(entry="manual"), device_id=None)
    assert typed.json()["accepted"] == 1


async def test_a_key_used_again_gets_the_same_answer_byte_for_byte(world):
    key = uid()
    first = await send(world, world.ana, pressure(), key=key)
    world.clock.advance(timedelta(days=1))
    again = await send(world, world.ana, pressure(), key=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.content == first.content
    assert len(await stored(world, world.ana)) == 1


async def test_a_key_keeps_its_answer_when_the_device_has_been_taken_back(world):
    key = uid()
    await send(world, world.ana, pressure(), key=key)
    world.holdings.clear()
    assert (await send(world, world.ana, pressure(), key=key)).status_code == 200


async def test_a_key_used_for_another_body_is_refused(world):
    key = uid()
    await send(world, world.ana, pressure(), key=key)
    answer = await send(world, world.ana, pressure(150, 95), key=key)
    assert answer.status_code == 422
    assert paths(answer) == [("Idempotency-Key", "reused")]
    assert len(await stored(world, world.ana)) == 1


async def test_a_key_whose_batch_was_refused_is_free_again(world):
    key = uid()
    assert (await send(world, world.ana, pulse(-1), key=key)).status_code == 422
    assert (await send(world, world.ana, pulse(61), key=key)).status_code == 201


async def test_a_key_belongs_to_the_account_that_used_it(world):
    key = uid()
    await send(world, world.ana, pressure(), key=key)
    assert (await send(world, world.rui, pressure(), key=key)).status_code == 201


async def test_eight_clients_with_the_same_batch_store_it_exactly_once(world, database_url):
    batch = [pulse(60 + n, at=MORNING - timedelta(minutes=n)) for n in range(100)]
    answers = await asyncio.gather(
        *(send(world, world.ana, *(batch if n % 2 else batch[::-1])) for n in range(8))
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sum(answer.json()["accepted"] for answer in answers) == 100
    ids = {reading["reading_id"] for answer in answers for reading in answer.json()["readings"]}
    assert len(ids) == len(await stored(world, world.ana, limit=1000)) == 100
    told = [
        reading["reading_id"]
        for event in await jobs_of(database_url, "cdr.readings.accepted")
        if event["subject"] == world.ana.subject
        for reading in event["readings"]
    ]
    assert sorted(told) == sorted(ids)


async def test_eight_requests_under_one_key_get_one_answer(world, database_url):
    key = uid()
    answers = await asyncio.gather(*(send(world, world.ana, pressure(), pulse(), key=key) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.content for answer in answers}) == 1
    connection = await asyncpg.connect(database_url)
    batches = await connection.fetchval(
        "SELECT count(*) FROM measurements.batch WHERE subject = $1", uuid.UUID(world.ana.subject)
    )
    await connection.close()
    assert batches == 1


async def test_one_key_for_two_bodies_at_once_lets_one_win(world):
    key = uid()
    answers = await asyncio.gather(*(send(world, world.ana, pulse(value), key=key) for value in (70, 71)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert len(await stored(world, world.ana)) == 1
