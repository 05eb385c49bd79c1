"""Exports from two repositories that differ in what the caller may not see are the same bytes."""

from contextlib import AsyncExitStack

import pytest

from smartbear.cdr.actions import bulk_jobs
from tests.cdr.bulk import ASYNC, place_of
from tests.cdr.test_two_worlds import CALLERS, platform_at, world
from tests.cdr.two_worlds import HIDDEN, OTHERWISE, OWN

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


async def everything_told(one, caller, path):
    """Status, headers and body of every answer, from the kick-off to the last file."""
    first = await caller.send("GET", path, **ASYNC)
    answers = [first]
    if first.status_code == 202:
        place = place_of(first.headers["content-location"])
        await bulk_jobs.run(one.app._repository, place.partition("/")[2])
        answers.append(await caller.send("GET", place))
        manifest = answers[1].json()
        files = [file for purpose in ("output", "deleted", "error") for file in manifest[purpose]]
        answers += [await caller.send("GET", place_of(file["url"])) for file in files]
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
    told = await everything_told(two[0], await two[0].caller(scope), "$export")
    assert len(told) > 4
