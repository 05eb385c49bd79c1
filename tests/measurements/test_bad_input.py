"""Whatever is wrong with a batch is said field by field, and then nothing of it is stored."""

from datetime import timedelta

import orjson
import pytest

from smartbear.contracts.events import DeviceAssigned
from tests.conftest import NOW
from tests.measurements.conftest import (
    HOLOBALANCE,
    LONG_AGO,
    MORNING,
    paths,
    pressure,
    pulse,
    send,
    stored,
    uid,
)


async def post(world, content: bytes, content_type: str = "application/json", key: str | None = None):
    headers = {"Content-Type": content_type, "Idempotency-Key": key or uid()}
    async with world.client(world.ana.scope) as client:
        return await client.post("/api/measurements", content=content, headers=headers)


def batch(reading: bytes) -> bytes:
    return b'{"readings":[' + reading + b"]}"


GOOD = orjson.dumps(pulse(entry="manual"))
BODIES = {
    "half of a body": (batch(GOOD)[:40], 400),
    "no JSON at all": (b"<readings/>", 400),
    "NaN": (batch(GOOD.replace(b"71", b"NaN")), 400),
    "Infinity": (batch(GOOD.replace(b"71", b"-Infinity")), 400),
    "a number too large for a double": (batch(GOOD.replace(b"71", b"1e999")), 400),
    "a key given twice": (batch(GOOD.replace(b'"value":71', b'"value":71,"value":72')), 400),
    "nesting 65 deep": (b"[" * 65 + b"]" * 65, 400),
    "not UTF-8": (batch(GOOD.replace(b"8867-4", b"\xff\xfe")), 400),
    "half a surrogate pair": (batch(GOOD.replace(b"8867-4", b"\\ud800")), 400),
    "20 MB": (b'{"readings":"' + b"a" * 20_000_000 + b'"}', 413),
    "a list instead of a batch": (b"[]", 422),
    "nothing": (b"", 400),
    "null": (b"null", 422),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_batch_is_refused(world, body, status):
    answer = await post(world, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stored(world, world.ana) == []


async def test_only_json_is_read(world):
    assert (await post(world, batch(GOOD), "text/plain")).status_code == 415


@pytest.mark.parametrize("key", ["", "white space", "ä", "k" * 129])
async def test_a_batch_needs_a_usable_idempotency_key(world, key):
    answer = await post(world, batch(GOOD), key=key.encode("latin-1") if key else " ")
    assert answer.status_code == 400
    assert paths(answer) == [("Idempotency-Key", "missing")]


FIELDS = {
    "an unknown code": (pulse(code="0000-0"), ("readings[0].code", "unknown_code")),
    "a unit of another code": (pulse(unit="mm[Hg]"), ("readings[0].unit", "unknown_unit")),
    "bpm, which is no UCUM": (pulse(unit="bpm"), ("readings[0].unit", "unknown_unit")),
    "no unit": (pulse(unit=None), ("readings[0].unit", "unknown_unit")),
    "no value": (pulse(None), ("readings[0].value", "missing")),
    "a heart that stands still": (pulse(0), ("readings[0].value", "implausible")),
    "a number as a text": (pulse("71"), ("readings[0].value", "float_type")),
    "a boolean as a number": (pulse(True), ("readings[0].value", "float_type")),
    "one second too far ahead": (
        pulse(at=NOW + timedelta(minutes=5, seconds=1)),
        ("readings[0].measured_at", "in_the_future"),
    ),
    "1970": (pulse(measured_at="1970-01-01T00:00:00Z"), ("readings[0].measured_at", "too_old")),
    "the year 1 far in the east": (
        pulse(measured_at="0001-01-01T00:00:00+14:00"),
        ("readings[0].measured_at", "too_old"),
    ),
    "the last evening of the year 9999 far in the west": (
        pulse(measured_at="9999-12-31T23:59:59-14:00"),
        ("readings[0].measured_at", "in_the_future"),
    ),
    "stored in the future": (
        pulse(stored_at="2126-01-01T00:00:00Z"),
        ("readings[0].stored_at", "in_the_future"),
    ),
    "no offset": (pulse(measured_at="2026-06-14T09:00:00"), ("readings[0].measured_at", "instant")),
    "the 31st of June": (pulse(measured_at="2026-06-31T09:00:00Z"), ("readings[0].measured_at", "instant")),
    "a time as a number": (pulse(measured_at=1781420400), ("readings[0].measured_at", "instant")),
    "a time as digits": (pulse(measured_at="1781420400"), ("readings[0].measured_at", "instant")),
    "no time": ({"code": "8867-4", "value": 71, "entry": "device"}, ("readings[0].measured_at", "missing")),
    "an unknown way of entry": (pulse(entry="telepathy"), ("readings[0].entry", "literal_error")),
    "an unknown field": (pulse(mood="good"), ("readings[0].mood", "extra_forbidden")),
    "components where a value belongs": (
        pulse(components=[{"code": "8480-6", "value": 1, "unit": "1"}]),
        ("readings[0].components", "unexpected"),
    ),
    "a value where components belong": (pressure(value=120), ("readings[0].value", "unexpected")),
    "systolic below diastolic": (pressure(70, 90), ("readings[0].components", "implausible")),
    "a systolic pressure nobody survives": (
        pressure(320, 90),
        ("readings[0].components[0].value", "implausible"),
    ),
    "a pressure in kilopascal": (
        {
            **pressure(),
            "components": [{**pressure()["components"][0], "unit": "kPa"}, pressure()["components"][1]],
        },
        ("readings[0].components[0].unit", "unknown_unit"),
    ),
    "systolic pressure alone": (
        {**pressure(), "components": pressure()["components"][:1]},
        ("readings[0].components", "wrong_components"),
    ),
    "systolic pressure twice": (
        {**pressure(), "components": pressure()["components"][:1] * 2},
        ("readings[0].components", "wrong_components"),
    ),
    "what cannot be typed in": (
        pulse(40, code="41950-7", unit="{steps}", entry="manual"),
        ("readings[0].entry", "not_by_hand"),
    ),
}


@pytest.mark.parametrize(("reading", "fault"), FIELDS.values(), ids=FIELDS.keys())
async def test_a_fault_is_named_by_its_field(world, reading, fault):
    answer = await send(world, world.ana, reading)
    assert answer.status_code == 422
    assert fault in paths(answer)
    assert await stored(world, world.ana) == []


async def test_every_reading_with_a_fault_is_named_and_the_good_one_is_not_stored(world):
    answer = await send(world, world.ana, pulse(), pulse(5), pressure(70, 90))
    assert {path for path, _ in paths(answer)} == {"readings[1].value", "readings[2].components"}
    assert await stored(world, world.ana) == []


async def test_an_answer_names_at_most_a_hundred_faults(world):
    answer = await send(world, world.ana, *(pulse(0) for _ in range(300)))
    assert len(paths(answer)) == 100


async def test_the_answer_does_not_repeat_what_was_sent(world):
    answer = await send(world, world.ana, pulse(code="S3CR3T", unit="S3CR3T"), pulse(entry="S3CR3T"))
    assert answer.status_code == 422
    assert "S3CR3T" not in answer.text


async def test_five_minutes_ahead_is_a_clock_that_goes_wrong_and_is_taken(world):
    assert (await send(world, world.ana, pulse(at=NOW + timedelta(minutes=5)))).status_code == 201


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_readings(world, count):
    answer = await send(world, world.ana, *(pulse(at=MORNING - timedelta(seconds=n)) for n in range(count)))
    assert answer.status_code == 422
    assert paths(answer)[0][0] == "readings"


async def test_a_thousand_readings_are_taken_at_once(world):
    readings = (pulse(60 + n % 40, at=MORNING - timedelta(seconds=n)) for n in range(1000))
    assert (await send(world, world.ana, *readings)).json()["accepted"] == 1000


async def test_a_device_of_somebody_else_is_refused(world):
    answer = await send(world, world.ana, pressure(), device_id=world.rui.device)
    assert answer.status_code == 422
    assert paths(answer) == [("device_id", "not_theirs")]


async def test_a_device_nobody_knows_is_refused_like_somebody_elses(world):
    answer = await send(world, world.ana, pressure(), device_id=uid())
    assert paths(answer) == [("device_id", "not_theirs")]


async def test_one_reading_from_before_the_device_was_handed_out_refuses_the_batch(world):
    answer = await send(world, world.ana, pressure(), pressure(at=LONG_AGO - timedelta(seconds=1)))
    assert paths(answer) == [("device_id", "not_theirs")]
    assert await stored(world, world.ana) == []


async def test_a_reading_of_a_device_needs_the_device(world):
    answer = await send(world, world.ana, pressure(), device_id=None)
    assert paths(answer) == [("readings[0].entry", "needs_device")]


async def test_a_scale_cannot_measure_blood_pressure(world):
    scale = uid()
    world.holdings.append((scale, world.ana.subject, LONG_AGO, None))
    event = DeviceAssigned(
        device_id=scale,
        label="SC-1",
        category="scale",
        subject=world.ana.subject,
        assigned_from=LONG_AGO,
    )
    await world.tell(event)
    answer = await send(world, world.ana, pressure(), device_id=scale)
    assert paths(answer) == [("readings[0].code", "wrong_device")]


@pytest.mark.parametrize("device", ["BP-0917", 917, "", "0190c1f2"])
async def test_a_device_id_is_a_uuid(world, device):
    answer = await send(world, world.ana, pressure(), device_id=device)
    assert paths(answer)[0][0] == "device_id"


async def test_a_participant_cannot_send_for_somebody_else(world):
    answer = await send(world, world.ana, pressure(), subject=world.rui.subject)
    assert answer.status_code == 422
    assert paths(answer) == [("subject", "not_yours")]


@pytest.mark.parametrize(("named", "code"), [({}, "missing"), ({"subject": uid()}, "unknown")])
async def test_a_machine_client_must_name_somebody_who_exists(world, named, code):
    body = {**named, "readings": [pressure(entry="manual")]}
    async with world.client(HOLOBALANCE) as client:
        answer = await client.post("/api/measurements", json=body, headers={"Idempotency-Key": uid()})
    assert answer.status_code == 422
    assert paths(answer) == [("subject", code)]
