"""Attack 2: finding out about a hidden value by searches whose answer depends on it."""

import pytest

from tests.attacks.records import NORTH, told

ASKED = (
    "Patient?_has:Observation:patient:identifier=urn:w|{}",
    "Patient?_has:Observation:subject:identifier=urn:w|{}&_total=accurate",
    "Observation?patient._has:List:subject:_id={}&_summary=count",
    "Observation?identifier=urn:w|{}&_sort=-date",
    "Observation?identifier:not=urn:w|{}&_total=accurate",
    "Observation?_id:not={}&_total=accurate&_sort=_id",
    "Observation?_filter=identifier eq 'urn:w|{}'",
    "Observation?_filter=not (_id eq '{}')",
    "Observation?_list={}",
    "Observation?_id={}&_summary=count",
    "Condition?patient._has:Observation:patient:identifier=urn:w|{}",
    "Patient?_has:List:subject:_id={}",
    "Observation/$lastn?patient._has:Observation:patient:identifier=urn:w|{}",
    "Binary?_id={}&_total=accurate",
)
HIDDEN, ABSENT = ("south-pulse", "south-list", "south-file"), ("south-never", "south-none", "south-zero")


@pytest.mark.parametrize("who", NORTH)
async def test_no_search_tells_a_hidden_value_from_one_that_is_nowhere(platform, who):
    for path in ASKED:
        for hidden, absent in zip(HIDDEN, ABSENT, strict=True):
            answers = [
                told(await platform.fhir(who, "GET", path.format(value))) for value in (hidden, absent)
            ]
            bodies = [
                body.replace(hidden.encode(), b"").replace(absent.encode(), b"") for _, _, body in answers
            ]
            assert answers[0][0] == answers[1][0] < 500
            assert bodies[0] == bodies[1], path


async def test_a_project_cannot_ask_by_what_it_does_not_see(platform):
    for path in (*ASKED[:7], "Patient?family=x", "Observation?subject.birthdate=1951", "Patient?_text=x"):
        answer = await platform.fhir("holobalance", "GET", path.format("south-pulse"))
        assert answer.status_code == 400, path
        assert "south-pulse" not in answer.text
