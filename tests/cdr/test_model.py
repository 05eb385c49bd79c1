from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.model import tags
from smartbear.cdr.model.body import instant, stored_form, versioned
from smartbear.cdr.model.cursor import CursorSeal
from smartbear.cdr.model.owner import owner_of
from smartbear.cdr.model.rid import RidMaker, first_rid
from smartbear.fhir import json
from smartbear.fhir.search import extract
from smartbear.kit.clock import FrozenClock
from smartbear.kit.errors import BadInput, Gone

NOON = datetime(2026, 6, 14, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=3)))
BASES = ("http://here.example/fhir/",)


def test_rids_grow_even_when_the_clock_stands_still_or_goes_back():
    clock = FrozenClock(NOON)
    maker = RidMaker(7, clock)
    made = [maker.next() for _ in range(5000)]
    clock.advance(timedelta(days=-1))
    made += [maker.next() for _ in range(5000)]
    assert made == sorted(set(made))
    assert made[0] >= first_rid(int(NOON.timestamp() * 1000))
    assert made[-1] < 2**63


def test_two_makers_never_make_the_same_rid():
    one, two = (RidMaker(number, FrozenClock(NOON)) for number in (1, 2))
    assert not {one.next() for _ in range(5000)} & {two.next() for _ in range(5000)}


@given(
    st.dictionaries(
        st.sampled_from(["tag", "profile", "versionId", "lastUpdated"]),
        st.lists(st.sampled_from(["a", "ä", '"'])),
        max_size=3,
    ),
    st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True),
    st.integers(1, 10**6),
)
def test_a_stored_resource_gets_its_version_back_and_keeps_the_rest(meta, resource_id, version):
    resource = {"resourceType": "Basic", "meta": meta, "code": {"text": "ä"}, "id": "other"}
    stored = stored_form(resource, resource_id)
    found = json.decode(versioned(stored, "Basic", resource_id, version, NOON))
    assert found["id"] == resource_id
    assert found["meta"]["versionId"] == str(version)
    assert found["meta"]["lastUpdated"] == "2026-06-14T09:00:00.123Z"
    kept = {name: value for name, value in meta.items() if name in ("tag", "profile")}
    assert {k: v for k, v in found["meta"].items() if k not in ("versionId", "lastUpdated")} == kept
    assert found["code"] == resource["code"]


def test_instants_are_in_utc_with_three_digits():
    assert instant(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


keys = st.lists(
    st.one_of(
        st.none(), st.text(max_size=5), st.floats(allow_nan=False), st.datetimes(timezones=st.just(UTC))
    ),
    max_size=3,
)


@given(st.integers(0, 2**63 - 1), keys, st.text(max_size=10), st.integers(0, 10**6))
def test_a_cursor_opens_for_its_purpose_and_for_no_other(rid, values, purpose, position):
    seal = CursorSeal(b"k" * 32, timedelta(minutes=30))
    cursor = seal.seal(rid, values, purpose, NOON)
    assert seal.open(cursor, purpose, NOON) == (rid, tuple(values))
    at = position % (len(cursor) - 1)  # the last character has bits that mean nothing
    changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
    for forged, other in ((cursor, purpose + "!"), (changed, purpose), (cursor[:5], purpose), ("", purpose)):
        with pytest.raises(BadInput):
            seal.open(forged, other, NOON)
    with pytest.raises(Gone):
        seal.open(cursor, purpose, NOON + timedelta(minutes=31))
    with pytest.raises(BadInput):
        CursorSeal(b"x" * 32, timedelta(minutes=30)).open(cursor, purpose, NOON)


@pytest.mark.parametrize(
    ("resource", "owner"),
    [
        ({"resourceType": "Patient", "id": "me"}, "me"),
        ({"resourceType": "Observation", "subject": {"reference": "Patient/a"}}, "a"),
        (
            {"resourceType": "Observation", "subject": {"reference": "http://here.example/fhir/Patient/a"}},
            "a",
        ),
        (
            {"resourceType": "Observation", "subject": {"reference": "http://there.example/fhir/Patient/a"}},
            None,
        ),
        (
            {
                "resourceType": "Observation",
                "subject": {"reference": "Patient/a"},
                "performer": [{"reference": "Patient/b"}],
            },
            "a",
        ),
        (
            {
                "resourceType": "Observation",
                "subject": {"reference": "Group/a"},
                "performer": [{"reference": "Patient/b"}],
            },
            None,
        ),
        ({"resourceType": "Observation"}, None),
        ({"resourceType": "Device", "patient": {"reference": "Patient/a"}}, "a"),
        ({"resourceType": "Organization"}, None),
        ({"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/a"}}]}, "a"),
        (
            {
                "resourceType": "Appointment",
                "participant": [{"actor": {"reference": f"Patient/{one}"}} for one in "ab"],
            },
            None,
        ),
    ],
)
def test_a_resource_belongs_to_the_one_patient_it_is_about(resource, owner):
    assert owner_of(resource["resourceType"], resource.get("id", "x"), extract(resource), BASES) == owner


@pytest.mark.parametrize(
    ("tag", "version"), [("", None), ('W/"3"', 3), ('"3"', 3), ('W/"abc"', -1), ('W/"99999999999"', -1)]
)
def test_entity_tags_name_versions(tag, version):
    found = tags.expected_versions(tag)
    assert (found and found.versions) == (version and {version})


def test_if_match_lists_entity_tags_or_takes_any():
    listed = tags.expected_versions('W/"1" , "2",W/"x"')
    assert [listed.allows(version) for version in (1, 2, 3)] == [True, True, False]
    anything = tags.expected_versions("*")
    assert (anything.allows(7), anything.allows(7, living=False)) == (True, False)


@pytest.mark.parametrize("tag", ["3", "W/", 'W/"1",', 'W/"1" W/"2"', '*, W/"1"', '"a b"'])
def test_if_match_is_made_of_entity_tags(tag):
    with pytest.raises(BadInput):
        tags.expected_versions(tag)
