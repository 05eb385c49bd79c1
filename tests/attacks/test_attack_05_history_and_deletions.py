"""Attack 5: earlier versions, instants and deleted objects as a way round what is hidden now."""

import pytest

from tests.attacks.records import NORTH, alike
from tests.cdr.two_worlds import PULSE, seen


@pytest.fixture
async def gone(platform, theirs):
    """Something of the south that was deleted."""
    await platform.store(seen("south-gone", theirs, PULSE, 9, 9))
    assert (await platform.fhir("system", "DELETE", "Observation/south-gone")).status_code in (200, 204)


@pytest.mark.parametrize("who", NORTH)
async def test_a_deleted_object_of_others_was_never_there(platform, gone, who):
    assert (await platform.fhir("ccm_south", "GET", "Observation/south-gone")).status_code == 410
    for path in (
        "Observation/{}",
        "Observation/{}/_history",
        "Observation/{}/_history/1",
        "Observation/{}/_history/2",
    ):
        answer = await alike(platform, who, "GET", path, "south-gone", "south-never")
        assert answer.status_code == 404


@pytest.mark.parametrize("who", NORTH)
@pytest.mark.parametrize(
    "path",
    [
        "_history",
        "Observation/_history",
        "Observation/_history?_at=2026-06",
        "Patient/_history?_since=2026-01-01",
    ],
)
async def test_histories_name_nothing_of_others(platform, gone, theirs, who, path):
    answer = await platform.fhir(who, "GET", path)
    assert answer.status_code < 500
    resources = [entry["resource"] for entry in answer.json().get("entry", ()) if "resource" in entry]
    assert not [one["id"] for one in resources if "south" in one["id"] or one["id"] == theirs]
    assert "south-gone" not in answer.text
    assert "CANARY-note-south" not in answer.text


async def test_a_version_from_before_a_person_moved_is_not_shown_to_the_new_neighbours(
    platform, ours, theirs
):
    """What moves from one record to another takes its earlier versions along for nobody."""
    await platform.store(seen("mover", theirs, PULSE, 50, 1), seen("mover", ours, PULSE, 51, 1))
    shown = (await platform.fhir("ccm_north", "GET", "Observation/mover/_history")).json()
    assert {entry["resource"]["valueQuantity"]["value"] for entry in shown["entry"]} == {51}
    versions = [
        (await platform.fhir("ccm_north", "GET", f"Observation/mover/_history/{number}")).status_code
        for number in (1, 2)
    ]
    assert 404 in versions
