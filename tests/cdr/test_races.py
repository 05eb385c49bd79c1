"""Sixteen at once: whoever looks and then writes never meets a state that another has changed meanwhile."""

import asyncio
import uuid

import pytest

from smartbear.cdr.app import serve
from smartbear.cdr.store.tables import INDEXES
from smartbear.fhir import json
from tests.cdr.conftest import Fhir, patient
from tests.conftest import client_of

MANY = 16


def keyed(key, **more):
    return patient(identifier=[{"system": "urn:race", "value": key}], **more)


async def together(*requests):
    return [answer.status_code for answer in await asyncio.gather(*requests)]


async def versions(fhir, path):
    """Versions of one resource, oldest first, of a history that has every one of them once."""
    history = await fhir.get(f"{path}/_history?_count=100")
    found = [int(entry["response"]["etag"][3:-1]) for entry in history["entry"]][::-1]
    assert found == list(range(1, len(found) + 1))
    return [entry.get("resource") for entry in history["entry"]][::-1]


@pytest.fixture
def key():
    return str(uuid.uuid4())


async def test_of_conditional_creates_one_creates(fhir, key):
    body, condition = keyed(key), f"identifier=urn:race|{key}"
    statuses = await together(
        *(fhir.send("POST", "Patient", body, if_none_exist=condition) for _ in range(MANY))
    )
    assert sorted(statuses) == [200] * (MANY - 1) + [201]
    [found] = await fhir.ids(f"Patient?{condition}")
    assert len(await versions(fhir, f"Patient/{found}")) == 1


async def test_of_conditional_updates_one_creates_and_each_makes_one_version(fhir, key):
    path = f"Patient?identifier=urn:race|{key}"
    bodies = [keyed(key, multipleBirthInteger=number) for number in range(MANY)]
    statuses = await together(*(fhir.send("PUT", path, body) for body in bodies))
    assert sorted(statuses) == [200] * (MANY - 1) + [201]
    [found] = await fhir.ids(path)
    written = await versions(fhir, f"Patient/{found}")
    assert {one["multipleBirthInteger"] for one in written} == set(range(MANY))


async def test_of_conditional_deletes_one_deletes(fhir, key):
    stored = await fhir.create(keyed(key))
    path = f"Patient?identifier=urn:race|{key}"
    answers = await asyncio.gather(*(fhir.send("DELETE", path) for _ in range(MANY)))
    assert {answer.status_code for answer in answers} == {204}
    assert sum("etag" in answer.headers for answer in answers) == 1
    assert (await versions(fhir, f"Patient/{stored['id']}"))[1:] == [None]


async def test_of_updates_that_name_the_same_version_one_succeeds(fhir, key):
    stored = await fhir.create(keyed(key))
    path = f"Patient/{stored['id']}"
    bodies = [{**stored, "multipleBirthInteger": number} for number in range(MANY)]
    statuses = await together(*(fhir.send("PUT", path, body, if_match='W/"1"') for body in bodies))
    assert sorted(statuses) == [200] + [412] * (MANY - 1)
    assert len(await versions(fhir, path)) == 2


async def test_no_increment_is_lost_when_everybody_names_the_version_they_read(fhir, key):
    stored = await fhir.create(keyed(key, multipleBirthInteger=0))
    path = f"Patient/{stored['id']}"

    async def increment():
        while True:
            read = await fhir.send("GET", path)
            body = json.decode(read.content)
            body["multipleBirthInteger"] += 1
            answer = await fhir.send("PUT", path, body, if_match=read.headers["etag"])
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    await asyncio.gather(*(increment() for _ in range(MANY)))
    counted = [one["multipleBirthInteger"] for one in await versions(fhir, path)]
    assert counted == list(range(MANY + 1))


async def test_who_all_put_the_same_new_resource_make_it_once(fhir, key):
    bodies = [keyed(key, id=key, multipleBirthInteger=number) for number in range(MANY)]
    answers = await asyncio.gather(*(fhir.send("PUT", f"Patient/{key}", body) for body in bodies))
    done = [answer.status_code for answer in answers if answer.status_code != 409]
    assert sorted(done) == [200] * (len(done) - 1) + [201]
    assert len(await versions(fhir, f"Patient/{key}")) == len(done)
    guarded = await together(
        *(
            fhir.send("PUT", f"Patient/{key}-2", keyed(key, id=f"{key}-2"), if_none_match="*")
            for _ in range(MANY)
        )
    )
    assert guarded.count(201) == 1
    assert set(guarded) <= {201, 409, 412}


async def test_transactions_that_meet_in_every_order_do_not_wait_for_each_other(fhir, key):
    for number in range(3):
        await fhir.put(keyed(key, id=f"{key}-{number}"))

    def bundle(writer):
        entries = [
            {
                "resource": keyed(key, id=f"{key}-{number}", multipleBirthInteger=writer),
                "request": {"method": "PUT", "url": f"Patient/{key}-{number}"},
            }
            for number in range(3)
        ]
        turn = writer % 3
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries[turn:] + entries[:turn]}

    statuses = await together(*(fhir.send("POST", "", bundle(writer)) for writer in range(MANY)))
    assert set(statuses) == {200}
    last = [(await versions(fhir, f"Patient/{key}-{number}"))[-1] for number in range(3)]
    assert len({one["multipleBirthInteger"] for one in last}) == 1


async def test_those_who_look_first_leave_a_connection_for_what_they_still_need(fhir, key):
    def bundle(number):
        """A condition to look for under lock, and a code system that nobody has met yet."""
        own = patient(identifier=[{"system": f"urn:race:{key}:{number}", "value": key}])
        condition = f"identifier=urn:race:{key}:{number}|{key}"
        entry = {"resource": own, "request": {"method": "POST", "url": "Patient", "ifNoneExist": condition}}
        return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}

    async with asyncio.timeout(8):
        statuses = await together(*(fhir.send("POST", "", bundle(number)) for number in range(MANY)))
    assert statuses == [200] * MANY


@pytest.fixture
async def other(service):
    """A caller of a second process: it shares nothing with the first but the database."""
    async with serve(service.context) as app, client_of(app, service.clock, None) as client:
        yield Fhir(client)


async def test_whoever_writes_again_at_once_never_waits_for_nothing(fhir, key):
    async def writer(number):
        for version in range(20):
            body = keyed(key, id=f"{key}-{number}", multipleBirthInteger=version)
            assert (await fhir.send("PUT", f"Patient/{key}-{number}", body)).status_code in {200, 201}

    async with asyncio.timeout(30):
        await asyncio.gather(*(writer(number) for number in range(5)))
    assert len(await versions(fhir, f"Patient/{key}-4")) == 20


async def index_rows(service, named):
    """How many rows each resource is found by, by id."""
    tables = " UNION ALL ".join(f"SELECT rid FROM {table}" for table in INDEXES)
    statement = f"SELECT r.id, count(*) FROM resource r JOIN ({tables}) AS i USING (rid) GROUP BY r.id"
    async with service.context.db.connection() as connection:
        return {row["id"]: row["count"] for row in await connection.fetch(statement) if row["id"] in named}


async def test_processes_that_write_and_index_the_same_resources_lose_no_version_and_double_no_row(
    service, fhir, other, key
):
    names = [f"{key}-{number}" for number in range(3)]
    for name in names:
        await fhir.put(keyed(key, id=name))
    before = await index_rows(service, names)
    changes = [
        caller.send("PUT", f"Patient/{name}", keyed(key, id=name, multipleBirthInteger=number))
        for number in range(MANY)
        for name in names
        for caller in ((fhir, other)[number % 2],)
    ]
    indexings = [other.send("POST", f"Patient/{name}/$reindex") for _ in range(MANY) for name in names]
    assert set(await together(*changes, *indexings)) == {200}
    for name in names:
        written = await versions(fhir, f"Patient/{name}")
        assert sorted(one["multipleBirthInteger"] for one in written[1:]) == list(range(MANY))
    assert await index_rows(service, names) == before


async def test_what_replaces_a_version_takes_back_the_rows_of_every_table_that_searches_read(service):
    async with service.context.db.connection() as connection:
        bodies = await connection.fetch(
            "SELECT prosrc FROM pg_proc WHERE proname IN ('discard', 'discard_content') AND"
            " pronamespace = 'cdr'::regnamespace"
        )
    text = "".join(row["prosrc"] for row in bodies)
    assert [table for table in INDEXES if f"DELETE FROM {table} WHERE" not in text] == []
