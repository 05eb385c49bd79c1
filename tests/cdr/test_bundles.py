import asyncio
import uuid

import pytest

from smartbear.cdr.app import serve
from smartbear.fhir import json
from tests.cdr.bundles import ask, bundle, id_of, parameters, post, put, sent, statuses, urn
from tests.cdr.conftest import Fhir, issues, matches, observation, patient
from tests.conftest import client_of


async def test_a_transaction_writes_everything_and_says_where(fhir):
    stored = await fhir.create(patient())
    answered = await sent(
        fhir,
        post(observation(), full_url=urn()),
        put({**stored, "active": True}),
        put(patient(id="in-bundle")),
        ask("DELETE", "Patient/not-there"),
    )
    assert answered["type"] == "transaction-response"
    assert statuses(answered) == ["201", "200", "201", "204"]
    first = answered["entry"][0]["response"]
    assert first["location"].startswith("http://localhost:8080/fhir/Observation/")
    assert (first["etag"], first["lastModified"]) == ('W/"1"', "2026-06-14T08:02:00.000Z")
    assert "resource" not in answered["entry"][0]
    assert (await fhir.get(f"Patient/{stored['id']}"))["active"] is True


async def test_the_resources_come_back_if_asked_for(fhir):
    answered = await sent(fhir, post(patient(gender="other")), prefer="return=representation")
    assert answered["entry"][0]["resource"]["gender"] == "other"


async def test_references_inside_a_transaction_lead_to_what_it_made(fhir):
    person, seen = urn(), urn()
    answered = await sent(
        fhir,
        post(
            observation(subject={"reference": person}, identifier=[{"system": "urn:x", "value": person}]),
            seen,
        ),
        post(patient(), person),
        post(observation(hasMember=[{"reference": seen}], subject={"reference": person})),
    )
    ids = [id_of(entry) for entry in answered["entry"]]
    first, third = [await fhir.get(f"Observation/{ids[n]}") for n in (0, 2)]
    assert first["subject"] == third["subject"] == {"reference": f"Patient/{ids[1]}"}
    assert first["identifier"][0]["value"] == person
    assert third["hasMember"] == [{"reference": f"Observation/{ids[0]}"}]
    assert sorted(await fhir.ids(f"Observation?patient={ids[1]}")) == sorted([ids[0], ids[2]])


async def test_a_transaction_with_a_fault_changes_nothing(fhir):
    fine = patient(identifier=[{"system": "urn:nothing", "value": "1"}])
    stale = await fhir.create(patient())
    for faulty, status in (
        (post(observation(status="finished")), 422),
        (post(observation(subject={"reference": urn()})), 422),
        (post(observation(subject={"reference": "Patient?identifier=urn:nothing|none"})), 422),
        (put({**stale, "active": False}, ifMatch='W/"7"'), 412),
        (ask("PATCH", "Patient/1"), 400),
        (ask("POST", "Patient"), 400),
        (ask("GET", "nowhere"), 404),
        (ask("GET", "$export"), 400),
        (ask("GET", "Patient/1/$meta-add"), 405),
        (post(parameters(), url="Patient/$meta-add"), 404),
        (post(parameters(), url="Patient/1/$meta-add"), 400),
        (ask("GET", "Patient/none"), 404),
        (post(patient(), ifNoneExist="colour=red"), 400),
    ):
        answer = await fhir.send("POST", "", bundle(post(fine), faulty))
        assert answer.status_code == status, (faulty, answer.text)
        assert issues(answer)
    assert await fhir.ids("Patient?identifier=urn:nothing|1") == []


async def test_faults_are_told_with_their_place_in_the_bundle(fhir):
    answer = await fhir.send("POST", "", bundle(post(patient()), post(observation(status="finished"))))
    assert issues(answer) == [("code-invalid", "Bundle.entry[1].resource.status")]
    twice = await fhir.send("POST", "", bundle(put(patient(id="a")), put(patient(id="a", gender="male"))))
    assert (twice.status_code, issues(twice)) == (422, [("duplicate", "Bundle.entry[1]")])


@pytest.mark.parametrize(
    "body", [patient(), bundle(kind="collection"), {"resourceType": "Bundle"}, [], 1, "x"]
)
async def test_only_transactions_and_batches_are_taken(fhir, body):
    assert (await fhir.send("POST", "", body)).status_code == 400


@pytest.mark.parametrize(
    "entry", [1, None, {}, {"request": 1}, {"resource": 1, "request": {"method": "POST", "url": "Patient"}}]
)
@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_entries_of_any_shape_are_refused_and_never_a_fault_of_ours(fhir, kind, entry):
    answer = await fhir.send("POST", "", bundle(entry, kind=kind))
    assert answer.status_code in (200, 400, 422)


async def test_an_empty_transaction_is_well(fhir):
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction"})
    assert json.decode(answer.content) == {"resourceType": "Bundle", "type": "transaction-response"}


async def test_conditional_creates_in_transactions_find_what_is_there(fhir):
    key = str(uuid.uuid4())
    person = urn()
    entries = [
        post(
            patient(identifier=[{"system": "urn:k", "value": key}]),
            person,
            ifNoneExist=f"identifier=urn:k|{key}",
        ),
        post(
            observation(subject={"reference": person}, identifier=[{"system": "urn:k", "value": f"o{key}"}]),
            ifNoneExist=f"identifier=urn:k|o{key}",
        ),
    ]
    first = await sent(fhir, *entries)
    second = await sent(fhir, *entries, post(observation(subject={"reference": person})))
    assert (statuses(first), statuses(second)) == (["201", "201"], ["200", "200", "201"])
    assert [id_of(e) for e in first["entry"]] == [id_of(e) for e in second["entry"][:2]]
    linked = await fhir.get(f"Observation/{id_of(second['entry'][2])}")
    assert linked["subject"] == {"reference": f"Patient/{id_of(first['entry'][0])}"}


async def test_of_racing_transactions_one_creates(fhir):
    key = str(uuid.uuid4())

    def entries():
        return [
            post(
                patient(identifier=[{"system": "urn:r", "value": f"{key}-{n}"}]),
                ifNoneExist=f"identifier=urn:r|{key}-{n}",
            )
            for n in range(3)
        ]

    answers = await asyncio.gather(*(sent(fhir, *entries()[:: -1 if n % 2 else 1]) for n in range(16)))
    assert (
        sorted(status for answered in answers for status in statuses(answered)) == ["200"] * 45 + ["201"] * 3
    )


async def test_conditional_references_are_resolved(fhir):
    key = str(uuid.uuid4())
    person = await fhir.create(patient(identifier=[{"system": "urn:c", "value": key}]))
    answered = await sent(fhir, post(observation(subject={"reference": f"Patient?identifier=urn:c|{key}"})))
    stored = await fhir.get(f"Observation/{id_of(answered['entry'][0])}")
    assert stored["subject"] == {"reference": f"Patient/{person['id']}"}
    await fhir.create(patient(identifier=[{"system": "urn:c", "value": key}]))
    answer = await fhir.send(
        "POST", "", bundle(post(observation(subject={"reference": f"Patient?identifier=urn:c|{key}"})))
    )
    assert answer.status_code == 412


async def test_conditional_updates_and_deletions_in_transactions(fhir):
    key = str(uuid.uuid4())
    one = patient(identifier=[{"system": "urn:u", "value": key}])
    there = f"Patient?identifier=urn:u|{key}"
    created = await sent(
        fhir, {"resource": one, "request": {"method": "PUT", "url": there}}, ask("DELETE", f"{there}-none")
    )
    updated = await sent(
        fhir, {"resource": {**one, "active": True}, "request": {"method": "PUT", "url": there}}
    )
    deleted = await sent(fhir, ask("DELETE", there))
    again = await sent(fhir, ask("DELETE", there))
    assert [statuses(one) for one in (created, updated, deleted, again)] == [
        ["201", "204"],
        ["200"],
        ["204"],
        ["204"],
    ]
    other = {"resource": {**one, "id": "other"}, "request": {"method": "PUT", "url": there}}
    assert statuses(await sent(fhir, other)) == ["201"]
    mismatch = {"resource": {**one, "id": "another"}, "request": {"method": "PUT", "url": there}}
    assert (await fhir.send("POST", "", bundle(mismatch))).status_code == 400


async def test_reads_in_a_transaction_see_what_it_wrote(fhir):
    key = str(uuid.uuid4())
    answered = await sent(
        fhir,
        ask("GET", f"Patient?identifier=urn:g|{key}"),
        ask("GET", f"Patient/{key}"),
        ask("GET", f"Patient/{key}/_history/1"),
        put(patient(id=key, identifier=[{"system": "urn:g", "value": key}])),
    )
    assert statuses(answered) == ["200", "200", "200", "201"]
    assert matches(answered["entry"][0]["resource"]) == [key]
    assert answered["entry"][1]["resource"]["id"] == answered["entry"][2]["resource"]["id"] == key


async def test_each_entry_of_a_batch_stands_for_itself(fhir):
    key = str(uuid.uuid4())
    answered = await sent(
        fhir,
        post(observation()),
        post(observation(status="finished")),
        put(patient(id=key)),
        ask("GET", f"Patient/{key}"),
        ask("GET", "Patient/none"),
        ask("GET", "Observation?code=8867-4&_count=1"),
        ask("DELETE", f"Patient/{key}-none"),
        ask("PATCH", "Patient/1"),
        put({**patient(id=f"{key}-2")}, ifMatch='W/"3"'),
        put({**patient(id=f"{key}-3")}, ifMatch="odd"),
        post(patient(identifier=[{"system": "urn:b", "value": key}]), ifNoneExist=f"identifier=urn:b|{key}"),
        ask("DELETE", f"Patient?identifier=urn:b|{key}-none"),
        {"resource": patient(), "request": {"method": "PUT", "url": f"Patient?identifier=urn:b|{key}-new"}},
        kind="batch",
    )
    assert answered["type"] == "batch-response"
    expected = ["201", "422", "201", "200", "404", "200", "204", "400", "412", "400", "201", "204", "201"]
    assert statuses(answered) == expected
    refused = answered["entry"][1]["response"]["outcome"]["issue"][0]
    assert refused["expression"] == ["Bundle.entry[1].resource.status"]


async def test_a_large_bundle_is_for_those_who_write_everything(service, fhir):
    many = [post(observation(note=[{"text": "x" * 1000}])) for _ in range(9000)]
    body = json.encode(bundle(*many, kind="batch"))
    assert len(body) > 8 << 20
    manager = await service.case_manager("north")
    assert (await manager.send("POST", "", body)).status_code == 413
    object.__setattr__(service.app._repository.settings, "bundle_bytes", 1 << 20)
    assert (await fhir.send("POST", "", body)).status_code == 413


async def test_a_case_manager_writes_bundles_about_own_patients_only(service, fhir):
    organisation = str(uuid.uuid4())
    own, other = await fhir.create(patient(organisation)), await fhir.create(patient("elsewhere"))
    manager = await service.case_manager(organisation)
    assert statuses(await sent(manager, post(observation(own["id"])))) == ["201"]
    mixed = bundle(post(observation(own["id"])), post(observation(other["id"])))
    assert (await manager.send("POST", "", mixed)).status_code == 403
    assert len(await manager.ids("Observation")) == 1
    batch = await sent(manager, post(observation(own["id"])), post(observation(other["id"])), kind="batch")
    assert statuses(batch) == ["201", "403"]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_a_conditional_delete_deletes_as_many_as_outside(make_context, clock, monkeypatch, kind):
    monkeypatch.setenv("SMARTBEAR_CDR_DELETE_MATCHES", "2")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        fhir, keys = Fhir(client), [str(uuid.uuid4()) for _ in range(3)]
        for key in (*keys[:1] * 2, *keys[1:2] * 3):
            await fhir.create(patient(identifier=[{"value": key}]))
        asked = [ask("DELETE", f"Patient?identifier={key}") for key in keys]
        assert statuses(await sent(fhir, asked[0], asked[2], kind=kind)) == ["204", "204"]
        assert await fhir.ids(f"Patient?identifier={keys[0]}") == []
        [stored, *_] = await fhir.ids(f"Patient?identifier={keys[1]}")
        many = await fhir.send("POST", "", bundle(asked[1], kind=kind))
        assert many.status_code == 412 or statuses(json.decode(many.content)) == ["412"]
        twice = bundle(ask("DELETE", f"Patient?_id={stored}"), ask("DELETE", f"Patient/{stored}"))
        assert (await fhir.send("POST", "", twice)).status_code == 422


async def test_entries_of_a_batch_that_change_one_resource_are_refused_but_for_the_first(fhir):
    person = patient(id=str(uuid.uuid4()))
    answered = await sent(
        fhir,
        put(person),
        put({**person, "active": True}),
        ask("DELETE", f"Patient/{person['id']}"),
        kind="batch",
    )
    assert statuses(answered) == ["201", "400", "400"]
    assert answered["entry"][1]["response"]["outcome"]["issue"][0]["code"] == "duplicate"
    assert (await fhir.get(f"Patient/{person['id']}"))["meta"]["versionId"] == "1"
