"""Attack 1: reading or changing another organisation's object by its id."""

import re
import statistics
import time

import pytest

from tests.attacks.records import NORTH, alike, told

PLACES = ("Observation/{}", "Observation/{}/_history", "Observation/{}/_history/1", "Observation/{}/$meta")
PATCH = b'[{"op": "replace", "path": "/status", "value": "amended"}]'


@pytest.mark.parametrize("who", NORTH)
async def test_an_object_of_others_is_like_one_that_does_not_exist(platform, who):
    for path in PLACES:
        for method in ("GET", "HEAD"):
            answer = await alike(platform, who, method, path, "south-pulse", "south-never")
            assert answer.status_code == 404
            assert "CANARY" not in answer.text


@pytest.mark.parametrize("who", NORTH)
async def test_an_object_of_others_cannot_be_changed_nor_its_id_be_found_taken(platform, who, theirs):
    before = (await platform.fhir("ccm_south", "GET", "Observation/south-pulse")).content
    for headers in ({}, {"if_match": 'W/"1"'}, {"if_none_match": "*"}):
        await alike(platform, who, "DELETE", "Observation/{}", "south-pulse", "south-never", **headers)
        patching = {"content_type": "application/json-patch+json"} | headers
        await alike(
            platform, who, "PATCH", "Observation/{}", "south-pulse", "south-never", body=PATCH, **patching
        )
    assert (await platform.fhir("ccm_south", "GET", "Observation/south-pulse")).content == before


@pytest.mark.parametrize("who", NORTH)
async def test_writing_over_an_object_of_others_is_refused_like_writing_a_new_one(
    platform, who, theirs, ours
):
    for subject in (theirs, ours):
        answers = []
        for name in ("south-pulse", "south-never"):
            body = {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"}}
            body |= {"subject": {"reference": f"Patient/{subject}"}}
            answers.append(told(await platform.fhir(who, "PUT", f"Observation/{name}", body)))
        assert answers[0] == answers[1]
        assert answers[0][0] in (403, 405)


OTHER_DOORS = (
    ("ccm_north", "/api/participants/{participant}"),
    ("tech_north", "/api/participants/{participant}"),
    ("person_north", "/api/participants/{participant}"),
    ("ccm_north", "/api/measurements?subject={subject}"),
    ("person_north", "/api/measurements?subject={subject}"),
    ("ccm_north", "/api/measurements/summary?subject={subject}"),
    ("ccm_north", "/api/decisions/limits?subject={subject}"),
    ("ccm_north", "/api/decisions/episodes?subject={subject}"),
    ("person_north", "/api/decisions/limits?subject={subject}"),
)
NOBODY = "01a00000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(("who", "path"), OTHER_DOORS)
async def test_other_doors_do_not_tell_a_person_of_others_from_nobody(platform, theirs, who, path):
    participant, subject = platform.person["south"]
    answers = [
        await platform.ask(who, "GET", path.format(participant=one, subject=other))
        for one, other in ((participant, subject), ("SB-9999", NOBODY))
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == statuses[1] < 500
    asked = f'{theirs}|{NOBODY}|{participant}|SB-9999|"request_id":"[^"]*"'
    bodies = [re.sub(asked, "", answer.text) for answer in answers]
    assert bodies[0] == bodies[1]
    assert "CANARY" not in bodies[0]


@pytest.mark.parametrize("path", ["/fhir/Observation/{}", "/fhir/Observation?_id={}", "/api/participants/{}"])
async def test_the_time_of_an_answer_does_not_tell_what_is_hidden_from_what_is_not_there(platform, path):
    """The same times in turns: what is typical of their differences is small, however busy the machine is."""
    of_api = path.startswith("/api")
    names = (platform.person["south"][0], "SB-9999") if of_api else ("south-pulse", "south-never")
    taken = {name: [] for name in names}
    for number in range(80):
        for name in names if number % 2 else names[::-1]:
            began = time.perf_counter()
            await platform.ask("ccm_north", "GET", path.format(name))
            taken[name].append(time.perf_counter() - began)
    hidden, absent = (sorted(taken[name])[:40] for name in names)  # the faster half: without interruptions
    apart = abs(statistics.median(hidden) - statistics.median(absent))
    assert apart < max(0.2 * statistics.median(absent), 0.000_5), "seconds"
