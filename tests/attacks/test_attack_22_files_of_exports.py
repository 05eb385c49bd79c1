"""Attack 22: getting at the files of somebody else's export."""

from datetime import timedelta

import pytest

from tests.cdr.bulk import ASYNC


@pytest.fixture
async def files(platform):
    """The place of a job of the system client, and of a file of it."""
    begun = await platform.fhir("system", "GET", "$export?_type=Patient", **ASYNC)
    job = begun.headers["content-location"].partition("/fhir/")[2]
    await platform.work()
    manifest = (await platform.fhir("system", "GET", job)).json()
    yield job, manifest["output"][0]["url"].partition("/fhir/")[2]
    await platform.fhir("system", "DELETE", job)


async def test_a_job_and_its_files_are_there_for_whoever_started_it_alone(platform, files):
    assert (await platform.fhir("system", "GET", files[1])).status_code == 200
    for place in files:
        for thief in ("reader", "holobalance", "smart4health", "ccm_north"):
            for method in ("GET", "DELETE"):
                answer = await platform.fhir(thief, method, place)
                assert answer.status_code in (403, 404, 405), (thief, method, place)
        assert (await platform.fhir("", "GET", place)).status_code == 401
    assert (await platform.fhir("system", "GET", files[1])).status_code == 200


async def test_an_address_of_a_file_leads_to_no_other_file(platform, files):
    job, file = files
    name = file.rpartition("/")[2]
    for other in (
        "..%2f..%2fsecret",
        "..",
        "%2e%2e/x",
        f"{name}/../x",
        f"{name}%00",
        name[:-1],
        name.upper() + "x",
        "*",
    ):
        answer = await platform.fhir("system", "GET", f"{file.rpartition('/')[0]}/{other}")
        assert answer.status_code in (400, 404), other
    guess = job[:-4] + ("0000" if not job.endswith("0000") else "1111")
    assert (await platform.fhir("system", "GET", guess)).status_code == 404


async def test_a_cancelled_or_expired_export_is_gone(platform, files):
    job, file = files
    assert (await platform.fhir("system", "DELETE", job)).status_code == 202
    await platform.work()
    for place in files:
        assert (await platform.fhir("system", "GET", place)).status_code == 404
    begun = await platform.fhir("system", "GET", "$export?_type=Patient", **ASYNC)
    place = begun.headers["content-location"].partition("/fhir/")[2]
    await platform.work()
    file = (await platform.fhir("system", "GET", place)).json()["output"][0]["url"].partition("/fhir/")[2]
    platform.clock.advance(timedelta(days=2))
    assert (await platform.fhir("system", "GET", file)).status_code in (404, 410)
