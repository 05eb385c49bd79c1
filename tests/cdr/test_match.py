"""Who a description may be of, by ``Patient/$match``."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.app import serve
from smartbear.cdr.model.likeness import Grade, likeness
from smartbear.fhir import json
from tests.cdr.conftest import Fhir, issues, patient
from tests.conftest import client_of


def person(**changed):
    whole = patient(
        identifier=[{"system": "urn:m", "value": "1"}],
        name=[{"family": "Müller", "given": ["Anna", "Maria"]}],
        birthDate="1944-03-02",
        telecom=[{"system": "phone", "value": "+49 30 1234"}],
    )
    return {name: value for name, value in (whole | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "grade", "score"),
    [
        ({}, Grade.CERTAIN, 1.0),
        ({"name": [{"family": "MULLER", "given": ["maria"]}]}, Grade.CERTAIN, 1.0),
        ({"name": None, "birthDate": None, "telecom": None, "gender": None}, Grade.CERTAIN, 0.8),
        ({"name": [{"family": "Schmidt", "given": ["Anna"]}]}, Grade.PROBABLE, 1.0),
        ({"birthDate": "1950-01-01", "telecom": None}, Grade.PROBABLE, 0.95),
        ({"identifier": None}, Grade.PROBABLE, 0.75),
        ({"identifier": [{"value": "1"}]}, Grade.PROBABLE, 0.75),
        ({"identifier": None, "telecom": [{"value": "(+49)30-1234"}], "gender": None}, Grade.PROBABLE, 0.7),
        ({"identifier": None, "birthDate": "1944-02-03"}, Grade.PROBABLE, 0.6),
        ({"identifier": None, "birthDate": "1944", "telecom": None}, Grade.POSSIBLE, 0.45),
        ({"identifier": [{"system": "urn:m", "value": "2"}]}, Grade.POSSIBLE, 0.45),
        ({"identifier": None, "telecom": None, "birthDate": "1950-01-01", "gender": None}, None, 0.1),
        ({"identifier": None, "telecom": None, "name": None}, None, 0.25),
    ],
)
def test_evidence_adds_up(changed, grade, score):
    assert likeness(person(**changed), person()) == (pytest.approx(score), grade)


@given(st.fixed_dictionaries({}, optional={name: st.just(None) for name in person()}))
def test_likeness_has_no_direction_and_what_is_missing_contradicts_nothing(removed):
    some = person(**removed)
    assert likeness(some, person()) == likeness(person(), some)
    assert likeness(some, some).score >= likeness(some, patient(gender="male")).score


async def matched(fhir, resource, **more):
    parts = [
        {"name": "resource", "resource": resource},
        *({"name": name} | one for name, one in more.items()),
    ]
    answer = await fhir.send("POST", "Patient/$match", {"resourceType": "Parameters", "parameter": parts})
    assert answer.status_code == 200, answer.text
    bundle = json.decode(answer.content)
    found = [entry for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "match"]
    assert bundle["total"] == len(found)
    return [
        (
            entry["resource"]["id"],
            entry["search"]["extension"][0]["valueCode"],
            float(entry["search"]["score"]),
        )
        for entry in found
    ]


def unlike_others(**changed):
    """A person whom no other test knows."""
    name, value = f"x{uuid.uuid4().hex}", str(uuid.uuid4())
    own = person(
        name=[{"family": name, "given": ["Anna"]}],
        telecom=[{"system": "email", "value": value}],
        identifier=[{"system": "urn:m", "value": value}],
    )
    return own | changed


async def test_the_best_match_comes_first_with_its_grade(fhir):
    described = unlike_others()
    same = await fhir.create(described)
    like = await fhir.create({name: value for name, value in described.items() if name != "identifier"})
    await fhir.create(patient(birthDate=described["birthDate"]))
    found = await matched(fhir, described)
    assert found == [(same["id"], "certain", 1.0), (like["id"], "probable", 0.75)]
    assert await matched(fhir, described, count={"valueInteger": 1}) == found[:1]
    assert await matched(fhir, described, onlyCertainMatches={"valueBoolean": True}) == found[:1]
    await fhir.create(described)
    assert await matched(fhir, described, onlyCertainMatches={"valueBoolean": True}) == []


async def test_only_patients_whom_the_caller_sees_match(service, fhir):
    described = unlike_others()
    hidden = await fhir.create(described | {"managingOrganization": {"reference": "Organization/elsewhere"}})
    manager = await service.case_manager("mine")
    assert [one for one, *_ in await matched(fhir, described)] == [hidden["id"]]
    assert await matched(manager, described) == []


async def test_separators_in_what_is_compared_are_text(fhir):
    odd = unlike_others(identifier=[{"system": "urn:m", "value": f"a|b,c$d\\{uuid.uuid4()}"}])
    stored = await fhir.create(odd)
    assert [one for one, *_ in await matched(fhir, odd)] == [stored["id"]]


@pytest.mark.parametrize(
    ("parameters", "issue"),
    [
        ([], ("required", "resource")),
        (
            [{"name": "resource", "resource": {"resourceType": "Basic", "code": {"text": "b"}}}],
            ("required", "resource"),
        ),
        ([{"name": "resource", "resource": patient()}], ("value", "resource")),
        (
            [{"name": "resource", "resource": person()}, {"name": "count", "valueInteger": 0}],
            ("value", "count"),
        ),
        (
            [{"name": "resource", "resource": person()}, {"name": "colour", "valueCode": "red"}],
            ("not-supported", "colour"),
        ),
        (
            [{"name": "resource", "resource": person()}, {"name": "onlyCertainMatches", "valueCode": "yes"}],
            ("value", "onlyCertainMatches"),
        ),
    ],
)
async def test_what_cannot_be_matched_is_refused(fhir, parameters, issue):
    body = {"resourceType": "Parameters"} | ({"parameter": parameters} if parameters else {})
    answer = await fhir.send("POST", "Patient/$match", body)
    assert (answer.status_code, issues(answer)[0]) == (400, issue)


async def test_more_candidates_than_are_compared_are_told_of(make_context, clock, monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_PAGE_LIMIT", "1")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        fhir, described = Fhir(client), unlike_others()
        for _ in range(2):
            await fhir.create(described)
        body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": described}]}
        bundle = json.decode((await fhir.send("POST", "Patient/$match", body)).content)
        assert bundle["entry"][-1]["resource"]["issue"][0]["code"] == "incomplete"
