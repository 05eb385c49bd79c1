import asyncio
import base64
import uuid

import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, observation, patient

JSON_PATCH = {"content_type": "application/json-patch+json"}
XML_PATCH = {"content_type": "application/xml-patch+xml"}


def replace(path, value):
    return [{"op": "replace", "path": path, "value": value}]


def operation(kind, path, **parts):
    named = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    return {"name": "operation", "part": named + [{"name": name, **given} for name, given in parts.items()]}


def parameters(*operations):
    return {"resourceType": "Parameters", "parameter": list(operations)}


def diff(path, value):
    return f'<diff xmlns:f="http://hl7.org/fhir"><replace sel="{path}">{value}</replace></diff>'.encode()


AMENDED = parameters(operation("replace", "Observation.status", value={"valueCode": "amended"}))


def in_bundle(patch, url, **request):
    resource = patch
    if isinstance(patch, list | bytes):
        kind, text = (JSON_PATCH, json.encode(patch)) if isinstance(patch, list) else (XML_PATCH, patch)
        data = base64.b64encode(text).decode()
        resource = {"resourceType": "Binary", "contentType": kind["content_type"], "data": data}
    return {"resource": resource, "request": {"method": "PATCH", "url": url, **request}}


async def bundled(fhir, *entries, kind="transaction"):
    return await fhir.send("POST", "", {"resourceType": "Bundle", "type": kind, "entry": list(entries)})


async def test_both_kinds_of_patch_make_a_new_version(fhir):
    stored = await fhir.create(observation(value=json.decode(b"1.50")))
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("PATCH", path, replace("/status", "amended"), **JSON_PATCH)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    amended = json.decode(answer.content)
    assert amended == await fhir.get(path)
    assert amended["status"] == "amended"
    assert b'"value":1.50' in answer.content
    note = operation(
        "add",
        "Observation",
        name={"valueString": "note"},
        value={"part": [{"name": "text", "valueString": "n"}]},
    )
    answer = await fhir.send("PATCH", path, parameters(note))
    assert json.decode(answer.content)["note"] == [{"text": "n"}]
    assert (await fhir.get(f"{path}/_history"))["total"] == 3


async def test_an_xml_patch_makes_a_new_version_on_every_way(fhir):
    key = str(uuid.uuid4())
    stored = await fhir.create(observation(value=json.decode(b"1.50"), identifier=[{"value": key}]))
    path, status = f"Observation/{stored['id']}", "f:Observation/f:status/@value"
    refused = await fhir.send("PATCH", path, diff(status, "amended"), **XML_PATCH, if_match='W/"7"')
    assert refused.status_code == 412
    answer = await fhir.send("PATCH", path, diff(status, "amended"), **XML_PATCH, if_match='W/"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert b'"value":1.50' in answer.content
    condition = f"Observation?identifier={key}"
    assert (await fhir.send("PATCH", condition, diff(status, "corrected"), **XML_PATCH)).status_code == 200
    same = await fhir.send("PATCH", path, diff(status, "corrected"), **XML_PATCH)
    assert same.headers["etag"] == 'W/"3"'
    for kind in ("transaction", "batch"):
        assert (await bundled(fhir, in_bundle(diff(status, "final"), path), kind=kind)).status_code == 200
    assert (await fhir.get(path))["status"] == "final"


@pytest.mark.parametrize(
    ("patch", "status", "issue"),
    [
        (diff("f:Observation/f:status/@value", "finished"), 422, ("code-invalid", "Observation.status")),
        (diff("f:Observation/f:id/@value", "other"), 422, ("value", "Observation.id")),
        (diff("f:Observation/f:note", "x"), 422, ("processing", "diff[0].sel")),
        (diff("f:Observation[", "x"), 400, ("invalid", "diff[0].sel")),
        (b"<diff/>", 400, ("invalid", "diff")),
        (b'<!DOCTYPE diff [<!ENTITY e "x">]><diff>&e;</diff>', 400, ("invalid", "")),
    ],
)
async def test_an_xml_patch_that_fails_changes_nothing(fhir, patch, status, issue):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("PATCH", path, patch, **XML_PATCH)
    assert (answer.status_code, issues(answer)[0]) == (status, issue)
    assert await fhir.get(path) == stored


async def test_a_patch_that_changes_nothing_makes_no_version(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("PATCH", path, replace("/status", "final"), **JSON_PATCH)
    assert (answer.status_code, json.decode(answer.content)) == (200, stored)
    emptied = await fhir.send("PATCH", path, [{"op": "add", "path": "/note", "value": []}], **JSON_PATCH)
    assert emptied.headers["etag"] == 'W/"1"'


async def test_the_search_finds_what_the_patch_made(fhir):
    key = str(uuid.uuid4())
    stored = await fhir.create(patient(identifier=[{"system": "urn:p", "value": key}]))
    await fhir.send(
        "PATCH", f"Patient/{stored['id']}", replace("/identifier/0/value", f"{key}-b"), **JSON_PATCH
    )
    assert await fhir.ids(f"Patient?identifier=urn:p|{key}") == []
    assert await fhir.ids(f"Patient?identifier=urn:p|{key}-b") == [stored["id"]]


@pytest.mark.parametrize(
    ("patch", "status", "issue"),
    [
        ([{"op": "test", "path": "/status", "value": "amended"}], 422, ("processing", "[0]")),
        (replace("/status", "finished"), 422, ("code-invalid", "Observation.status")),
        ([{"op": "remove", "path": "/code"}], 422, ("required", "Observation.code")),
        (replace("/id", "other"), 422, ("value", "Observation.id")),
        (replace("", {"resourceType": "Patient"}), 422, ("value", "Observation.resourceType")),
        (replace("", 1), 422, ("value", "Observation.resourceType")),
        (replace("/nothing", 1), 422, ("processing", "[0].path")),
        ([{"op": "merge"}], 400, ("invalid", "[0].op")),
        (7, 400, ("invalid", "$this")),
        (b"[", 400, ("invalid", "")),
    ],
)
async def test_a_patch_that_fails_changes_nothing(fhir, patch, status, issue):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("PATCH", path, patch, **JSON_PATCH)
    assert (answer.status_code, issues(answer)[0]) == (status, issue)
    assert await fhir.get(path) == stored


async def test_a_patch_is_of_a_kind_that_is_offered(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    for body, kind, status in (
        (b"<diff/>", "text/x-patch", 415),
        (observation(), "application/fhir+json", 400),
        ({"resourceType": "Parameters", "parameter": [{}]}, "application/fhir+json", 422),
    ):
        assert (await fhir.send("PATCH", path, body, content_type=kind)).status_code == status


async def test_what_is_not_there_cannot_be_patched(service, fhir):
    gone = await fhir.create(observation())
    await fhir.send("DELETE", f"Observation/{gone['id']}")
    own, other = await fhir.create(patient("mine")), await fhir.create(patient("elsewhere"))
    seen, hidden = await fhir.create(observation(own["id"])), await fhir.create(observation(other["id"]))
    manager = await service.case_manager("mine")
    participant = await service.participant(own["id"])
    writer = await service.machine("system/Observation.cud")
    for caller, target, status in (
        (fhir, "none", 404),
        (fhir, gone["id"], 410),
        (manager, seen["id"], 200),
        (manager, hidden["id"], 404),
        (participant, seen["id"], 403),
        (writer, seen["id"], 404),
    ):
        assert (await caller.send("PATCH", f"Observation/{target}", AMENDED)).status_code == status
    moved = replace("/subject/reference", f"Patient/{other['id']}")
    answer = await manager.send("PATCH", f"Observation/{seen['id']}", moved, **JSON_PATCH)
    assert answer.status_code == 403


async def test_if_match_guards_a_patch(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    assert (await fhir.send("PATCH", path, AMENDED, if_match='W/"2"')).status_code == 412
    assert (await fhir.send("PATCH", path, AMENDED, if_match='W/"1"')).status_code == 200
    assert (await fhir.send("PATCH", path, AMENDED, if_match="odd")).status_code == 400


async def test_a_conditional_patch_changes_the_one_match(fhir):
    key = str(uuid.uuid4())
    condition = f"Observation?identifier=urn:p|{key}"
    seen = observation(identifier=[{"system": "urn:p", "value": key}])
    assert (await fhir.send("PATCH", condition, AMENDED)).status_code == 404
    stored = await fhir.create(seen)
    answer = await fhir.send("PATCH", condition, AMENDED, prefer="return=minimal")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await fhir.get(f"Observation/{stored['id']}"))["status"] == "amended"
    await fhir.create(seen)
    assert (await fhir.send("PATCH", condition, AMENDED)).status_code == 412
    for nothing in ("Observation", "Observation?colour=red"):
        assert (await fhir.send("PATCH", nothing, AMENDED)).status_code == 400


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_patches_travel_in_bundles(fhir, kind):
    key = str(uuid.uuid4())
    stored = [await fhir.create(observation(identifier=[{"value": f"{key}{n}"}])) for n in range(3)]
    paths = [f"Observation/{one['id']}" for one in stored]
    answer = await bundled(
        fhir,
        in_bundle(replace("/status", "amended"), paths[0], ifMatch='W/"1"'),
        in_bundle(AMENDED, paths[1]),
        in_bundle(AMENDED, f"Observation?identifier={key}2"),
        {"request": {"method": "HEAD", "url": paths[0]}},
        {"request": {"method": "HEAD", "url": "Observation?_count=1"}},
        kind=kind,
    )
    entries = json.decode(answer.content)["entry"]
    assert [entry["response"]["status"] for entry in entries] == ["200 OK"] * 5
    assert entries[3]["response"]["etag"] == 'W/"2"'
    assert "resource" not in entries[3] | entries[4]
    assert [(await fhir.get(path))["status"] for path in paths] == ["amended"] * 3


async def test_a_patch_in_a_transaction_refers_to_what_the_transaction_makes(fhir):
    stored = await fhir.create(observation())
    full_url = f"urn:uuid:{uuid.uuid4()}"
    subject = operation(
        "add",
        "Observation",
        name={"valueString": "subject"},
        value={"valueReference": {"reference": full_url}},
    )
    made = {"fullUrl": full_url, "resource": patient(), "request": {"method": "POST", "url": "Patient"}}
    answer = await bundled(fhir, in_bundle(parameters(subject), f"Observation/{stored['id']}"), made)
    where = json.decode(answer.content)["entry"][1]["response"]["location"].split("/")[-3]
    assert await fhir.ids(f"Observation?patient={where}") == [stored["id"]]


async def test_a_failing_patch_fails_its_transaction_or_its_entry_of_a_batch(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    for entry, status in (
        (in_bundle([{"op": "test", "path": "/status", "value": "amended"}], path), 422),
        (in_bundle(AMENDED, path, ifMatch='W/"7"'), 412),
        (in_bundle(AMENDED, "Observation/none"), 404),
        (in_bundle(AMENDED, f"Observation?identifier={uuid.uuid4()}"), 404),
        (in_bundle(patient(), path), 400),
        (in_bundle({"resourceType": "Binary", "contentType": "text/plain"}, path), 400),
    ):
        new = {"resource": patient(id=str(uuid.uuid4())), "request": {"method": "PUT", "url": ""}}
        new["request"]["url"] = f"Patient/{new['resource']['id']}"
        assert (await bundled(fhir, new, entry)).status_code == status
        assert (await fhir.send("GET", new["request"]["url"])).status_code == 404
        batch = json.decode((await bundled(fhir, entry, kind="batch")).content)
        assert batch["entry"][0]["response"]["status"].startswith(str(status))
    assert await fhir.get(path) == stored


async def test_no_patch_of_sixteen_at_once_is_lost(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    notes = [[{"op": "add", "path": "/note/-", "value": {"text": str(n)}}] for n in range(16)]
    await fhir.send(
        "PATCH", path, [{"op": "add", "path": "/note", "value": [{"text": "first"}]}], **JSON_PATCH
    )
    answers = await asyncio.gather(*(fhir.send("PATCH", path, note, **JSON_PATCH) for note in notes))
    assert {answer.status_code for answer in answers} == {200}
    assert {note["text"] for note in (await fhir.get(path))["note"]} == {"first", *map(str, range(16))}
    assert sorted(int(answer.headers["etag"][3:-1]) for answer in answers) == list(range(3, 19))
