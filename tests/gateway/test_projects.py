"""A project's clients at the front door, with the real repository behind it and the real keys beside it."""

import os
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse

from smartbear.cdr import app as cdr_app
from smartbear.cdr.model.consent import ACTS, SCOPES
from smartbear.contracts.scope import AccessScope, ScopeMiddleware, verify
from smartbear.gateway import app as gateway_app
from smartbear.gateway.model.projects import is_offered
from smartbear.gateway.model.table import TABLE
from smartbear.identity.model.realm import realm
from smartbear.kit.pseudonyms import service, spaces
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.holder import Holder, Person
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.record import Journal
from tests.conftest import test_key
from tests.gateway.conftest import ORIGIN

P1, O1, D1 = "5b1e9c4e-0b0f-4a38-9c6c-000000000001", "janes-reading", "5b1e9c4e-0b0f-4a38-9c6c-000000000003"
LOINC = {"system": "http://loinc.org", "code": "8867-4", "display": "Pulse"}
PATIENT = {
    "resourceType": "Patient",
    "id": P1,
    "name": [{"family": "CANARY-family", "given": ["CANARY-given"]}],
    "identifier": [{"system": "urn:CANARY", "value": "CANARY-number"}],
    "telecom": [{"system": "phone", "value": "CANARY-phone"}],
    "birthDate": "1951-04-03",
    "address": [{"city": "CANARY-city", "country": "GR"}],
}
OBSERVATION = {
    "resourceType": "Observation",
    "id": O1,
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml">CANARY-narrative</div>',
    },
    "status": "final",
    "code": {"coding": [LOINC], "text": "CANARY-code"},
    "subject": {"reference": f"Patient/{P1}", "display": "CANARY-display"},
    "effectiveDateTime": "2026-03-02T10:00:00+02:00",
    "valueQuantity": {"value": 61, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    "note": [{"text": "CANARY-note"}],
}
CONSENT = {
    "resourceType": "Consent",
    "id": "agreed",
    "status": "active",
    "scope": {"coding": [{"system": SCOPES, "code": "research"}]},
    "category": [{"text": "CANARY-category"}],
    "patient": {"reference": f"Patient/{P1}"},
    "policyRule": {"coding": [{"system": ACTS, "code": "OPTIN"}]},
}
PRACTITIONER = {"resourceType": "Practitioner", "id": "dr-canary", "name": [{"family": "CANARY-doctor"}]}

SYNERGIES = ("holobalance", "smart4health", "smart4healthbox")


@pytest.fixture
def home():
    """A short path: a socket's address has few bytes."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        yield Path(folder)


@pytest.fixture
async def keys(home, clock):
    folder = Folder(home / "pseudonyms")
    for name in SYNERGIES:
        folder.change(lambda kept, name=name: spaces.created(kept, name, clock.now()))
    holder = Holder(
        Keyring(folder), Journal(home / "journal"), lambda caller: identified(caller, clock), clock
    )
    async with service.serving(holder, home / "run" / "keys.sock", {os.geteuid()}):
        yield Keyring(folder)


def identified(caller, clock):
    scope = verify(caller, test_key("scope"), clock.now())
    return Person(scope.account, may_ask=True, may_agree=scope.role in ("CCM", "Auditor"))


@pytest.fixture
async def http(make_context, neighbours, home, clock):
    async with AsyncExitStack() as stack:
        inside = await stack.enter_async_context(make_context("cdr"))
        repository = await stack.enter_async_context(cdr_app.serve(inside))
        apps = neighbours | {"cdr": ScopeMiddleware(repository, test_key("scope"), clock)}
        context = await stack.enter_async_context(make_context("gateway", apps))
        context = replace(context, settings=context.settings.model_copy(update={"home": home}))
        app = await stack.enter_async_context(gateway_app.serve(context))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/fhir/")
        yield await stack.enter_async_context(client)


@pytest.fixture
def system(as_role):
    return as_role("system") | {"content-type": "application/fhir+json"}


@pytest.fixture
def project(bearer):
    def make(name="holobalance", scope="system/*.cruds"):
        machine = bearer(roles=None, sub=name, client_id=name, scope=f"project.{name} {scope}")
        return machine | {"content-type": "application/fhir+json"}

    return make


@pytest.fixture
async def stored(http, system, keys):
    for resource in (PATIENT, OBSERVATION, PRACTITIONER, CONSENT):
        answer = await http.put(f"{resource['resourceType']}/{resource['id']}", json=resource, headers=system)
        assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def pseudonym(keys):
    def make(kind, text, name="holobalance"):
        return keys.seal(name, kind, text)

    return make


def clean(answer):
    """Nothing of the person is in what a project was sent, headers included."""
    sent = answer.text + str(answer.headers)
    assert "CANARY" not in sent
    assert P1 not in sent
    assert O1 not in sent
    assert "2026-03-02" not in sent
    return answer


async def test_a_project_reads_a_person_under_its_own_id(http, stored, project, pseudonym):
    answer = clean(await http.get(f"Patient/{pseudonym('Patient', P1)}", headers=project()))
    assert answer.status_code == 200
    read = answer.json()
    assert read["id"] == pseudonym("Patient", P1)
    assert read["birthDate"] == "1951"
    assert read["address"] == [{"country": "GR"}]
    assert answer.headers["etag"].startswith('W/"')


async def test_the_repositorys_own_id_and_an_invented_one_are_equally_absent(http, stored, project):
    for name in (P1, "no-token", "x" * 64):
        answer = clean(await http.get(f"Patient/{name}", headers=project()))
        assert answer.status_code == 404
        assert name not in answer.text


async def test_a_resource_a_modifier_forbids_to_read_is_absent_and_one_that_is_known_has_no_body(
    http, stored, project, system, pseudonym
):
    modifier = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    await http.put(f"Observation/{D1}", json=OBSERVATION | modifier | {"id": D1}, headers=system)
    answer = clean(await http.get(f"Observation/{pseudonym('Observation', D1)}", headers=project()))
    assert answer.status_code == 404
    assert (await http.delete(f"Observation/{D1}", headers=system)).status_code in (200, 204)
    known = project() | {"if-none-match": 'W/"1"'}
    unchanged = clean(await http.get(f"Patient/{pseudonym('Patient', P1)}", headers=known))
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_a_token_of_another_project_is_absent_too(http, stored, project, pseudonym):
    foreign = pseudonym("Patient", P1, "smart4health")
    assert (await http.get(f"Patient/{foreign}", headers=project())).status_code == 404
    assert (await http.get(f"Patient/{foreign}", headers=project("smart4health"))).status_code == 200


async def test_a_search_finds_what_the_shifted_dates_say_and_its_links_lead_on(
    http, stored, project, pseudonym, keys
):
    subject = pseudonym("Patient", P1)
    found = clean(await http.get(f"Observation?subject=Patient/{subject}&_count=1", headers=project())).json()
    [entry] = found["entry"]
    assert entry["fullUrl"] == f"{ORIGIN}/fhir/Observation/{pseudonym('Observation', O1)}"
    day = entry["resource"]["effectiveDateTime"][:10]
    for criterion, count in ((f"date={day}", 1), ("date=2026-03-02", 0), (f"date=gt{day}", 0)):
        path = f"Observation?subject=Patient/{subject}&{criterion}"
        assert (await http.get(path, headers=project())).json()["total"] == count
    own = next(link["url"] for link in found["link"] if link["relation"] == "self")
    assert (await http.get(own, headers=project())).json()["entry"] == found["entry"]


async def test_a_search_by_post_is_the_same_search(http, stored, project, pseudonym):
    form = project() | {"content-type": "application/x-www-form-urlencoded"}
    body = f"subject=Patient%2F{pseudonym('Patient', P1)}"
    answer = clean(await http.post("Observation/_search", content=body, headers=form))
    assert answer.json()["total"] == 1


async def test_the_whole_record_leaves_without_the_person(http, stored, project, pseudonym):
    answer = clean(await http.get(f"Patient/{pseudonym('Patient', P1)}/$everything", headers=project()))
    kinds = [entry["resource"]["resourceType"] for entry in answer.json()["entry"]]
    assert sorted(kinds) == ["Observation", "Patient"]


async def test_the_history_of_a_resource_is_treated_too(http, stored, project, pseudonym):
    answer = clean(await http.get(f"Patient/{pseudonym('Patient', P1)}/_history", headers=project()))
    assert answer.json()["entry"][0]["request"]["url"] == f"Patient/{pseudonym('Patient', P1)}"


async def test_people_around_the_patient_are_not_there(http, stored, project):
    for path in ("Practitioner", "Practitioner/dr-canary", "Practitioner?_id=dr-canary"):
        assert (await http.get(path, headers=project())).status_code == 404


async def test_a_project_adds_an_observation_of_its_own(http, stored, project, system, pseudonym):
    new = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [LOINC]},
        "subject": {"reference": f"Patient/{pseudonym('Patient', P1)}"},
        "effectiveDateTime": "2026-08-31T10:00:00Z",
    }
    answer = clean(await http.post("Observation", content=orjson.dumps(new), headers=project()))
    assert answer.status_code == 201, answer.text
    assert answer.json()["effectiveDateTime"] == new["effectiveDateTime"]
    place = answer.headers["location"]
    assert (await http.get(place, headers=project())).json()["id"] == answer.json()["id"]
    inside = (await http.get(f"Observation?subject=Patient/{P1}&_sort=-_lastUpdated", headers=system)).json()
    assert inside["entry"][0]["resource"]["subject"]["reference"] == f"Patient/{P1}"
    assert inside["entry"][0]["resource"]["effectiveDateTime"] != new["effectiveDateTime"]


async def test_a_resource_about_somebody_who_is_not_there_is_refused(http, stored, project):
    new = {"resourceType": "Observation", "status": "final", "code": {"coding": [LOINC]}}
    for subject in (f"Patient/{P1}", "Patient/invented"):
        body = orjson.dumps(new | {"subject": {"reference": subject}})
        answer = clean(await http.post("Observation", content=body, headers=project()))
        assert answer.status_code == 422


async def test_nobody_is_found_by_adding_a_guessed_identifier_and_reading_its_token(http, stored, project):
    new = {"resourceType": "Observation", "status": "final", "code": {"coding": [LOINC]}}
    guess = orjson.dumps(new | {"identifier": [{"value": "CANARY-number"}]})
    answer = clean(await http.post("Observation", content=guess, headers=project()))
    assert answer.status_code == 422


NOT_OFFERED = [
    ("PUT", "Patient/x"),
    ("PATCH", "Patient/x"),
    ("DELETE", "Patient/x"),
    ("POST", ""),
    ("POST", "Practitioner"),
    ("POST", "Patient/$match"),
    ("POST", "Patient/$validate"),
    ("GET", ""),
    ("GET", "_history"),
    ("GET", "$get-resource-counts"),
    ("GET", "Observation/$stats"),
    ("GET", "$expunge"),
]


async def test_what_is_not_offered_to_projects_is_refused(http, stored, project):
    for method, path in NOT_OFFERED:
        answer = clean(await http.request(method, path, headers=project(), content=b"{}"))
        assert answer.status_code == 403, (method, path)


async def test_conditions_on_what_is_not_seen_are_refused(http, stored, project):
    for header in ("if-none-exist", "if-match"):
        headers = project() | {header: "identifier=CANARY"}
        assert (await http.post("Observation", content=b"{}", headers=headers)).status_code == 403


async def test_a_search_by_what_identifies_is_refused_and_not_repeated(http, stored, project):
    for query in ("name=CANARY-family", "identifier=CANARY-number", "_has:Observation:patient:code=1"):
        answer = clean(await http.get(f"Patient?{query}", headers=project()))
        assert answer.status_code == 400


async def test_answers_to_unusable_requests_repeat_nothing(http, stored, project):
    for body in (
        b'{"resourceType": "Observation", "status": "CANARY"}',
        b"CANARY",
        b"[]",
        b'{"resourceType":1}',
    ):
        answer = clean(await http.post("Observation", content=body, headers=project()))
        assert 400 <= answer.status_code < 500, answer.text


async def test_two_worlds_that_differ_in_identities_alone_look_the_same(
    http, stored, project, system, pseudonym
):
    subject = pseudonym("Patient", P1)
    paths = [f"Patient/{subject}", f"Observation?subject=Patient/{subject}", f"Patient/{subject}/$everything"]
    before = [(await http.get(path, headers=project())).json() for path in paths]
    other = PATIENT | {"name": [{"family": "Another"}], "telecom": [], "birthDate": "1951-12-24"}
    other = {key: value for key, value in other.items() if value}
    assert (await http.put(f"Patient/{P1}", json=other, headers=system)).status_code == 200
    after = [(await http.get(path, headers=project())).json() for path in paths]
    assert [timeless(each) for each in after] == [timeless(each) for each in before]


def timeless(value):
    """Without versions, which count changes, and the cursors and ids that answers have of their own."""
    if isinstance(value, dict):
        left_out = {"versionId", "lastUpdated"} | ({"id"} if value.get("resourceType") == "Bundle" else set())
        return {name: timeless(item) for name, item in value.items() if name not in left_out}
    return [timeless(item) for item in value] if isinstance(value, list) else value


async def test_two_people_find_out_who_a_token_is_and_one_does_not(http, stored, bearer, pseudonym):
    asker, other = (bearer(roles=["CCM"], sub=name) for name in ("a-1", "a-2"))
    question = {"project": "holobalance", "type": "Patient", "token": pseudonym("Patient", P1)}
    question |= {"reason": "A finding that the participant must know of."}
    asked = await http.post(f"{ORIGIN}/api/pseudonyms/questions", json=question, headers=asker)
    assert asked.status_code == 201
    address = f"{ORIGIN}/api/pseudonyms/answers"
    assert (await http.post(address, json=asked.json(), headers=asker)).status_code == 403
    told = await http.post(address, json=asked.json(), headers=other)
    assert told.json() == {"id": P1, "reason": question["reason"], "asked_by": "a-1"}


async def test_a_question_that_is_none_is_refused_field_by_field(http, stored, bearer):
    for body in ([], {"ticket": 1}, {"ticket": "x", "more": "CANARY"}, {}):
        answer = await http.post(f"{ORIGIN}/api/pseudonyms/answers", json=body, headers=bearer())
        assert answer.status_code == 400
        assert "CANARY" not in answer.text
    unknown = await http.post(f"{ORIGIN}/api/pseudonyms/answers", json={"ticket": "x"}, headers=bearer())
    assert unknown.status_code == 404


async def test_callers_without_a_project_see_what_is_stored(http, stored, as_role, system):
    assert (await http.get(f"Patient/{P1}", headers=system)).json()["name"] == PATIENT["name"]


async def test_a_project_enters_nowhere_but_where_its_ids_are_known(http, stored, project):
    for row in TABLE:
        if row.roles is not None and row.space != "translated":
            answer = await http.get(ORIGIN + row.path, headers=project())
            assert answer.status_code in (403, 405), row.path


async def test_without_keys_a_project_is_refused_and_without_the_holder_told_to_wait(http, stored, project):
    assert (await http.get("Patient/x", headers=project("unknown"))).status_code == 403


async def test_when_the_holder_is_gone_only_projects_suffer(http, project, system):
    assert (await http.get("Patient/x", headers=project())).status_code == 503
    assert (await http.get("Patient/x", headers=system)).status_code == 404


async def exported(scope, receive, send):
    """A component that has the files of an export, in pieces that end in the middle of a line."""
    request = Request(scope)
    if request.url.path == "/fhir/$export/job":
        files = [{"type": "Observation", "url": f"{ORIGIN}/fhir/$export/job/file", "count": 2000}]
        await JSONResponse({"transactionTime": "2026-03-02T10:00:00Z", "output": files})(scope, receive, send)
        return
    if request.url.path == "/fhir/$export/page":
        await PlainTextResponse("CANARY")(scope, receive, send)
        return
    lines = b"".join(orjson.dumps(each) + b"\n" for each in [OBSERVATION, PRACTITIONER] * 1000)
    pieces = iter([lines[place : place + 50_001] for place in range(0, len(lines), 50_001)])
    await StreamingResponse(pieces, media_type="application/fhir+ndjson")(scope, receive, send)


async def test_lines_of_an_export_are_treated_piece_by_piece(make_context, neighbours, home, keys, project):
    async with AsyncExitStack() as stack:
        context = await stack.enter_async_context(make_context("gateway", neighbours | {"cdr": exported}))
        context = replace(context, settings=context.settings.model_copy(update={"home": home}))
        app = await stack.enter_async_context(gateway_app.serve(context))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=project())
        http = await stack.enter_async_context(client)
        [file] = clean(await http.get("/fhir/$export/job")).json()["output"]
        lines = clean(await http.get(file["url"])).text.splitlines()
        assert len(lines) == 1000
        assert {orjson.loads(line)["id"] for line in lines} == {keys.seal("holobalance", "Observation", O1)}
        assert (await http.get("/fhir/$export/page")).status_code == 404


@pytest.mark.parametrize(
    ("scopes", "role", "name"),
    [
        (("project.holobalance", "system/*.rs"), "system", "holobalance"),
        (("system/*.*",), "system", None),
        ((), "CCM", None),
        (("project.x",), "CCM", None),
    ],
)
def test_a_machine_client_belongs_to_the_project_of_its_scope(scopes, role, name):
    assert AccessScope(role=role, scopes=scopes).project == name


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_exports_are_asked_followed_and_cancelled_and_nothing_else(method):
    assert is_offered("GET", ["$export"])
    assert is_offered("GET", ["$export", "job", "file"])
    assert is_offered("DELETE", ["$export", "job"])
    assert not is_offered("DELETE", ["$export"])
    assert not is_offered(method, ["$export", "job"])


def synergy(bearer, name):
    """Headers of a synergy's client with the scopes that the realm gives it."""
    scopes = " ".join(realm().clients[name].scopes)
    return bearer(roles=None, sub=name, client_id=name, scope=scopes) | {
        "content-type": "application/fhir+json"
    }


@pytest.mark.parametrize("name", SYNERGIES)
async def test_what_a_synergy_is_follows_from_its_token_whatever_a_header_says(
    http, stored, bearer, pseudonym, name
):
    own, other = synergy(bearer, name), next(each for each in SYNERGIES if each != name)
    search = f"Observation?subject=Patient/{pseudonym('Patient', P1, name)}"
    plain = clean(await http.get(search, headers=own))
    found = {entry["resource"]["id"] for entry in plain.json()["entry"]}
    assert pseudonym("Observation", O1, name) in found
    for header in ("X-Synergy", "x-synergy", "X-Synergy-Id", "X-SmartBear-Project"):
        forged = clean(await http.get(search, headers=own | {header: other}))
        assert forged.content == plain.content
        stored_data = await http.get(f"Patient/{P1}", headers=own | {header: "none"})
        assert stored_data.status_code == 404
    new = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [LOINC]},
        "subject": {"reference": f"Patient/{pseudonym('Patient', P1, name)}"},
    }
    assert (await http.post("Observation", content=orjson.dumps(new), headers=own)).status_code == 201
    assert (await http.get("Condition", headers=own)).json().get("entry", []) == []


async def test_a_client_of_two_projects_is_of_none_and_does_not_come_in(http, stored, bearer, keys):
    both = "project.holobalance project.smart4health system/*.rs"
    headers = bearer(roles=None, sub="both", client_id="both", scope=both)
    assert (await http.get("Patient", headers=headers)).status_code == 403
