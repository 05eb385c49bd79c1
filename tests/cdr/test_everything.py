"""The record of one patient, of a group, and of all: complete, nothing twice, and nobody else's."""

from typing import Any

import pytest

from smartbear.cdr.app import serve
from tests.cdr.conftest import Fhir, issues, link, matches, observation, patient
from tests.conftest import client_of


def names(bundle: dict[str, Any], mode: str) -> list[str]:
    found = [one for one in bundle.get("entry", ()) if one["search"]["mode"] == mode]
    return sorted(f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in found)


def name_of(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


async def record(fhir: Fhir, organisation: str = "") -> dict[str, Any]:
    """A patient with an encounter, what happened in it, and those who were there."""
    doctor = await fhir.create({"resourceType": "Practitioner"})
    person = await fhir.create(patient(organisation, generalPractitioner=[{"reference": name_of(doctor)}]))
    subject = {"reference": name_of(person)}
    visit = await fhir.create(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": subject,
            "period": {"start": "2026-05-01", "end": "2026-05-02"},
        }
    )
    encounter = {"encounter": {"reference": name_of(visit)}}
    seen = await fhir.create(
        observation(person["id"], **encounter, performer=[{"reference": name_of(doctor)}])
    )
    ill = await fhir.create({"resourceType": "Condition", "subject": subject, "onsetDateTime": "2020"})
    return {"doctor": doctor, "patient": person, "visit": visit, "seen": seen, "ill": ill}


async def test_a_record_is_the_compartment_and_what_it_refers_to(fhir):
    one, other = await record(fhir), await record(fhir)
    await fhir.create({"resourceType": "Practitioner"})
    performed = await fhir.create(
        observation(other["patient"]["id"], performer=[{"reference": name_of(one["patient"])}])
    )
    bundle = await fhir.get(f"Patient/{one['patient']['id']}/$everything")
    members = [name_of(one[kind]) for kind in ("patient", "visit", "seen", "ill")]
    assert bundle["type"] == "searchset"
    assert names(bundle, "match") == sorted([*members, name_of(performed)])
    assert names(bundle, "include") == sorted([name_of(one["doctor"]), name_of(other["patient"])])
    stored = {name_of(one["resource"]): one["resource"] for one in bundle["entry"]}
    assert stored[name_of(one["seen"])] == one["seen"]


async def test_an_encounter_brings_what_happened_in_it(fhir):
    one = await record(fhir)
    bundle = await fhir.get(f"Encounter/{one['visit']['id']}/$everything")
    assert names(bundle, "match") == sorted([name_of(one["visit"]), name_of(one["seen"])])
    assert names(bundle, "include") == sorted([name_of(one["patient"]), name_of(one["doctor"])])


async def test_a_group_brings_the_records_of_its_members(fhir):
    one, other, third = [await record(fhir) for _ in range(3)]
    members = [{"entity": {"reference": name_of(each["patient"])}} for each in (one, other)]
    group = await fhir.create({"resourceType": "Group", "type": "person", "actual": True, "member": members})
    found = names(await fhir.get(f"Group/{group['id']}/$everything?_type=Patient,Group,Condition"), "match")
    wanted = [name_of(each[kind]) for each in (one, other) for kind in ("patient", "ill")]
    assert found == sorted([*wanted, name_of(group)])
    assert name_of(third["patient"]) not in found


async def test_all_patients_bring_all_records_and_nobodys_things_stay_away(service, fhir):
    place = service.context.new_id()
    one = await record(fhir, place)
    manager = await service.case_manager(place)
    found = names(await manager.get("Patient/$everything"), "match")
    assert found == sorted(name_of(one[kind]) for kind in ("patient", "visit", "seen", "ill"))
    nobodys = await fhir.create(observation())
    everybody = await fhir.get("Patient/$everything")
    assert {*found} <= {*names(everybody, "match")}
    assert name_of(nobodys) not in names(everybody, "match") + names(everybody, "include")
    assert name_of(one["doctor"]) in names(everybody, "include")


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("_type=Observation", ["seen"]),
        ("_type=Observation,Condition&_type=Practitioner", ["seen", "ill", "doctor"]),
        ("start=2026-05-02", ["patient", "visit", "doctor"]),
        ("end=2025-12-31", ["patient", "ill", "doctor"]),
        ("start=2026-04&end=2026-05-01&_type=Observation", ["seen"]),
        ("_since=2100-01-01T00:00:00Z", []),
        ("_since=2026-01-01T00:00:00Z&_type=Patient", ["patient"]),
    ],
)
async def test_types_and_times_narrow_a_record(fhir, asked, kinds):
    one = await record(fhir)
    bundle = await fhir.get(f"Patient/{one['patient']['id']}/$everything?{asked}")
    assert sorted([*names(bundle, "match"), *names(bundle, "include")]) == sorted(
        name_of(one[kind]) for kind in kinds
    )


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
async def test_pages_hold_everything_once(fhir, count):
    one = await record(fhir)
    path = f"Patient/{one['patient']['id']}/$everything?_count={count}"
    found, pages = [], 0
    while path:
        bundle = await fhir.get(path)
        found += names(bundle, "match") + names(bundle, "include")
        pages += 1
        path = link(bundle, "next")
    assert sorted(found) == sorted(name_of(each) for each in one.values())
    assert pages == -(-len(one) // count)


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTBEAR_CDR_PAGE_LIMIT", "2")


@pytest.mark.usefixtures("short_pages")
async def test_a_record_of_many_pages_is_streamed_as_one(make_context, clock):
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock) as client:
        fhir = Fhir(client)
        one = await record(fhir)
        answer = await fhir.send("GET", f"Patient/{one['patient']['id']}/$everything")
    assert "content-length" not in answer.headers
    found = names(answer.json(), "match") + names(answer.json(), "include")
    assert sorted(found) == sorted(name_of(each) for each in one.values())
    assert link(answer.json(), "self").endswith("$everything")


async def test_what_was_posted_counts_like_what_was_in_the_address(fhir):
    one = await record(fhir)
    body = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueCode": "Condition"}]}
    answer = await fhir.send("POST", f"Patient/{one['patient']['id']}/$everything", body)
    assert names(answer.json(), "match") == [name_of(one["ill"])]


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("_count=0", "_count"),
        ("_count=many", "_count"),
        ("_type=Nothing", "_type"),
        ("_since=yesterday", "_since"),
        ("start=2023-02-30", "start"),
        ("start=2020&start=2021", "start"),
        ("_sicne=2020", "_sicne"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(fhir, asked, place):
    one = await fhir.create(patient())
    answer = await fhir.send("GET", f"Patient/{one['id']}/$everything?{asked}")
    assert (answer.status_code, issues(answer)[0][1]) == (400, place)


async def test_a_cursor_serves_its_own_reader_and_record_alone(service, fhir):
    one, other = await record(fhir), await record(fhir)
    path = f"Patient/{one['patient']['id']}/$everything?_count=2"
    following = link(await fhir.get(path), "next")
    reader = await service.participant(one["patient"]["id"])
    assert (await reader.send("GET", following)).status_code == 400
    moved = following.replace(one["patient"]["id"], other["patient"]["id"])
    assert (await fhir.send("GET", moved)).status_code == 400


async def test_who_may_not_see_the_patient_gets_nothing(service, fhir):
    one, other = await record(fhir), await record(fhir)
    reader = await service.participant(other["patient"]["id"])
    unseen = await reader.send("GET", f"Patient/{one['patient']['id']}/$everything")
    absent = await reader.send("GET", "Patient/absent/$everything")
    assert (unseen.status_code, unseen.content) == (absent.status_code, absent.content)
    assert unseen.status_code == 404
    await fhir.send("DELETE", f"Patient/{one['patient']['id']}")
    assert (await fhir.send("GET", f"Patient/{one['patient']['id']}/$everything")).status_code == 410


async def test_a_reader_gets_of_the_compartment_what_the_reader_sees(service, fhir):
    one, other = await record(fhir), await record(fhir)
    await fhir.create(observation(other["patient"]["id"], performer=[{"reference": name_of(one["patient"])}]))
    reader = await service.participant(one["patient"]["id"])
    bundle = await reader.get(f"Patient/{one['patient']['id']}/$everything")
    assert names(bundle, "match") == sorted(
        name_of(one[kind]) for kind in ("patient", "visit", "seen", "ill")
    )
    assert matches(bundle, "include") == []


async def test_large_resources_make_pages_shorter_and_none_is_lost(make_context, clock, monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_RESOURCE_BYTES", "20000")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        fhir = Fhir(client)
        person = await fhir.create(patient())
        made = [await fhir.create(observation(person["id"], note=[{"text": "n" * 15000}])) for _ in range(7)]
        expected = sorted([person["id"], *(one["id"] for one in made)])
        path = f"Patient/{person['id']}/$everything"
        bundle = await fhir.get(f"{path}?_count=20")
        assert len(bundle["entry"]) < len(expected)
        assert sorted(await fhir.ids(f"{path}?_count=20")) == expected
        assert sorted(matches(await fhir.get(path))) == expected
