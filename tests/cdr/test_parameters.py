"""Search parameters that a deployment adds."""

import asyncio
import signal
import sys

import pytest

from smartbear.cdr.actions import reindex
from smartbear.cdr.app import serve
from smartbear.cdr.jobs import handlers
from smartbear.cdr.model.access import everything
from smartbear.kit.jobs import worker
from smartbear.kit.jobs.queue import open_queue
from tests.cdr.bulk import Bulk
from tests.cdr.conftest import Fhir, issues, matches, observation, patient
from tests.conftest import client_of


def parameter(service, code, expression="Patient.multipleBirth as integer", kind="number", **more):
    name = service.context.new_id()
    return {
        "resourceType": "SearchParameter",
        "id": name,
        "url": f"urn:parameter:{name}",
        "name": "Added",
        "status": "active",
        "description": "added",
        "code": code,
        "base": [expression.partition(".")[0]],
        "type": kind,
        "expression": expression,
    } | more


async def indexed(service):
    """All jobs that have been asked for, run by this process."""
    repository = service.app._repository
    async with repository.db.connection() as connection:
        jobs = await connection.fetch("SELECT id FROM reindex_job WHERE ended IS NULL ORDER BY started")
    for job in jobs:
        await reindex.run(repository, job["id"])


async def refused(fhir, resource):
    answer = await fhir.send("PUT", f"SearchParameter/{resource['id']}", resource)
    return answer.status_code, issues(answer)


async def test_an_added_parameter_finds_old_and_new_resources_once_all_are_indexed(service, fhir):
    old = await fhir.create(patient(multipleBirthInteger=2))
    await fhir.put(parameter(service, "birth-order"))
    new = await fhir.create(patient(multipleBirthInteger=2))
    lenient = await fhir.get("Patient?birth-order=2&_count=1")
    assert "still being indexed" in lenient["entry"][-1]["resource"]["issue"][0]["diagnostics"]
    strict = await fhir.send("GET", "Patient?birth-order=2", prefer="handling=strict")
    assert (strict.status_code, issues(strict)) == (400, [("not-supported", "birth-order")])
    await indexed(service)
    assert await fhir.ids("Patient?birth-order=2&_sort=birth-order,_id") == sorted([old["id"], new["id"]])
    assert await fhir.ids("Patient?birth-order=gt2") == []
    [rest] = (await fhir.get("metadata"))["rest"]
    [patients] = [one for one in rest["resource"] if one["type"] == "Patient"]
    assert {"name": "birth-order", "type": "number"} in patients["searchParam"]
    assert await fhir.ids(f"Patient?_filter=birth-order eq 2 and _id eq {old['id']}") == [old["id"]]


async def test_an_added_parameter_can_be_changed_and_taken_away(service, fhir):
    person = await fhir.create(patient(address=[{"country": "PT", "city": "Braga"}]))
    added = parameter(service, "place", "Patient.address.country", "string")
    await fhir.put(added)
    await indexed(service)
    assert person["id"] in await fhir.ids("Patient?place=pt")
    await fhir.put({**added, "expression": "Patient.address.city"})
    assert (await service.app._repository.parameters.fresh(now=True)).is_pending("Patient", "place")
    await indexed(service)
    assert await fhir.ids("Patient?place=braga") == [person["id"]]
    assert await fhir.ids("Patient?place=pt") == []
    await fhir.send("DELETE", f"SearchParameter/{added['id']}")
    strict = await fhir.send("GET", "Patient?place=braga", prefer="handling=strict")
    assert strict.status_code == 400
    await indexed(service)
    async with service.app._repository.db.connection() as connection:
        left = "SELECT FROM ix_text x JOIN term t ON t.term_id = x.param WHERE t.name = 'Patient.place'"
        assert not await connection.fetch(left)


async def test_references_extensions_and_composites_can_be_added(service, fhir):
    url = "urn:extension:shoe"
    person = await fhir.create(patient(extension=[{"url": url, "valueCode": "Big"}]))
    reading = await fhir.create(observation(person["id"], method={"coding": [{"code": "m1"}]}))
    await fhir.put(parameter(service, "shoe", f"Patient.extension('{url}')", "token"))
    await fhir.put(parameter(service, "about", "Observation.subject", "reference", target=["Patient"]))
    parts = [
        {"definition": "http://hl7.org/fhir/SearchParameter/Observation-method", "expression": "method"},
        {"definition": "http://hl7.org/fhir/SearchParameter/clinical-code", "expression": "code"},
    ]
    await fhir.put(parameter(service, "method-code", "Observation", "composite", component=parts))
    computed = "Patient.name.where(family.exists()).count().toString()"
    await fhir.put(parameter(service, "names", computed, "string"))
    await indexed(service)
    assert await fhir.ids("Patient?shoe=big") == [person["id"]]
    assert await fhir.ids("Observation?about.shoe=big") == [reading["id"]]
    assert await fhir.ids("Observation?method-code=m1$8867-4") == [reading["id"]]
    bundle = await fhir.get("Observation?method-code=m1$8867-4&_include=Observation:about")
    assert matches(bundle, "include") == [person["id"]]
    assert person["id"] in await fhir.ids("Patient?names=0")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"expression": "Patient.name.("}, "expression"), ({"expression": "Patient.nothing"}, "expression"),
        ({"expression": "Patient.name"}, "expression"), ({"expression": None}, "expression"),
        ({"code": "birthdate"}, "code"), ({"code": "a:b"}, "code"), ({"type": "special"}, "type"),
        (
            {"type": "composite", "component": [{"definition": "urn:x", "expression": "a"}]},
            "component[0].definition",
        ),
    ],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_used_is_refused_with_its_place(service, fhir, change, place):
    given = {name: value for name, value in (parameter(service, "odd") | change).items() if value is not None}
    status, found = await refused(fhir, given)
    assert status == 422
    assert found[0][1] == f"SearchParameter.{place}"


async def test_two_parameters_of_one_name_are_refused(service, fhir):
    await fhir.put(parameter(service, "twice"))
    status, found = await refused(fhir, parameter(service, "twice"))
    assert (status, found) == (422, [("duplicate", "SearchParameter.code")])


async def test_writes_during_a_reindexing_lose_nothing(service, fhir):
    before = [await fhir.create(patient(multipleBirthInteger=3)) for _ in range(30)]
    await fhir.put(parameter(service, "order-of-birth"))

    async def change(one):
        return await fhir.put({**one, "multipleBirthInteger": 4})

    async def add(_):
        return await fhir.create(patient(multipleBirthInteger=4))

    written, _ = await asyncio.gather(
        asyncio.gather(*map(change, before[::2]), *map(add, range(15))), indexed(service)
    )
    assert sorted(await fhir.ids("Patient?order-of-birth=4")) == sorted(one["id"] for one in written)
    assert sorted(await fhir.ids("Patient?order-of-birth=3")) == sorted(one["id"] for one in before[1::2])


@pytest.mark.parametrize(("condition", "answers"), [("", [201]), ("_id=none", [503, 201])])
async def test_another_process_that_does_not_know_a_parameter_yet_writes_nothing_without_it(
    service, fhir, make_context, condition, answers
):
    """A write alone is made anew; one that had looked before is to be sent again."""
    code = f"unseen-{len(condition)}"
    async with make_context("cdr") as context, serve(context) as other:
        theirs = Fhir(await service.clients.enter_async_context(client_of(other, service.clock)))
        await fhir.put(parameter(service, code))
        given = {"if_none_exist": condition} if condition else {}
        sent = [
            await theirs.send("POST", "Patient", patient(multipleBirthInteger=5), **given) for _ in answers
        ]
        assert [answer.status_code for answer in sent] == answers
    await indexed(service)
    assert await fhir.ids(f"Patient?{code}=5&_id={sent[-1].json()['id']}") == [sent[-1].json()["id"]]


async def test_a_reindexing_that_was_killed_goes_on_where_it_was(service, fhir, monkeypatch):
    monkeypatch.setattr(reindex, "_BATCH", 2)
    people = [await fhir.create(patient(multipleBirthInteger=6)) for _ in range(7)]
    await fhir.put(parameter(service, "resumed"))
    repository = service.app._repository
    async with repository.db.connection() as connection:
        job = await connection.fetchval(
            "SELECT id FROM reindex_job WHERE ended IS NULL ORDER BY started DESC LIMIT 1"
        )
    assert await reindex._batch(repository, job)
    half = await reindex.status(repository, everything(), job)
    assert (half.done, half.ended) == (2, None)
    await indexed(service)
    whole = await reindex.status(repository, everything(), job)
    assert whole.done == whole.total >= 7
    assert sorted(await fhir.ids("Patient?resumed=6")) == sorted(one["id"] for one in people)


async def test_resources_can_be_indexed_anew_and_the_status_says_how_far_it_is(service, fhir):
    person = await fhir.create(patient(name=[{"family": "Anew"}]))
    repository = service.app._repository
    async with repository.db.connection() as connection:
        await connection.execute("DELETE FROM ix_text")
    assert await fhir.ids("Patient?family=anew") == []
    one = await fhir.send("POST", f"Patient/{person['id']}/$reindex")
    assert one.status_code == 200
    assert await fhir.ids("Patient?family=anew") == [person["id"]]
    started = await fhir.send("POST", "Patient/$reindex")
    assert started.status_code == 202
    place = started.headers["content-location"].partition("/fhir/")[2]
    [first, *_] = (await fhir.get(place))["parameter"]
    assert first == {"name": "status", "valueCode": "in-progress"}
    await indexed(service)
    status = {one["name"]: one for one in (await fhir.get(place))["parameter"]}
    assert status["status"]["valueCode"] == "completed"
    assert status["errors"]["valueInteger"] == 0
    assert status["done"]["valueInteger"] == status["total"]["valueInteger"] > 0


async def test_only_those_who_may_change_everything_may_reindex(service, fhir):
    for caller in (await service.case_manager("x"), await service.machine("system/Patient.cruds")):
        for path in ("$reindex", "Patient/$reindex", "Patient/1/$reindex"):
            assert (await caller.send("POST", path)).status_code == 403
        assert (await caller.send("GET", "$reindex?_job=1")).status_code == 403
    assert (await fhir.send("GET", "$reindex?_job=1")).status_code == 404
    assert (await fhir.send("GET", "$reindex")).status_code == 400
    assert (await fhir.send("POST", "Patient/none/$reindex")).status_code == 404


async def test_a_bundle_may_bring_a_parameter_and_what_is_found_by_it(service, fhir):
    added = parameter(service, "bundled")
    entries = [
        {"resource": added, "request": {"method": "PUT", "url": f"SearchParameter/{added['id']}"}},
        {"resource": patient(multipleBirthInteger=8), "request": {"method": "POST", "url": "Patient"}},
    ]
    for _ in range(2):  # the second time the parameter is the same
        answer = await fhir.send(
            "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        )
        assert answer.status_code == 200, answer.text
    await indexed(service)
    assert len(await fhir.ids("Patient?bundled=8")) == 2


async def test_a_bundle_with_a_parameter_that_cannot_be_used_is_refused_with_its_entry(service, fhir):
    entry = {
        "resource": parameter(service, "odd", "Patient.("),
        "request": {"method": "POST", "url": "SearchParameter"},
    }
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    assert answer.status_code == 422
    assert issues(answer)[0][1] == "Bundle.entry[0].resource.expression"


async def test_a_change_that_says_nothing_new_starts_no_reindexing(service, fhir):
    added = parameter(service, "described")
    await fhir.put(added)
    await indexed(service)
    await fhir.put({**added, "description": "in other words"})
    async with service.app._repository.db.connection() as connection:
        assert not await connection.fetch("SELECT FROM reindex_job WHERE ended IS NULL")
    assert await fhir.ids("Patient?described=99") == []


async def test_an_expression_that_fails_on_a_resource_finds_nothing_in_it(service, fhir):
    two = await fhir.create(patient(name=[{"family": "A"}, {"family": "B"}]))
    one = await fhir.create(patient(name=[{"family": "Only"}]))
    await fhir.put(parameter(service, "only-family", "Patient.name.family.single()", "string"))
    await indexed(service)
    assert await fhir.ids("Patient?only-family=only") == [one["id"]]
    assert two["id"] in await fhir.ids("Patient?only-family:missing=true&family=a")


async def test_an_export_chooses_by_an_added_parameter_though_the_worker_has_not_met_it(
    service, fhir, make_context, database_url
):
    [chosen, _] = [await fhir.create(patient(multipleBirthInteger=number)) for number in (31, 32)]
    await fhir.put(parameter(service, "exported-by"))
    await indexed(service)
    await fhir.get("Patient?exported-by=31")
    async with make_context("cdr") as context:

        async def work():
            await worker.drain(database_url, handlers(context), worker.Pauses(base=0))

        found = await Bulk(fhir, work).exported(
            "$export?_type=Patient&_typeFilter=Patient%3Fexported-by%3D31"
        )
    assert [one["id"] for one in found] == [chosen["id"]]
    refused = await fhir.send("GET", "$export?_typeFilter=Patient%3Fno-such%3D1", prefer="respond-async")
    assert refused.status_code == 400


async def test_a_parameter_of_every_type_is_one_of_searches_of_all_types(service, fhir):
    link = [{"url": "urn:ward", "valueString": "Seven"}]
    made = [await fhir.create(one | {"extension": link}) for one in (patient(), observation())]
    await fhir.create(patient())
    expression = "DomainResource.extension.where(url='urn:ward').value as string"
    await fhir.put(parameter(service, "ward", expression, "string", base=["DomainResource"]))
    await fhir.put(parameter(service, "of-patients-alone"))
    await indexed(service)
    for place in ("", "Patient", "Observation"):
        kinds = [one for one in made if place in ("", one["resourceType"])]
        assert sorted(await fhir.ids(f"{place}?ward=seven")) == sorted(one["id"] for one in kinds)
    assert await fhir.ids("?ward=seven&_type=Observation") == [made[1]["id"]]
    [rest] = (await fhir.get("metadata"))["rest"]
    assert {"name": "ward", "type": "string"} in rest["searchParam"]
    strict = await fhir.send("GET", "?of-patients-alone=1&_type=Patient,List", prefer="handling=strict")
    assert strict.status_code == 400


KILLED = """
import asyncio, os, signal, sys
from smartbear.cdr.actions import reindex
from smartbear.cdr.jobs import handlers
from smartbear.kit.clock import SystemClock
from smartbear.kit.jobs import worker
from smartbear.kit.settings import PlatformSettings
from tests.conftest import open_context

advance = reindex.reindexing.advance
batches = []

async def dying(*given):
    batches.append(given)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    await advance(*given)

async def main(url):
    settings = PlatformSettings(environment="test")
    async with open_context(url, "cdr", settings, SystemClock()) as context:
        await worker.drain(url, handlers(context))

reindex.reindexing.advance, reindex._BATCH = dying, 3
asyncio.run(main(*sys.argv[1:]))
"""


async def test_when_the_worker_is_killed_the_next_one_goes_on_with_the_reindexing(
    service, fhir, database_url
):
    people = [await fhir.create(patient(multipleBirthInteger=41)) for _ in range(12)]
    await indexed(service)
    await worker.drain(database_url, handlers(service.context))
    await fhir.put(parameter(service, "survived"))
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, database_url)
    assert await asyncio.wait_for(child.wait(), 30) == -signal.SIGKILL
    repository = service.app._repository
    async with repository.db.connection() as connection:
        [job] = await connection.fetch("SELECT id, done FROM reindex_job WHERE ended IS NULL")
    assert job["done"] == 6, "two batches are settled, the third is not"
    assert await fhir.ids("Patient?survived=41&_count=1000") != sorted(one["id"] for one in people)
    async with open_queue(database_url) as queue:
        assert await worker.rescue(queue, dead_after=0) == 1
    await worker.drain(database_url, handlers(service.context))
    whole = await reindex.status(repository, everything(), job["id"])
    assert whole.ended is not None
    assert whole.done == whole.total
    assert sorted(await fhir.ids("Patient?survived=41")) == sorted(one["id"] for one in people)
