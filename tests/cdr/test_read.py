from datetime import timedelta

import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, observation


async def test_a_resource_reads_as_it_was_answered_when_written(fhir):
    stored = await fhir.create(observation())
    answer = await fhir.send("GET", f"Observation/{stored['id']}")
    assert json.decode(answer.content) == stored
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"] == "Sun, 14 Jun 2026 08:02:00 GMT"


async def test_a_head_is_a_get_without_its_body(fhir):
    stored = await fhir.create(observation())
    for path in (f"Observation/{stored['id']}", "Observation?_count=1", "Observation/none"):
        got, head = [await fhir.send(method, path) for method in ("GET", "HEAD")]
        assert (head.status_code, dict(head.headers), head.content) == (
            got.status_code,
            dict(got.headers),
            b"",
        )


@pytest.mark.parametrize(
    "path", ["Observation/none", "Observation/none/_history/1", "Observation/none/_history"]
)
async def test_what_is_not_there_is_not_found(fhir, path):
    answer = await fhir.send("GET", path)
    assert (answer.status_code, issues(answer)) == (404, [("not-found", "")])


async def test_a_reference_does_not_make_its_target_exist(fhir):
    await fhir.create(observation("only-referred-to"))
    assert (await fhir.send("GET", "Patient/only-referred-to")).status_code == 404
    assert (await fhir.send("GET", "Patient/only-referred-to/_history")).status_code == 404
    assert await fhir.ids("Patient?_id=only-referred-to") == []
    await fhir.put({"resourceType": "Patient", "id": "only-referred-to"})
    assert len(await fhir.ids("Observation?patient=only-referred-to")) == 1


async def test_a_caller_who_has_the_version_is_told_so(fhir, clock):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    by_tag = await fhir.send("GET", path, if_none_match='W/"7", W/"1"')
    by_date = await fhir.send("GET", path, if_modified_since="Sun, 14 Jun 2026 08:02:00 GMT")
    older = await fhir.send("GET", path, if_modified_since="Sun, 14 Jun 2026 08:01:59 GMT")
    nonsense = await fhir.send("GET", path, if_modified_since="long ago")
    any_version = await fhir.send("GET", path, if_none_match="*")
    assert [one.status_code for one in (by_tag, by_date, older, nonsense)] == [304, 304, 200, 200]
    assert any_version.status_code == 304
    assert by_tag.content == b""


async def test_every_version_can_be_read(fhir, clock):
    stored = await fhir.create(observation())
    clock.advance(timedelta(minutes=1))
    await fhir.put({**stored, "status": "amended"})
    path = f"Observation/{stored['id']}/_history"
    assert (await fhir.get(f"{path}/1")) == stored
    second = await fhir.get(f"{path}/2")
    assert second["status"] == "amended"
    assert second["meta"] == {"versionId": "2", "lastUpdated": "2026-06-14T08:03:00.000Z"}
    for version in ("3", "0", "01", "x", "99999999999999"):
        assert (await fhir.send("GET", f"{path}/{version}")).status_code == 404


async def test_the_history_tells_every_change_newest_first(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    await fhir.put({**stored, "status": "amended"})
    await fhir.send("DELETE", path)
    bundle = await fhir.get(f"{path}/_history")
    assert (bundle["type"], bundle["total"]) == ("history", 3)
    told = [(e["request"]["method"], e["response"]["etag"], "resource" in e) for e in bundle["entry"]]
    assert told == [("DELETE", 'W/"3"', False), ("PUT", 'W/"2"', True), ("POST", 'W/"1"', True)]


async def test_a_long_history_comes_in_pages(fhir):
    stored = await fhir.create(observation())
    for value in range(4):
        await fhir.put({**stored, "valueQuantity": {"value": value}})
    versions: list[str] = []
    path = f"Observation/{stored['id']}/_history?_count=2"
    while path:
        bundle = await fhir.get(path)
        versions += [entry["resource"]["meta"]["versionId"] for entry in bundle["entry"]]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        path = following[0].partition("/fhir/")[2] if following else ""
    assert versions == ["5", "4", "3", "2", "1"]
