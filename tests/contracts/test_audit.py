"""What an event says openly, what only a person's key opens, and that its bytes are always the same."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.contracts import audit
from smartbear.contracts.audit import agent_of, purpose_of
from smartbear.contracts.roles import ANONYMOUS, PARTICIPANT, SERVICE, STAFF, SYSTEM
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import Trail
from smartbear.kit.audit import SubjectKey

NURSE = AccessScope(
    role="CCM", account="a-1", username="test_clinician", client="web", organisations=("o-1",)
)
OLDER = AccessScope(role=PARTICIPANT, account="a-2", username="older", participant="SB-0002", subject="s-2")
AT = datetime(2026, 6, 14, 9, 2, tzinfo=UTC)
TEXTS = st.text(max_size=20)


@dataclass
class Made:
    event: audit.Event
    record: bytes
    marks: list[bytes]
    keys: dict[str, SubjectKey]


def made(trail: Trail, status: int = 200) -> Made:
    subjects = [person.subject for person in trail.persons()]
    keys = {subject: SubjectKey(b"m" * 32, subject, b"s" * 32) for subject in subjects}
    sealed = audit.seal(trail.event("cdr", AT, status), trail.persons(), keys)
    marks = [sealed.marks[start : start + 16] for start in range(0, len(sealed.marks), 16)]
    return Made(audit.read(sealed.record), sealed.record, marks, keys)


def trail(scope: AccessScope = NURSE, method: str = "GET", query: str = "") -> Trail:
    return Trail(scope, method, lambda: f"{method} /fhir/Observation", "r-1", query)


@given(
    st.lists(st.tuples(TEXTS, st.none() | TEXTS), max_size=20), st.text(max_size=40), st.integers(200, 599)
)
def test_a_record_is_canonical_json_and_its_parts_open_with_their_keys_alone(seen, query, status):
    asked = trail(query=query)
    for reference, subject in seen:
        asked.saw(reference, subject)
    result = made(asked, status)
    plain = json.loads(result.record)
    assert (
        result.record == json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    opened = list(audit.opened(result.event, result.marks, result.keys.values()))
    assert {person.subject: list(person.entities) for person in opened} == {
        subject: list(dict.fromkeys(each for each, whose in seen if whose == subject))
        for subject in {whose for _, whose in seen if whose is not None}
    }
    assert list(audit.opened(result.event, result.marks, ())) == []


def test_nothing_about_a_person_can_be_read_openly():
    asked = trail(OLDER, query="patient=s-2&code=1234")
    asked.saw("Observation/secret", "s-2")
    asked.saw("Observation/other", "s-3")
    record = made(asked).record
    for told in ("secret", "other", "s-2", "s-3", "a-2", "SB-0002", "older", "1234"):
        assert told.encode() not in record
    assert made(asked).event.query == ("patient", "code")


def test_without_a_persons_key_the_content_is_gone_and_the_hash_is_the_same():
    asked = trail()
    asked.saw("Observation/1", "s-2")
    asked.saw("Observation/2", "s-3")
    result = made(asked)
    before = hashlib.sha256(b"\0" + result.record).digest()
    del result.keys["s-2"]
    [left] = audit.opened(result.event, result.marks, result.keys.values())
    assert (left.subject, left.entities) == ("s-3", ("Observation/2",))
    assert hashlib.sha256(b"\0" + result.record).digest() == before


def test_a_participants_own_part_says_who_it_was_and_others_parts_do_not():
    asked = trail(OLDER)
    asked.saw("Observation/1", "s-2")
    asked.saw("Observation/2", "s-3")
    result = made(asked)
    own, other = audit.opened(result.event, result.marks, result.keys.values())
    assert (own.account, own.participant, own.subject) == ("a-2", "SB-0002", "s-2")
    assert (other.account, other.participant, other.subject) == ("", "", "s-3")


def test_the_text_of_a_search_is_kept_for_one_person_alone():
    asked = trail(query="patient=s-2")
    asked.saw("Observation/1", "s-2")
    result = made(asked)
    assert [one.query for one in audit.opened(result.event, result.marks, result.keys.values())] == [
        "patient=s-2"
    ]
    asked.saw("Observation/2", "s-3")
    result = made(asked)
    assert {one.query for one in audit.opened(result.event, result.marks, result.keys.values())} == {""}


def test_a_long_list_of_entities_is_cut_and_counted_and_everybody_is_still_named():
    asked = trail()
    for number in range(250):
        asked.saw(f"Observation/{number}", f"s-{number}")
    result = made(asked)
    assert result.event.more == 150
    assert len(result.event.sealed) == len(result.marks) == 250


@given(st.lists(st.lists(TEXTS, max_size=60), max_size=4), st.none() | TEXTS)
def test_a_page_is_seen_as_its_resources_would_be_one_by_one(pages, subject):
    whole, single = trail(), trail()
    for page in pages:
        whole.saw_all(page, subject)
        for reference in page:
            single.saw(reference, subject)
        if not page and subject is not None:
            single.about(subject)
    assert whole.event("cdr", AT, 200) == single.event("cdr", AT, 200)
    assert whole.persons() == single.persons()


@pytest.mark.parametrize("name", ["<b>", "a b", "x" * 65, "", "ü"])
def test_the_name_of_a_parameter_that_is_none_is_not_kept(name):
    assert made(trail(query=f"{name}=1&code=2")).event.query == ("code",)


@pytest.mark.parametrize(("status", "outcome"), [(200, "0"), (304, "0"), (403, "4"), (404, "4"), (503, "8")])
def test_the_outcome_follows_from_the_answer(status, outcome):
    assert made(trail(), status).event.outcome == outcome


def test_everybody_has_a_purpose():
    for role in (*STAFF, PARTICIPANT, SYSTEM, SERVICE, ANONYMOUS):
        assert purpose_of(agent_of(AccessScope(role=role)))
    research = agent_of(AccessScope(role=SYSTEM, client="c", scopes=("system/*.rs", "project.holobalance")))
    assert (research.project, purpose_of(research)) == ("holobalance", "HRESCH")
