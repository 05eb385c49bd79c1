"""Attack 4: going on where somebody else's search or export stopped."""

import pytest

from tests.attacks.records import told
from tests.cdr.conftest import link


@pytest.mark.parametrize(
    "asked", ["Observation?_count=1", "Observation/_history?_count=1", "?_type=List,Observation&_count=1"]
)
async def test_a_page_of_another_caller_is_like_one_that_was_made_up(platform, asked):
    following = link((await platform.fhir("ccm_south", "GET", asked)).json(), "next")
    assert (await platform.fhir("ccm_south", "GET", following)).status_code == 200
    head, mark, cursor = following.partition("_cursor=")
    assert mark
    invented = f"{head}{mark}{cursor[::-1]}"
    for thief in ("ccm_north", "person_south", "system", "reader", "smart4health"):
        stolen, made_up = [await platform.fhir(thief, "GET", path) for path in (following, invented)]
        assert stolen.status_code == made_up.status_code
        assert stolen.status_code in (400, 403)
        assert told(stolen) == told(made_up)


async def test_a_page_is_for_the_search_it_was_given_for_and_cannot_be_altered(platform):
    following = link((await platform.fhir("ccm_south", "GET", "Observation?_count=1")).json(), "next")
    cursor = following.partition("_cursor=")[2].partition("&")[0]
    assert (await platform.fhir("ccm_south", "GET", f"Condition?_cursor={cursor}")).status_code == 400
    for place in range(0, len(cursor), max(1, len(cursor) // 12)):
        other = "A" if cursor[place] != "A" else "B"
        changed = f"{cursor[:place]}{other}{cursor[place + 1 :]}"
        answer = await platform.fhir("ccm_south", "GET", following.replace(cursor, changed))
        assert answer.status_code == 400, place


async def test_a_page_of_one_project_is_nothing_to_another(platform):
    following = link((await platform.fhir("holobalance", "GET", "Observation?_count=1")).json(), "next")
    assert (await platform.fhir("holobalance", "GET", following)).status_code == 200
    assert (await platform.fhir("smart4health", "GET", following)).status_code == 400
