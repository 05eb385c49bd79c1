"""The trail as FHIR AuditEvent: valid resources, found by what they say, by those who may read them."""

import pytest

from smartbear.contracts.roles import PARTICIPANT
from smartbear.contracts.scope import AccessScope
from smartbear.fhir.validation import validate
from tests.assurance.conftest import CLINICIAN, PERSON, SUBJECTS, trail_of
from tests.assurance.test_reading import AUDITOR, MACHINE, ONE, as_

MINE, OTHERS = SUBJECTS["SB-0001"], SUBJECTS["SB-0002"]


@pytest.fixture(scope="module")
async def mixed(postgres_url, tmp_path_factory):
    async with trail_of(postgres_url, tmp_path_factory) as trail:
        await trail.add(about=("SB-0001", "SB-0002"), query=("code",), entities=("ValueSet/x",))
        await trail.add(about=("SB-0002",), agent=MACHINE, subtype="search-type", purpose="HRESCH")
        await trail.add(about=("SB-0001",), agent=PERSON, action="C", subtype="sign-in", status=401)
        yield trail


async def found(trail, query, scope=AUDITOR):
    async with as_(trail, scope) as client:
        answer = await client.get(f"/fhir/AuditEvent?{query}")
    assert answer.status_code == 200, answer.text
    entries = [entry["resource"] for entry in answer.json().get("entry", [])]
    return [one for one in entries if one["subtype"][0]["code"] != "audit-search"]


@pytest.mark.parametrize("scope", [AUDITOR, ONE], ids=lambda scope: scope.role)
async def test_every_event_is_a_valid_resource(mixed, scope):
    events = await found(mixed, "", scope)
    assert len(events) == (3 if scope is AUDITOR else 2)
    for event in events:
        assert [issue for issue in validate(event) if issue.severity in ("error", "fatal")] == []


async def test_an_auditor_is_told_who_acted_and_of_persons_a_mark(mixed):
    [event] = await found(mixed, "agent-name=test_clinician")
    assert event["agent"][0]["who"] == {
        "identifier": {"value": CLINICIAN.account},
        "display": "test_clinician",
    }
    assert event["agent"][0]["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    assert "Patient/" not in str(await found(mixed, ""))


async def test_a_participant_is_told_about_nobody_else(mixed):
    events = await found(mixed, "", ONE)
    assert {event["subtype"][0]["code"] for event in events} == {"read", "sign-in"}
    assert f"Patient/{MINE}" in str(events)
    assert OTHERS not in str(events)
    assert await found(mixed, f"patient=Patient/{OTHERS}", ONE) == []
    [machine] = await found(mixed, "action=R&agent=holobalance")
    async with as_(mixed, ONE) as client:
        assert (await client.get(f"/fhir/AuditEvent/{machine['id']}")).status_code == 404
        assert (await client.get(f"/fhir/AuditEvent/{events[0]['id']}")).json() == events[0]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("date=ge2026-01-01", 3),
        ("date=lt2026-01-01", 0),
        ("date=gt2020&date=le2099-12-31T23:59:59Z", 3),
        ("date=eq2020-02", 0),
        (f"agent=Practitioner/{CLINICIAN.account}", 1),
        ("agent-role=urn:smartbear:role|system", 1),
        ("action=R", 2),
        ("outcome=4", 1),
        ("subtype=http://hl7.org/fhir/restful-interaction|search-type", 1),
        (f"patient={MINE}", 2),
        (f"patient=Patient/{MINE}&entity=Observation/1", 2),
        ("entity=ValueSet/x", 1),
        ("entity=Observation/1", 0),
        ("patient=nobody", 0),
        ("_id=0-0", 0),
        ("_id=abc", 0),
        ("_id=٣-٣", 0),
        ("_format=json&_count=999999", 3),
    ],
)
async def test_events_are_found_by_what_they_say(mixed, query, number):
    assert len(await found(mixed, query)) == number


@pytest.mark.parametrize(
    "query",
    [
        *("date=yesterday", "date=ap2026", "date=", "unknown=1", "_count=0", "_count=x", "_count=%D9%A3"),
        *("patient=Device/1", "entity=Observation", "_after=AAAA", "_format=xml", "agent=%00", "date=ge"),
    ],
)
async def test_a_search_that_makes_no_sense_names_the_parameter(mixed, query):
    async with as_(mixed, AUDITOR) as client:
        answer = await client.get(f"/fhir/AuditEvent?{query}")
    assert answer.status_code == 400
    [issue] = answer.json()["issue"]
    assert issue["expression"] == [query.partition("=")[0]] or query.startswith("_after")


async def test_pages_follow_one_another(mixed):
    async with as_(mixed, AUDITOR) as client:
        first = (await client.get("/fhir/AuditEvent?_count=2&subtype=read,")).json()
        assert "entry" not in first or not first["entry"]
        first = (await client.get("/fhir/AuditEvent?_count=1&action=R&agent-role=CCM")).json()
        page = (await client.get("/fhir/AuditEvent?_count=1&outcome=0")).json()
        link = next(each["url"] for each in page["link"] if each["relation"] == "next")
        after = (await client.get(link.partition("8080")[2])).json()
    assert [link["relation"] for link in first["link"]] == ["self"]
    assert after["entry"][0]["resource"]["id"] != page["entry"][0]["resource"]["id"]


@pytest.mark.parametrize(
    "scope",
    [AccessScope(role="CCM", organisations=("a",)), AccessScope(role=PARTICIPANT)],
    ids=["CCM", "nobody"],
)
async def test_others_are_refused_and_nobody_writes(mixed, scope):
    async with as_(mixed, scope) as client:
        assert (await client.get("/fhir/AuditEvent")).status_code == 403
        assert (await client.get("/fhir/AuditEvent/1")).json()["resourceType"] == "OperationOutcome"
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await client.request(method, "/fhir/AuditEvent/1")).status_code == 405


async def test_whom_an_auditor_asked_for_is_told_and_for_nobody_a_key_is_made(mixed):
    async def keys():
        return await mixed.owner.fetchval("SELECT count(*) FROM audit.subject_key")

    async def told():
        async with as_(mixed, ONE) as client:
            shown = (await client.get("/api/audit/own?limit=200")).json()["items"]
        return [item["who"]["role"] for item in shown if item["subtype"] == "audit-search"].count("Auditor")

    before = await told()
    await found(mixed, f"patient=Patient/{MINE}")
    assert await told() == before + 1
    kept = await keys()
    await found(mixed, "patient=Patient/nobody-at-all")
    assert await keys() == kept
