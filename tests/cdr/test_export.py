import asyncio
import random
import signal
import subprocess
import sys
from datetime import timedelta

import asyncpg
import pytest

from smartbear.cdr.actions import bulk as jobs
from smartbear.cdr.actions import export_run
from smartbear.cdr.jobs import handlers
from smartbear.kit.jobs import worker
from tests.cdr.bulk import ASYNC, Bulk, named, place_of
from tests.cdr.conftest import issues, observation, patient


@pytest.fixture
async def work(service, database_url):
    does = handlers(service.context)

    async def work():
        await worker.drain(database_url, does, worker.Pauses(base=0))

    return work


@pytest.fixture
async def bulk(fhir, work):
    return Bulk(fhir, work)


@pytest.fixture
def at_once(monkeypatch):
    """Questions about a job are answered without waiting for its end."""
    monkeypatch.setattr(jobs, "_HOLD", 0.0)


@pytest.fixture
async def world(service, fhir):
    """Two patients of two organisations, a heart rate and a condition of each, a group of the first."""
    ours = service.context.new_id()
    found = {}
    for organisation in ("north", "south"):
        person = await fhir.create(patient(ours if organisation == "north" else "south"))
        about = {"reference": f"Patient/{person['id']}"}
        found[organisation] = {
            "patient": person,
            "rate": await fhir.create(observation(person["id"])),
            "condition": await fhir.create({"resourceType": "Condition", "subject": about}),
        }
    about = {"reference": f"Patient/{found['north']['patient']['id']}"}
    left = {"reference": f"Patient/{found['south']['patient']['id']}"}
    members = [{"entity": about}, {"entity": left, "inactive": True}]
    group = {"resourceType": "Group", "type": "person", "actual": True, "member": members}
    return found | {"group": await fhir.create(group), "organisation": ours}


def of(world, place):
    return named(list(world[place].values()))


async def count(database_url, table):
    connection = await asyncpg.connect(database_url)
    found = await connection.fetchval(f"SELECT count(*) FROM cdr.{table}")
    await connection.close()
    return found


async def test_an_export_holds_every_resource_once_and_as_a_read_shows_it(bulk, fhir, world):
    manifest = await bulk.manifest()
    assert manifest["requiresAccessToken"] is True
    assert manifest["request"].endswith("/fhir/$export")
    lines = await bulk.read(manifest)
    assert world["north"]["rate"] in lines
    assert world["group"] in lines
    assert len(named(lines)) == len(set(named(lines)))
    for file in manifest["output"]:
        assert (await fhir.get(f"{file['type']}?_summary=count"))["total"] == file["count"]
        packed = await fhir.send("GET", place_of(file["url"]), accept_encoding="gzip")
        assert packed.headers["content-encoding"] == "gzip"
        assert len(packed.content.splitlines()) == file["count"]


async def test_what_changes_after_the_kick_off_is_neither_lost_nor_there_twice(bulk, fhir, world, clock):
    clock.advance(timedelta(seconds=5))
    place = await bulk.start()
    clock.advance(timedelta(seconds=5))
    rate, condition = world["north"]["rate"], world["south"]["condition"]
    changed = await fhir.put({**rate, "status": "amended"})
    await fhir.send("DELETE", f"Condition/{condition['id']}")
    late = await fhir.create(observation(value=99))
    await bulk.work()
    manifest = await fhir.get(place)
    lines = await bulk.read(manifest)
    assert rate in lines
    assert condition in lines
    assert late not in lines
    following = await bulk.manifest(f"$export?_since={manifest['transactionTime']}")
    assert named(await bulk.read(following)) == named([changed, late])
    [deleted] = await bulk.read(following, "deleted")
    assert deleted["entry"] == [{"request": {"method": "DELETE", "url": f"Condition/{condition['id']}"}}]


async def test_a_write_that_was_under_way_at_the_kick_off_comes_with_the_next_export(
    bulk, service, fhir, world, database_url, clock
):
    """A version with an instant before the kick-off is committed after it: the transaction time says so."""
    clock.advance(timedelta(seconds=1))
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "UPDATE cdr.body b SET upd = b.upd + interval '1 second', xid = pg_current_xact_id()"
        " FROM cdr.resource r WHERE r.rid = b.rid AND r.id = $1",
        world["north"]["rate"]["id"],
    )
    clock.advance(timedelta(seconds=1))
    place = await bulk.start()
    await transaction.commit()
    await connection.close()
    await bulk.work()
    first = await fhir.get(place)
    rate = f"Observation/{world['north']['rate']['id']}"
    assert rate not in named(await bulk.read(first))
    following = await bulk.exported(f"$export?_type=Observation&_since={first['transactionTime']}")
    assert rate in named(following)


async def test_patients_and_groups_have_what_is_in_their_compartments(bulk, fhir, world):
    await fhir.create(observation())
    north = of(world, "north")
    both = await bulk.exported("Patient/$export")
    assert set(north) < set(named(both))
    assert {"Group"} & {line["resourceType"] for line in both} == {"Group"}, "a group has members"
    assert all("subject" in line for line in both if line["resourceType"] == "Observation")
    group = world["group"]
    assert named(await bulk.exported(f"Group/{group['id']}/$export")) == sorted(
        [*north, f"Group/{group['id']}"]
    )
    about = {"reference": f"Patient/{world['south']['patient']['id']}"}
    asked = {"resourceType": "Parameters", "parameter": [{"name": "patient", "valueReference": about}]}
    found = named(await bulk.exported("Patient/$export", asked))
    assert set(of(world, "south")) < set(found)
    assert not set(north) & set(found)


async def test_filters_types_and_elements_narrow_an_export(bulk, fhir, world):
    person = world["north"]["patient"]["id"]
    await fhir.create(observation(person, code="8480-6"))
    filtered = f"_typeFilter=Observation?code=8867-4%26patient={person},Condition?subject={person}"
    lines = await bulk.exported(f"$export?_type=Patient,Observation,Condition&{filtered}")
    mine = [world["north"]["rate"], world["north"]["condition"]]
    assert [line for line in lines if line["resourceType"] != "Patient"] == sorted(
        mine, key=lambda line: line["resourceType"]
    )
    [line, *_] = await bulk.exported("$export?_type=Observation&_elements=Observation.status,Patient.gender")
    assert line.keys() == {"resourceType", "id", "meta", "status", "code"}
    assert line["meta"]["tag"][0]["code"] == "SUBSETTED"


async def test_an_export_ends_where_until_says(bulk, fhir, world, clock):
    clock.advance(timedelta(days=1))
    until = clock.now().isoformat(timespec="milliseconds")
    clock.advance(timedelta(seconds=1))
    late = await fhir.create(observation())
    lines = await bulk.exported(f"$export?_type=Observation&_until={until.replace('+', '%2B')}")
    assert world["north"]["rate"] in lines
    assert late not in lines


async def test_callers_get_what_they_may_see_and_nothing_tells_them_of_more(service, work, world):
    manager = Bulk(await service.case_manager(world["organisation"]), work)
    assert named(await manager.exported()) == of(world, "north")
    person = Bulk(await service.participant(world["south"]["patient"]["id"]), work)
    assert named(await person.exported("Patient/$export")) == of(world, "south")
    machine = Bulk(await service.machine("system/Observation.read"), work)
    assert {line["resourceType"] for line in await machine.exported()} == {"Observation"}
    hidden = await manager.fhir.send("GET", f"Group/{world['group']['id']}/$export", **ASYNC)
    absent = await manager.fhir.send("GET", "Group/none/$export", **ASYNC)
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert (await manager.manifest("$export?_type=Group"))["output"] == []


async def test_a_job_is_there_for_whoever_started_it_alone(service, bulk, world):
    manifest = await bulk.manifest()
    file = place_of(manifest["output"][0]["url"])
    place = file.rpartition("/")[0]
    other = await service.machine("system/*.*")
    for method, path in (("GET", place), ("GET", file), ("DELETE", place)):
        assert (await other.send(method, path)).status_code == 404
    assert (await bulk.fhir.send("GET", place)).status_code == 200


async def test_files_are_out_of_reach_for_a_client_that_may_see_less_now(service, work, world):
    before = Bulk(await service.machine("system/*.read"), work)
    manifest = await before.manifest()
    now = await service.machine("system/Patient.read")
    assert (await now.send("GET", place_of(manifest["output"][0]["url"]))).status_code == 404


async def test_a_cancelled_export_leaves_nothing(bulk, database_url, world, at_once):
    place = await bulk.start()
    running = await bulk.fhir.send("GET", place)
    assert (running.status_code, running.headers["retry-after"]) == (202, "1")
    assert running.headers["x-progress"] == "0 resources"
    assert (await bulk.fhir.send("DELETE", place)).status_code == 202
    await bulk.work()
    assert (await bulk.fhir.send("GET", place)).status_code == 404
    done = place_of((await bulk.manifest())["output"][0]["url"])
    assert (await bulk.fhir.send("DELETE", done.rpartition("/")[0])).status_code == 202
    assert (await bulk.fhir.send("GET", done)).status_code == 404
    assert await count(database_url, f"bulk_piece WHERE job = '{done.split('/')[1]}'") == 0


async def test_files_are_removed_when_their_time_is_over(bulk, service, database_url, clock, world):
    manifest = await bulk.manifest()
    clock.advance(timedelta(hours=1, seconds=1))
    for file in manifest["output"]:
        assert (await bulk.fhir.send("GET", place_of(file["url"]))).status_code == 404
    await handlers(service.context)["cdr.bulk.expire"]({})
    job = place_of(manifest["output"][0]["url"]).split("/")[1]
    assert await count(database_url, f"bulk_job WHERE id = '{job}'") == 0
    assert await count(database_url, f"bulk_piece WHERE job = '{job}'") == 0


async def test_a_client_has_a_few_exports_under_way_and_no_more(service, work):
    one = Bulk(await service.machine("system/*.read"), work)
    starts = (one.fhir.send("GET", "$export", **ASYNC) for _ in range(5))
    answers = [answer.status_code for answer in await asyncio.gather(*starts)]
    assert sorted(answers) == [202, 202, 202, 429, 429]
    await work()
    await one.start()


async def test_an_interrupted_export_goes_on_where_it_was(service, bulk, fhir, world, monkeypatch):
    monkeypatch.setattr(export_run, "_PIECE", 1)
    monkeypatch.setattr(export_run, "_FILE", 2)
    monkeypatch.setattr(export_run, "_STRETCH", 3)
    monkeypatch.setattr(export_run, "_PIECE", 1)
    await fhir.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": posts(6)})
    whole = named(await bulk.exported())
    place = await bulk.start()
    does = handlers(service.context)["cdr.bulk.run"]
    for steps in (1, 2, 4, 3):
        with monkeypatch.context() as patched:
            patched.setattr(export_run._Export, "_commit", stopping_after(steps))
            with pytest.raises(ConnectionError):
                await does({"job": place.partition("/")[2]})
    await bulk.work()
    assert named(await bulk.read(await fhir.get(place))) == whole


def posts(number):
    request = {"method": "POST", "url": "Observation"}
    return [{"resource": observation(value=60 + n), "request": request} for n in range(number)]


def stopping_after(steps):
    """``_commit``, which fails after some pieces."""
    left = [steps]
    commit = export_run._Export._commit

    async def stopping(self):
        if left[0] <= 0:
            raise ConnectionError
        left[0] -= 1
        await commit(self)

    return stopping


KILLED = """
import asyncio, os, signal, sys
from smartbear.cdr.actions import export_run
from smartbear.cdr.jobs import handlers
from smartbear.cdr.store.bulk import pieces
from smartbear.kit.clock import SystemClock
from smartbear.kit.settings import PlatformSettings
from tests.conftest import open_context

write, left = pieces.write, [2]

async def dying(*given):
    await write(*given)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

async def main(url, job):
    async with open_context(url, "cdr", PlatformSettings(), SystemClock()) as context:
        await handlers(context)["cdr.bulk.run"]({"job": job})

pieces.write, export_run._PIECE = dying, 1
asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_export_whose_worker_is_killed_is_done_by_the_next_one(bulk, fhir, world, database_url):
    whole = named(await bulk.exported())
    place = await bulk.start()
    job = place.partition("/")[2]
    command = [sys.executable, "-c", KILLED, database_url, job]
    died = await asyncio.to_thread(subprocess.run, command, check=False, timeout=30)
    assert died.returncode == -signal.SIGKILL
    assert await count(database_url, f"bulk_piece WHERE job = '{job}'") == 1
    await bulk.work()
    assert named(await bulk.read(await fhir.get(place))) == whole


async def test_an_export_that_cannot_be_done_says_so_in_the_end(bulk, monkeypatch, database_url, world):
    async def broken(*_):
        raise ConnectionError

    monkeypatch.setattr(export_run, "present", broken)
    place = await bulk.start()
    await bulk.work()
    answer = await bulk.fhir.send("GET", place)
    assert (answer.status_code, issues(answer)) == (500, [("exception", "")])
    connection = await asyncpg.connect(database_url)
    assert (
        await connection.fetchval("SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'failed'") == 0
    )
    await connection.close()


async def test_an_export_without_a_sign_of_life_is_a_failure(bulk, clock, at_once, database_url):
    place = await bulk.start()
    clock.advance(timedelta(minutes=59))
    assert (await bulk.fhir.send("GET", place)).status_code == 202, "it waits for its turn"
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE cdr.bulk_job SET tries = 1 WHERE id = $1", place.partition("/")[2])
    await connection.close()
    assert (await bulk.fhir.send("GET", place)).status_code == 500, "it has begun and does not go on"
    await bulk.work()
    assert (await bulk.fhir.send("GET", place)).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "fault"),
    [
        ("$export", {"prefer": "return=minimal"}, ("required", "Prefer")),
        ("$export?_outputFormat=text/csv", {}, ("not-supported", "_outputFormat")),
        ("$export?_since=yesterday", {}, ("value", "_since")),
        ("$export?_since=2026-02-30", {}, ("value", "_since")),
        ("$export?_since=2026&_since=2027", {}, ("value", "_since")),
        ("$export?_type=Nonsense", {}, ("value", "_type")),
        ("$export?_typeFilter=Observation", {}, ("value", "_typeFilter")),
        ("$export?_typeFilter=Observation%3Fnonsense=1", {}, ("not-supported", "nonsense")),
        ("$export?_elements=Nothing.at.all", {}, ("value", "_elements")),
        ("$export?organizeOutputBy=Patient", {}, ("not-supported", "organizeOutputBy")),
        ("Patient/$export?_type=StructureDefinition", {}, ("not-supported", "_type")),
    ],
)
async def test_an_export_that_makes_no_sense_is_refused_at_once(bulk, path, headers, fault):
    answer = await bulk.fhir.send("GET", path, **(ASYNC | headers))
    assert (answer.status_code, issues(answer)) == (400, [fault])


async def test_a_lenient_caller_is_not_told_of_what_is_not_known(bulk):
    await bulk.start("$export?organizeOutputBy=Patient", prefer="respond-async, handling=lenient")


@pytest.mark.parametrize("reference", ["Patient/none", "Group/1", "http://elsewhere.example/Patient/1"])
async def test_a_patient_who_is_not_there_cannot_be_exported(bulk, reference):
    about = {"name": "patient", "valueReference": {"reference": reference}}
    body = {"resourceType": "Parameters", "parameter": [about]}
    answer = await bulk.fhir.send("POST", "Patient/$export", body, **ASYNC)
    assert (answer.status_code, issues(answer)) == (400, [("not-found", "patient")])


@pytest.mark.parametrize(
    "body", [{"resourceType": "Patient"}, {"resourceType": "Parameters", "parameter": [{}]}]
)
async def test_an_export_is_asked_for_with_parameters(bulk, body):
    assert (await bulk.fhir.send("POST", "Patient/$export", body, **ASYNC)).status_code in (400, 422)


async def test_large_resources_are_exported_too(bulk, fhir):
    noise = "".join(f"{random.Random(n).random()}" for n in range(3000))
    one = await fhir.create({"resourceType": "Basic", "code": {"text": noise}})
    assert await bulk.exported("$export?_type=Basic") == [one]


async def test_an_export_amid_writers_is_the_state_at_its_kick_off(bulk, fhir, monkeypatch):
    monkeypatch.setattr(export_run, "_PIECE", 300)
    monkeypatch.setattr(export_run, "_FILE", 7)
    dice = random.Random(1)
    code = {"text": "amid writers"}
    before = [await fhir.create({"resourceType": "Basic", "code": code}) for _ in range(40)]
    done = asyncio.Event()

    async def writer(mine):
        while not done.is_set():
            one = dice.choice(mine)
            changed = {**one, "created": f"2026-01-{dice.randrange(10, 30)}"}
            await fhir.send("PUT", f"Basic/{one['id']}", changed)
            if dice.random() < 0.3:
                await fhir.send("DELETE", f"Basic/{one['id']}")
            await fhir.create({"resourceType": "Basic", "code": code})

    place = await bulk.start("$export?_type=Basic&_typeFilter=Basic%3Fcode:text=amid")
    whole = await bulk.start("$export?_type=Basic")
    writers = [asyncio.create_task(writer(before[n::3])) for n in range(3)]
    await bulk.work()
    done.set()
    await asyncio.gather(*writers)
    found = await bulk.read(await fhir.get(whole))
    assert sorted((one for one in found if one["code"] == code), key=key) == sorted(before, key=key)
    filtered = named(await bulk.read(await fhir.get(place)))
    assert len(filtered) == len(set(filtered))
    assert set(filtered) <= set(named(before))


def key(resource):
    return resource["id"]
