import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, observation, patient


async def test_a_created_resource_gets_an_id_a_version_and_a_place(fhir, clock):
    answer = await fhir.send("POST", "Observation", observation())
    stored = json.decode(answer.content)
    assert answer.status_code == 201
    place = f"http://localhost:8080/fhir/Observation/{stored['id']}/_history/1"
    assert answer.headers["location"] == place
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"] == "Sun, 14 Jun 2026 08:02:00 GMT"
    assert stored["meta"] == {"versionId": "1", "lastUpdated": "2026-06-14T08:02:00.000Z"}
    assert {**observation(), "id": stored["id"], "meta": stored["meta"]} == stored


async def test_an_id_and_a_version_in_the_body_are_ignored_and_the_rest_of_meta_is_kept(fhir):
    meta = {"versionId": "9", "lastUpdated": "2001-01-01T00:00:00Z", "tag": [{"code": "x"}]}
    stored = await fhir.create(observation(id="mine", meta=meta))
    assert stored["id"] != "mine"
    assert stored["meta"]["versionId"] == "1"
    assert stored["meta"]["lastUpdated"].startswith("2026")
    assert stored["meta"]["tag"] == [{"code": "x"}]


async def test_decimals_keep_the_precision_they_were_written_with(fhir):
    body = json.encode(observation()).replace(b'"value":72', b'"value":72.50')
    answer = await fhir.send("POST", "Observation", body)
    assert b'"value":72.50' in answer.content
    again = await fhir.send("GET", f"Observation/{json.decode(answer.content)['id']}")
    assert b'"value":72.50' in again.content


@pytest.mark.parametrize(
    ("prefer", "has"),
    [
        ("return=minimal", b""),
        ("return=representation", b"Observation"),
        ("return=OperationOutcome", b"OperationOutcome"),
    ],
)
async def test_the_caller_says_what_comes_back(fhir, prefer, has):
    answer = await fhir.send("POST", "Observation", observation(), prefer=prefer)
    assert answer.status_code == 201
    assert has in answer.content
    assert bool(answer.content) == bool(has)


async def test_an_invalid_resource_is_refused_with_the_place_of_every_fault(fhir):
    broken = observation(status="finished", effectiveDateTime="yesterday")
    answer = await fhir.send("POST", "Observation", broken)
    assert answer.status_code == 422
    assert sorted(issues(answer)) == [
        ("code-invalid", "Observation.status"),
        ("value", "Observation.effective"),
    ]
    assert b"yesterday" not in answer.content


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("Observation", b"", 400),
        ("Observation", b"{", 400),
        ("Observation", b"[]", 400),
        ("Observation", b'{"resourceType":"Patient"}', 400),
        ("Observation", b'{"status":"final","status":"amended"}', 400),
        ("Observation", b'{"resourceType":"Observation"}', 422),
        ("Observation", b"[" * 5000, 400),
        ("Observation", b'{"a":1e999}', 400),
        ("Patient", b'{"resourceType":"Patient","language":"a\\u0000b"}', 400),
        ("Observation", b'"\xff"', 400),
        ("Unicorn", b"{}", 404),
        ("Observation/1/2/3/4/5", b"{}", 404),
        ("Observation/1", b"{}", 405),
    ],
)
async def test_what_cannot_be_read_is_an_outcome_and_never_a_fault_of_ours(fhir, path, body, status):
    answer = await fhir.send("POST", path, body)
    assert answer.status_code == status
    assert issues(answer)


async def test_a_method_that_is_not_offered_is_answered_with_those_that_are(fhir):
    answer = await fhir.send("POST", "Observation/1", {})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH, PUT"


async def test_a_body_over_eight_megabytes_is_refused(fhir):
    answer = await fhir.send("POST", "Observation", b" " * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, issues(answer)) == (413, [("too-long", "")])


async def test_a_conditional_create_finds_what_is_there(fhir):
    one = patient(identifier=[{"system": "urn:create", "value": "1"}])
    condition = "identifier=urn:create|1"
    first = await fhir.send("POST", "Patient", one, if_none_exist=condition)
    second = await fhir.send("POST", "Patient", one, if_none_exist=condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert json.decode(first.content)["id"] == json.decode(second.content)["id"]
    assert second.headers["etag"] == 'W/"1"'


async def test_a_condition_that_matches_twice_is_refused(fhir):
    for _ in range(2):
        await fhir.create(patient(identifier=[{"system": "urn:create", "value": "twice"}]))
    answer = await fhir.send("POST", "Patient", patient(), if_none_exist="identifier=urn:create|twice")
    assert answer.status_code == 412


@pytest.mark.parametrize("condition", ["colour=red", "_count=1", "birthdate=soon"])
async def test_a_condition_that_chooses_nothing_is_refused(fhir, condition):
    answer = await fhir.send("POST", "Patient", patient(), if_none_exist=condition)
    assert answer.status_code == 400
