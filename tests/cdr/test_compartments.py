import pytest

from smartbear.fhir import json
from tests.cdr.conftest import link, matches, observation, patient

FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def world(fhir):
    """Two patients; of each an Observation, and of the first also one made by the second and a Condition."""
    one, two = [(await fhir.create(patient("north")))["id"] for _ in range(2)]
    by_two = [{"reference": f"Patient/{two}"}]
    seen = [
        await fhir.create(observation(one, code="a")),
        await fhir.create(observation(two, code="a")),
        await fhir.create(observation(one, code="b", performer=by_two)),
    ]
    ill = await fhir.create({"resourceType": "Condition", "subject": {"reference": f"Patient/{one}"}})
    return one, two, [each["id"] for each in seen], ill["id"]


async def test_a_compartment_is_searched_by_type(fhir, world):
    one, two, seen, ill = world
    assert set(await fhir.ids(f"Patient/{one}/Observation")) == {seen[0], seen[2]}
    assert set(await fhir.ids(f"Patient/{two}/Observation")) == {seen[1], seen[2]}
    assert await fhir.ids(f"Patient/{two}/Observation?code=a") == [seen[1]]
    assert await fhir.ids(f"Patient/{one}/Condition?_summary=true") == [ill]
    assert await fhir.ids(f"Patient/{one}/Patient") == [one]
    assert await fhir.ids(f"Patient/{one}/Appointment") == []
    assert await fhir.ids("Patient/none/Observation") == []
    assert await fhir.ids(f"Encounter/{one}/Observation") == []


async def test_a_compartment_is_searched_whole(fhir, world):
    one, _, seen, ill = world
    assert set(await fhir.ids(f"Patient/{one}/*?_count=1")) == {one, seen[0], seen[2], ill}
    assert set(await fhir.ids(f"Patient/{one}/*?_type=Observation,Condition")) == {seen[0], seen[2], ill}
    assert set(await fhir.ids(f"Patient/{one}/*?_type=Observation&code=b")) == {seen[2]}
    assert (await fhir.get(f"Patient/{one}/*?_summary=count"))["total"] == 4
    assert (await fhir.get(f"Patient/{one}/Observation?_summary=count"))["total"] == 2


async def test_its_pages_and_links_stay_in_the_compartment(fhir, world):
    one, two, _seen, _ = world
    bundle = await fhir.get(f"Patient/{one}/Observation?_sort=-date&_count=1&_total=accurate")
    assert bundle["total"] == 2
    assert link(bundle, "self").startswith(f"Patient/{one}/Observation?")
    following = link(bundle, "next")
    assert matches(await fhir.get(following)) != matches(bundle)
    elsewhere = following.replace(one, two)
    assert (await fhir.send("GET", elsewhere)).status_code == 400


async def test_a_compartment_can_be_searched_by_post(fhir, world):
    one, _, seen, _ = world
    answer = await fhir.send("POST", f"Patient/{one}/Observation/_search", b"code=b", **FORM)
    assert matches(json.decode(answer.content)) == [seen[2]]
    answer = await fhir.send(
        "POST", "_search", f"_id={one},{seen[0]}&_type=Patient,Observation".encode(), **FORM
    )
    assert set(matches(json.decode(answer.content))) == {one, seen[0]}


async def test_a_compartment_shows_what_the_caller_may_see(service, fhir, world):
    one, two, seen, ill = world
    person = await service.participant(one)
    stranger = await service.case_manager("south")
    machine = await service.machine("system/Condition.rs")
    assert set(await person.ids(f"Patient/{one}/*")) == {one, seen[0], seen[2], ill}
    assert await person.ids(f"Patient/{two}/*") == [seen[2]]
    assert await stranger.ids(f"Patient/{one}/Observation") == await stranger.ids(f"Patient/{one}/*") == []
    assert await machine.ids(f"Patient/{one}/*") == [ill]


@pytest.mark.parametrize(
    "path", ["Patient/1/Nonsense", "Patient/1/Medication", "Medication/1/Patient", "Patient/1/*/Observation"]
)
async def test_what_is_in_no_compartment_is_not_found(fhir, path):
    assert (await fhir.send("GET", path)).status_code == 404
