"""What entries of Bundles ask without writing: reads, searches, histories and operations."""

import uuid

import pytest

from smartbear.cdr.app import serve
from tests.cdr.bundles import ask, bundle, parameters, post, put, sent, statuses
from tests.cdr.conftest import Fhir, matches, observation, patient
from tests.conftest import client_of


def without_links(resource):
    """A cursor among them tells up to which transaction its pages look, and others go on writing."""
    return {name: value for name, value in resource.items() if name != "link"}


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_a_get_answers_in_a_bundle_what_it_answers_outside(fhir, kind):
    person = await fhir.create(patient())
    seen = await fhir.create(observation(person["id"]))
    urls = (
        f"Patient/{person['id']}",
        f"Patient/{person['id']}/_history/1",
        f"Patient/{person['id']}/_history",
        "Observation/_history?_count=1",
        "_history?_count=1",
        f"Patient/{person['id']}/Observation",
        f"Observation?patient={person['id']}&_summary=count",
        f"Patient/{person['id']}/$everything",
        f"Observation/$lastn?patient={person['id']}",
        f"Observation/{seen['id']}/$meta",
        f"Observation/{seen['id']}?_elements=status",
        "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male",
        "metadata",
    )
    answered = await sent(fhir, *(ask("GET", url) for url in urls), kind=kind)
    assert statuses(answered) == ["200"] * len(urls)
    for url, entry in zip(urls, answered["entry"], strict=True):
        assert without_links(entry["resource"]) == without_links(await fhir.get(url)), url
    assert answered["entry"][1]["response"]["etag"] == 'W/"1"'


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_a_get_in_a_bundle_sees_what_the_bundle_wrote(fhir, kind):
    person = patient(id=str(uuid.uuid4()))
    path = f"Patient/{person['id']}"
    answered = await sent(
        fhir, ask("GET", f"{path}/_history"), ask("GET", f"{path}/$everything"), put(person), kind=kind
    )
    history, everything, _ = answered["entry"]
    assert history["resource"]["total"] == 1
    assert matches(everything["resource"]) == [person["id"]]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_conditions_of_reads_are_honoured_in_a_bundle(fhir, kind):
    stored = await fhir.create(patient())
    path = f"Patient/{stored['id']}"
    answered = await sent(
        fhir,
        ask("GET", path, ifNoneMatch='W/"1"'),
        ask("GET", path, ifModifiedSince="2026-06-15T00:00:00+02:00"),
        ask("GET", path, ifNoneMatch='W/"2"', ifModifiedSince="2026-06-15T00:00:00Z"),
        ask("HEAD", f"{path}/_history"),
        kind=kind,
    )
    assert statuses(answered) == ["304", "304", "200", "200"]
    assert ["resource" in entry for entry in answered["entry"]] == [False, False, True, False]
    assert answered["entry"][0]["response"]["etag"] == 'W/"1"'


async def test_operations_are_called_by_post_in_a_batch(fhir):
    person = await fhir.create(patient())
    tag = {"valueMeta": {"tag": [{"system": "urn:t", "code": "a"}]}}
    wrong = {"name": "resource", "resource": {"resourceType": "Patient", "gender": "wrong"}}
    answered = await sent(
        fhir,
        post(parameters(meta=tag), url=f"Patient/{person['id']}/$meta-add"),
        post({"resourceType": "Parameters", "parameter": [wrong]}, url="Patient/$validate"),
        post(parameters(), url=f"Patient/{person['id']}/$everything"),
        post(parameters(colour={"valueCode": "red"}), url=f"Patient/{person['id']}/$everything"),
        post(parameters(), url="Patient/$nothing"),
        post(observation(status="wrong")),
        kind="batch",
    )
    assert statuses(answered) == ["200", "200", "200", "400", "404", "422"]
    assert answered["entry"][1]["resource"]["resourceType"] == "OperationOutcome"
    assert (await fhir.get(f"Patient/{person['id']}"))["meta"]["tag"] == tag["valueMeta"]["tag"]


async def test_operations_that_change_nothing_are_called_by_post_in_a_transaction(fhir):
    person = patient(id=str(uuid.uuid4()))
    answered = await sent(fhir, post(parameters(), url=f"Patient/{person['id']}/$everything"), put(person))
    assert matches(answered["entry"][0]["resource"]) == [person["id"]]


async def test_what_is_no_resource_is_not_answered_in_a_bundle(fhir):
    started = await fhir.send("GET", "$export?_type=Basic", prefer="respond-async")
    job = started.headers["content-location"].partition("/fhir/")[2]
    answered = await sent(fhir, ask("GET", job), ask("GET", f"{job}/1.ndjson"), kind="batch")
    assert not any("resource" in entry for entry in answered["entry"])


async def test_a_bundle_sees_only_what_its_caller_sees(service, fhir):
    hidden = await fhir.create(patient("elsewhere"))
    manager = await service.case_manager("mine")
    path = f"Patient/{hidden['id']}"
    urls = (f"{path}/_history", f"{path}/$everything", f"{path}/$meta", path)
    answered = await sent(manager, *(ask("GET", url) for url in urls), kind="batch")
    assert statuses(answered) == ["404"] * len(urls)


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_outcomes_come_with_the_entries_if_asked_for(fhir, kind):
    answered = await sent(fhir, post(patient()), kind=kind, prefer="return=OperationOutcome")
    [entry] = answered["entry"]
    assert entry["response"]["outcome"]["issue"][0]["severity"] == "information"
    assert "resource" not in entry


async def test_the_answers_in_a_bundle_are_bounded_together(make_context, clock, monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_BUNDLE_BYTES", "20000")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        fhir = Fhir(client)
        stored = await fhir.create(patient(name=[{"family": "n" * 9000}]))
        reads = [ask("GET", f"Patient/{stored['id']}")] * 3
        assert sorted(statuses(await sent(fhir, *reads, kind="batch"))) == ["200", "200", "422"]
        assert (await fhir.send("POST", "", bundle(*reads))).status_code == 422
