"""Attack 21: searches and patterns that cost more than anybody would pay."""

import time

import pytest

WORD = "a" * 30 + "!"
ASKED = {
    "a pattern": f"Observation?_text={'a' * 2000}!",
    "wildcards": f"Patient?family:contains={'%25' * 500}",
    "many words": "Observation?_content=" + "%20".join(["a"] * 1000),
    "nested filter": "Observation?_filter=" + "not (" * 500 + "status eq final" + ")" * 500,
    "long filter": "Observation?_filter=" + "%20or%20".join(["status eq final"] * 400),
    "many values": "Observation?code=" + ",".join(f"{n}-1" for n in range(1500)),
    "many parameters": "Observation?" + "&".join(f"code={n}" for n in range(400)),
    "chains": "Observation?" + "subject.link." * 20 + "name=x",
    "has of has": "Patient?" + "_has:Observation:patient:" * 20 + "code=1",
    "includes": "Observation?" + "&".join(["_include:iterate=*", "_revinclude:iterate=*"] * 20),
    "sorts": "Observation?_sort=" + ",".join(["date", "-date", "code"] * 50),
    "a large page": "Observation?_count=999999999999",
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("who", ["system", "ccm_north"])
async def test_an_expensive_search_is_answered_or_refused_soon(platform, name, who):
    began = time.process_time()
    answer = await platform.fhir(who, "GET", ASKED[name])
    assert answer.status_code < 500, answer.text[:200]
    assert time.process_time() - began < 1.5


async def test_patterns_of_forms_are_read_in_a_time_that_grows_no_faster_than_they(platform):
    for body in ({"email": f"{WORD}@" * 200, "phone": "0" * 5000}, {"birth_month": WORD * 100}):
        began = time.process_time()
        assert (await platform.ask("ccm_north", "POST", "/api/participants", body)).status_code == 422
        assert time.process_time() - began < 1.5


async def test_a_statement_of_the_database_does_not_run_for_ever(platform):
    async with platform.running.contexts["cdr"].db.connection() as connection:
        longest = await connection.fetchval(
            "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"
        )
    assert 0 < longest <= 30_000, "milliseconds"
