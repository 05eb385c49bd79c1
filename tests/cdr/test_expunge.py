import asyncpg
import pytest

from smartbear.cdr.actions import expunge as actions
from smartbear.fhir import json
from tests.cdr.conftest import issues, observation, patient

DELETED = {"name": "expungeDeletedResources", "valueBoolean": True}
VERSIONS = {"name": "expungePreviousVersions", "valueBoolean": True}
CANARY = "Zebrafinch"


async def ask(caller, path, *parameters):
    body = {"resourceType": "Parameters", "parameter": list(parameters)}
    return await caller.send("POST", f"{path}/$expunge".lstrip("/"), body)


def told(answer):
    assert answer.status_code == 200, answer.text
    found = json.decode(answer.content)["parameter"]
    return {one["name"]: one.get("valueInteger", one.get("valueString")) for one in found}


async def expunge(caller, path, *parameters):
    """In two steps; how many versions went."""
    first = told(await ask(caller, path, *parameters))
    confirm = {"name": "confirm", "valueString": first["confirm"]}
    count = told(await ask(caller, path, *parameters, confirm))["count"]
    assert count == first["count"]
    return count


@pytest.fixture
async def gone(fhir):
    """A patient, an Observation and a CodeSystem with words in many places, changed once and deleted."""
    person = await fhir.create(
        patient(
            name=[{"family": CANARY}],
            identifier=[{"system": "urn:canary", "value": CANARY}],
            birthDate="1940-05",
            contact=[{"telecom": [{"system": "email", "value": CANARY}]}],
            text={"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{CANARY}</div>'},
        )
    )
    seen = await fhir.create(observation(person["id"], note=[{"text": CANARY}]))
    concepts = {"content": "complete", "concept": [{"code": CANARY, "display": CANARY}]}
    codes = {"resourceType": "CodeSystem", "url": "urn:canary", "status": "draft", **concepts}
    found = (person, seen, await fhir.create(codes))
    changes: tuple[dict[str, str], ...] = ({"gender": "male"}, {"status": "amended"}, {"status": "active"})
    for one, change in zip(found, changes, strict=True):
        await fhir.put({**one, **change})
        await fhir.send("DELETE", f"{one['resourceType']}/{one['id']}")
    return found


async def tables(database_url):
    """Every table of the repository, with whether it has a rid; a partitioned one stands for its parts."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """SELECT c.relname AS name, EXISTS (
               SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'rid') AS has_rid
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'cdr' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"""
    )
    return connection, {row["name"]: row["has_rid"] for row in rows}


async def test_nothing_stays_of_a_deleted_resource_in_any_table(fhir, gone, database_url):
    ids = [one["id"] for one in gone]
    connection, found = await tables(database_url)
    rids = [
        row["rid"] for row in await connection.fetch("SELECT rid FROM cdr.resource WHERE id = ANY($1)", ids)
    ]
    assert await connection.fetchval("SELECT count(*) FROM cdr.body WHERE rid = ANY($1)", rids) == 9
    assert await expunge(fhir, "", DELETED) == 9
    for table, has_rid in found.items():
        if has_rid and table != "resource":
            left = await connection.fetchval(f"SELECT count(*) FROM cdr.{table} WHERE rid = ANY($1)", rids)
            assert left == 0, table
        words = await connection.fetchval(
            f"SELECT count(*) FROM cdr.{table} t WHERE strpos(lower(t::text), lower($1)) > 0", CANARY
        )
        assert words == 0, table
    stays = await connection.fetch("SELECT * FROM cdr.resource WHERE rid = ANY($1)", rids)
    assert {(row["ver"], row["patient"], row["organisation"], row["digest"]) for row in stays} == {
        (0, None, None, None)
    }
    await connection.close()
    for one in gone:
        path = f"{one['resourceType']}/{one['id']}"
        for address in (path, f"{path}/_history", f"{path}/_history/1"):
            assert (await fhir.send("GET", address)).status_code == 404


async def test_what_was_expunged_can_be_there_again(fhir, gone):
    person, *_ = gone
    before = (await fhir.get("Patient?_summary=count"))["total"]
    assert await expunge(fhir, f"Patient/{person['id']}", DELETED) == 3
    again = await fhir.put(patient(id=person["id"]))
    assert again["meta"]["versionId"] == "1"
    assert (await fhir.get("Patient?_summary=count"))["total"] == before + 1
    assert await fhir.ids(f"Patient?_id={person['id']}") == [person["id"]]


async def test_previous_versions_go_and_the_current_one_stays(fhir):
    kept = await fhir.create(observation(value=1))
    for value in (2, 3):
        kept = await fhir.put({**kept, "valueQuantity": {"value": value}})
    path = f"Observation/{kept['id']}"
    assert await expunge(fhir, path, VERSIONS) == 2
    assert await fhir.get(path) == kept
    assert (await fhir.send("GET", f"{path}/_history/2")).status_code == 404
    assert len((await fhir.get(f"{path}/_history"))["entry"]) == 1
    changed = await fhir.put({**kept, "status": "amended"})
    assert changed["meta"]["versionId"] == "4"


async def test_it_goes_on_in_chunks_up_to_the_limit(fhir, monkeypatch):
    monkeypatch.setattr(actions, "CHUNK", 2)
    for _ in range(7):
        one = await fhir.create({"resourceType": "Basic", "code": {"text": "x"}})
        await fhir.send("DELETE", f"Basic/{one['id']}")
    assert await expunge(fhir, "Basic", DELETED, {"name": "limit", "valueInteger": 5}) == 10
    assert await expunge(fhir, "Basic", DELETED) == 4
    assert await expunge(fhir, "Basic", DELETED) == 0


async def test_what_is_living_or_of_another_type_is_left_alone(fhir, gone):
    living = await fhir.create(observation())
    assert await expunge(fhir, f"Observation/{living['id']}", DELETED) == 0
    assert await expunge(fhir, "Condition", DELETED, VERSIONS) == 0
    assert await fhir.get(f"Observation/{living['id']}") == living
    person, *_ = gone
    assert (await fhir.send("GET", f"Patient/{person['id']}")).status_code == 410


async def test_only_who_may_write_all_of_it_may_expunge(service, gone):
    for other in (
        await service.case_manager("north"),
        await service.participant(gone[0]["id"]),
        await service.machine("system/*.read"),
        await service.machine("system/Observation.cruds"),
    ):
        assert (await ask(other, "", DELETED)).status_code == 403
        assert (await ask(other, "Patient", DELETED)).status_code == 403
    narrow = await service.machine("system/Observation.cruds")
    assert await expunge(narrow, f"Observation/{gone[1]['id']}", DELETED) == 3


async def test_a_confirmation_is_for_one_request_of_one_caller(service, fhir, gone):
    word = {"name": "confirm", "valueString": told(await ask(fhir, "Patient", DELETED))["confirm"]}
    other = await service.machine("system/*.*")
    for caller, path, parameters in (
        (other, "Patient", [DELETED]),
        (fhir, "", [DELETED]),
        (fhir, "Patient", [DELETED, VERSIONS]),
        (fhir, "Patient", [DELETED, {"name": "limit", "valueInteger": 2000}]),
    ):
        answer = await ask(caller, path, *parameters, word)
        assert (answer.status_code, issues(answer)) == (400, [("value", "confirm")])


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ([{**DELETED, "valueBoolean": False}], ("required", "expungeDeletedResources")),
        ([{"name": "limit", "valueInteger": 0}, DELETED], ("value", "limit")),
        ([{"name": "limit", "valueString": "9" * 50}, DELETED], ("value", "limit")),
        ([{"name": "expungeEverything", "valueBoolean": True}], ("not-supported", "expungeEverything")),
        ([{"name": "expungePreviousVersions", "valueString": "yes"}], ("value", "expungePreviousVersions")),
        ([DELETED, {"name": "confirm", "valueString": "yes"}], ("value", "confirm")),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(fhir, parameters, fault):
    answer = await ask(fhir, "", *parameters)
    assert (answer.status_code, issues(answer)) == (400, [fault])


async def test_what_is_made_again_after_it_was_expunged_is_found_as_it_is_now(fhir):
    path = "Observation/made-again"
    await fhir.put(observation(code="made-again") | {"id": "made-again"})
    assert len(await fhir.ids("Observation?code=made-again")) == 1

    await fhir.send("DELETE", path)
    await expunge(fhir, path, DELETED)
    made = await fhir.put(observation(code="made-again", status="amended") | {"id": "made-again"})

    assert made["meta"]["versionId"] == "1"
    [found] = (await fhir.get("Observation?code=made-again"))["entry"]
    assert found["resource"] == made
