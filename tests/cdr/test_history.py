import asyncio
import uuid
from datetime import UTC, timedelta
from itertools import count

import asyncpg
import pytest

from tests.cdr.conftest import issues, link, observation, patient
from tests.conftest import eventually


def told(bundle):
    """Type, id and version of every entry, and whether it is a deletion."""
    return [
        (*entry["fullUrl"].split("/")[-2:], int(entry["response"]["etag"][3:-1]), "resource" not in entry)
        for entry in bundle.get("entry", ())
    ]


_DAYS = count(1)


async def walked(fhir, path):
    """Everything a history tells, page after page."""
    found = []
    while path:
        bundle = await fhir.get(path)
        found += told(bundle)
        path = link(bundle, "next")
    return found


@pytest.fixture
async def world(service, fhir, clock):
    """Two patients of two organisations, whose Observations change once a minute; later than all before."""
    clock.advance(timedelta(days=next(_DAYS)))
    near = f"near-{clock.now():%j}"
    own, other = await fhir.create(patient(near)), await fhir.create(patient("far"))
    seen = []
    for person in (own, other):
        clock.advance(timedelta(minutes=1))
        stored = await fhir.create(observation(person["id"]))
        clock.advance(timedelta(minutes=1))
        await fhir.put({**stored, "status": "amended"})
        clock.advance(timedelta(minutes=1))
        await fhir.send("DELETE", f"Observation/{stored['id']}")
        seen.append(stored["id"])
    return near, own["id"], other["id"], *seen


def changes(*ids):
    return [("Observation", each, version, version == 3) for each in ids for version in (3, 2, 1)]


async def test_a_type_and_the_repository_have_a_history_newest_first(fhir, world):
    _, own, other, first, second = world
    assert (await walked(fhir, "Observation/_history"))[:6] == changes(second, first)
    whole = await fhir.get("_history?_count=8")
    assert (whole["type"], link(whole, "self")) == ("history", "_history?_count=8")
    people = [("Patient", other, 1, False), ("Patient", own, 1, False)]
    assert told(whole) == changes(second, first) + people
    request = {entry["request"]["method"] + " " + entry["request"]["url"] for entry in whole["entry"]}
    assert {f"DELETE Observation/{first}", f"PUT Observation/{first}", "POST Observation"} <= request
    assert await walked(fhir, "Observation/_history?_count=1") == await walked(fhir, "Observation/_history")


async def test_a_history_tells_what_the_caller_may_see(service, fhir, world):
    near, own, other, first, second = world
    manager, person = await service.case_manager(near), await service.participant(other)
    machine = await service.machine("system/Patient.rs")
    stranger = await service.case_manager("nowhere")
    for level in ("_history", "Observation/_history"):
        assert [one for one in await walked(manager, f"{level}?_count=2") if one[1] != own] == changes(first)
        assert [one for one in await walked(person, f"{level}?_count=2") if one[1] != other] == changes(
            second
        )
        assert await walked(stranger, level) == []
    assert {kind for kind, *_ in await walked(machine, "_history")} == {"Patient"}
    assert await walked(machine, "Observation/_history") == []
    assert (await stranger.send("GET", f"Observation/{first}/_history")).status_code == 404


async def test_since_and_at_choose_versions_by_their_time(fhir, world, clock):
    *_, second = world
    now = clock.now().astimezone(UTC)
    instants = [(now - timedelta(minutes=minutes)).isoformat() for minutes in (0, 1, 2)]
    zoned = [instant.replace("+00:00", "Z") for instant in instants]
    await eventually(lambda: shown_since(fhir, "Observation/_history", zoned[0], second), 20)
    for level in (f"Observation/{second}/_history", "Observation/_history", "_history"):
        for age, instant in enumerate(zoned):
            assert await walked(fhir, f"{level}?_since={instant}") == changes(second)[: age + 1]
            at = [one for one in await walked(fhir, f"{level}?_at={instant}") if one[1] == second]
            assert at == [changes(second)[age]]
    later = (now + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert (await fhir.get(f"Observation/{second}/_history?_since={later}")).get("total") == 0
    assert (await fhir.send("GET", f"Observation/none/_history?_since={later}")).status_code == 404


async def shown_since(fhir, path, since, resource_id):
    """Whether it is in the history; not before everything that was under way on the server has ended."""
    return resource_id in {one[1] for one in await walked(fhir, f"{path}?_since={since}")}


@pytest.mark.parametrize("query", ["_since=soon", "_at=2023-02-30", "_count=-1", "_count=x", "_cursor=x"])
async def test_nonsense_is_refused(fhir, query):
    for level in ("_history", "Patient/_history", "Patient/none/_history"):
        assert (await fhir.send("GET", f"{level}?{query}")).status_code == 400


async def test_unknown_parameters_are_ignored_unless_the_caller_is_strict(fhir):
    assert (await fhir.send("GET", "Patient/_history?colour=red&_format=json")).status_code == 200
    strict = await fhir.send("GET", "Patient/_history?colour=red", prefer="handling=strict")
    assert (strict.status_code, issues(strict)) == (400, [("not-supported", "colour")])
    assert (await fhir.send("GET", "Patient/_history?_count=1&_count=2")).status_code == 400


async def test_a_cursor_is_good_for_its_history_and_its_reader(service, fhir, world):
    near, *_ = world
    following = link(await fhir.get("Observation/_history?_count=1"), "next")
    cursor = following.partition("_cursor=")[2]
    manager = await service.case_manager(near)
    for caller, path in ((manager, "Observation/_history"), (fhir, "_history"), (fhir, "Patient/_history")):
        assert (await caller.send("GET", f"{path}?_count=1&_cursor={cursor}")).status_code == 400


async def test_pages_are_those_of_one_moment_whatever_is_written_meanwhile(fhir, world):
    before = await walked(fhir, "_history")
    bundle = await fhir.get("_history?_count=3")
    found = told(bundle)
    while path := link(bundle, "next"):
        stored = await fhir.create(observation())
        await fhir.send("DELETE", f"Observation/{stored['id']}")
        bundle = await fhir.get(path)
        found += told(bundle)
    assert found == before


async def test_who_asks_since_an_instant_misses_nothing_that_commits_late(fhir, database_url, clock):
    since = clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.fetchval("SELECT pg_current_xact_id()")  # a write that is still under way
    stored = await fhir.create(observation())
    assert stored["id"] in {one[1] for one in await walked(fhir, "Observation/_history")}
    hidden = await walked(fhir, f"Observation/_history?_since={since}")
    await transaction.rollback()
    await connection.close()
    assert stored["id"] not in {one[1] for one in hidden}
    await eventually(lambda: shown_since(fhir, "Observation/_history", since, stored["id"]), 20)


async def test_histories_are_complete_while_many_write(fhir):
    async def change(number):
        stored = await fhir.put(observation(id=f"busy-{number}"))
        await fhir.put({**stored, "status": "amended"})
        return stored["id"]

    ids = await asyncio.gather(*(change(number) for number in range(16)))
    seen = [one for one in await walked(fhir, "Observation/_history?_count=7") if one[1] in ids]
    assert sorted(seen) == sorted(("Observation", each, version, False) for each in ids for version in (1, 2))


async def test_a_history_tells_how_each_version_came_about(fhir):
    name = f"verbs-{uuid.uuid4()}"
    path, person = f"Patient/{name}", patient(id=name)
    tag = {"name": "meta", "valueMeta": {"tag": [{"code": "a"}]}}
    await fhir.put(person)
    await fhir.send("PATCH", path, {"active": True}, content_type="application/merge-patch+json")
    await fhir.send("POST", f"{path}/$meta-add", {"resourceType": "Parameters", "parameter": [tag]})
    await fhir.send("DELETE", path)
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": person, "request": {"method": "PUT", "url": path}}],
    }
    await fhir.send("POST", "", bundle)
    requests = [
        (entry["request"]["method"], entry["request"]["url"], entry["response"]["status"])
        for entry in reversed((await fhir.get(f"{path}/_history"))["entry"])
    ]
    assert requests == [
        ("PUT", path, "201"),
        ("PATCH", path, "200"),
        ("PUT", path, "200"),
        ("DELETE", path, "204"),
        ("PUT", path, "201"),
    ]
    posted = await fhir.create(patient())
    [entry] = (await fhir.get(f"Patient/{posted['id']}/_history"))["entry"]
    assert entry["request"] == {"method": "POST", "url": "Patient"}


async def test_a_history_is_held_to_the_resources_of_a_list(service, fhir):
    listed, other = await fhir.create(patient()), await fhir.create(patient())
    await fhir.put({**listed, "active": True})
    whole = {"status": "current", "mode": "working", "title": "l"}
    item = [{"item": {"reference": f"Patient/{listed['id']}"}}]
    made = await fhir.create({"resourceType": "List", "entry": item, **whole})
    expected = [("Patient", listed["id"], version, False) for version in (2, 1)]
    for level in ("Patient/_history", "_history"):
        assert await walked(fhir, f"{level}?_list={made['id']}&_count=1") == expected
    assert await walked(fhir, "_history?_list=nothing") == []
    assert await walked(fhir, f"Patient/{other['id']}/_history?_list={made['id']}") == []
    assert (await fhir.send("GET", "_history?_list=$current-problems")).status_code == 400
    stranger = await service.case_manager("nowhere")
    assert await walked(stranger, f"_history?_list={made['id']}") == []


async def test_histories_are_not_sorted(fhir):
    strict = await fhir.send("GET", "_history?_sort=-_lastUpdated", prefer="handling=strict")
    assert (strict.status_code, issues(strict)) == (400, [("not-supported", "_sort")])
