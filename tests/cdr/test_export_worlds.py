"""Exports and imports of two repositories that differ in what the caller may not see are the same bytes."""

from contextlib import AsyncExitStack

import pytest

from smartbear.cdr.actions import bulk_jobs
from smartbear.contracts.scope import SYSTEM, AccessScope
from smartbear.fhir import json
from tests.cdr.bulk import ASYNC, place_of
from tests.cdr.test_two_worlds import CALLERS, platform_at, world
from tests.cdr.two_worlds import HIDDEN, OTHERWISE, OWN, content, person, subscription

EXPORTS = [
    "$export",
    "Patient/$export",
    "$export?_type=Patient,Observation,Group,List&_elements=id,status",
    "$export?_since=2026-06-14T08:02:01.500Z",
    "$export?_until=2026-06-14T08:02:01.500Z",
    "$export?_typeFilter=Observation%3Fpatient.family=o,Patient%3F_has:Observation:patient:code=8867-4",
    "$export?_typeFilter=Observation%3Fstatus:not=cancelled,Condition%3F_lastUpdated=ge2026",
    "Group/h-g1/$export",
]


async def everything_told(one, caller, path, lines=None):
    """Status, headers and body of every answer, from the kick-off to the last file."""
    kind = {"content_type": "application/fhir+ndjson"} if lines else {}
    first = await caller.send("POST" if lines else "GET", path, lines, **(ASYNC | kind))
    answers = [first]
    if first.status_code == 202:
        place = place_of(first.headers["content-location"])
        await bulk_jobs.run(one.app._repository, place.partition("/")[2])
        answers.append(await caller.send("GET", place))
        manifest = answers[1].json()
        files = [file for purpose in ("output", "deleted", "error") for file in manifest.get(purpose, ())]
        answers += [await caller.send("GET", place_of(file["url"])) for file in files if "url" in file]
    return [(answer.status_code, dict(answer.headers), answer.content) for answer in answers]


@pytest.fixture(scope="module")
async def two(postgres_url, tmp_path_factory):
    platform = platform_at(tmp_path_factory.mktemp("exports"))
    async with AsyncExitStack() as stack:
        yield [await world(stack, postgres_url, platform, OWN, hidden) for hidden in (HIDDEN, OTHERWISE)]


@pytest.mark.parametrize("scope", CALLERS.values(), ids=CALLERS)
@pytest.mark.parametrize("path", EXPORTS)
async def test_what_is_not_seen_changes_nothing_in_an_export(two, scope, path):
    first, second = [await everything_told(one, await one.caller(scope), path) for one in two]
    assert first == second
    assert all(status < 500 for status, _, _ in first)


@pytest.mark.parametrize("scope", CALLERS.values(), ids=CALLERS)
async def test_there_is_something_to_compare(two, scope):
    for one in two:  # both: they name their jobs by counting
        told = await everything_told(one, await one.caller(scope), "$export")
        assert len(told) > 4


WRITER = AccessScope(role=SYSTEM, client="i", scopes=("system/Binary.cruds", "system/Subscription.cruds"))
IMPORTED = [
    *(content(name, "Patient/n1", "DDDD") for name in ("n-b1", "n-b2", "h-b1", "h-b2", "free")),
    *(subscription(name, "Binary") for name in ("h-s1", "h-s9", "free")),
    person("h1", "north", "Nord"),
]


async def test_what_is_not_seen_changes_nothing_in_what_an_import_tells(two):
    """Nobody learns which ids are taken, and what is there stays as it is."""
    lines = b"".join(json.encode(one) + b"\n" for one in IMPORTED)
    before = [await (await one.caller(None)).get("Binary/h-b1?_format=json") for one in two]
    first, second = [await everything_told(one, await one.caller(WRITER), "$import", lines) for one in two]
    assert first == second
    assert [json.decode(line)["issue"][0]["code"] for line in first[2][2].splitlines()] == [
        *["not-supported"] * 8,
        "forbidden",
    ]
    assert before == [await (await one.caller(None)).get("Binary/h-b1?_format=json") for one in two]


@pytest.mark.parametrize("path", ["$export", "$export?_type=Binary,Subscription"])
async def test_an_export_of_a_client_for_some_types_tells_nothing_of_others(two, path):
    first, second = [await everything_told(one, await one.caller(WRITER), path) for one in two]
    assert first == second
    assert all(status < 500 for status, _, _ in first)
