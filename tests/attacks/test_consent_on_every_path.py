"""Withdrawal takes effect on every path out; the paths are those of the route tables.

Each shape of an address below ``/fhir``, each path of the APIs and each row of the gateway's table has an
answer in ``ways_out.py``: what is asked there, or why nobody is told of. One without an answer fails.
"""

from datetime import timedelta
from uuid import uuid4

import pytest

from smartbear.cdr.routes.application import ROUTES
from smartbear.contracts.events import NoticeLimit, NoticeRaised, NoticeReading
from smartbear.gateway.model.table import TABLE
from smartbear.notifications.store import changes
from tests.attacks.records import records
from tests.attacks.ways_out import API, DOORS, FHIR, GROUPS, NAMED
from tests.cdr.bulk import ASYNC
from tests.cdr.subscribers import served
from tests.cdr.test_consent import consent
from tests.cdr.two_worlds import PULSE, reference, seen
from tests.conftest import NOW, eventually
from tests.whole import whole

CCM, OWN, PROJECT, NARROW, WHOLE = "ccm_north", "person_north", "holobalance", "reader", "system"


def test_every_shape_of_an_address_of_the_repository_has_an_answer_here():
    assert {"/".join(shape) for shape in ROUTES} == set(FHIR)


async def test_every_path_of_the_apis_and_every_row_of_the_gateway_has_an_answer_here(platform):
    described = (await platform.ask("", "GET", "/api/openapi.json")).json()["paths"]
    alone = {path for path in described if not path.startswith(tuple(GROUPS))}
    assert alone == set(API)
    rows = {row.path for row in TABLE} - set(DOORS | GROUPS) - {"/fhir"}
    ours = {path for path in rows if not path.startswith(tuple(GROUPS))}
    assert [path for path in ours if not any(one.startswith(path) for one in API)] == []


@pytest.fixture(scope="module")
async def platform(postgres_url):
    """With somebody in the north of whom everything is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMARTBEAR_CDR_SUBSCRIPTION_HOSTS", "127.0.0.1")
        async with whole(postgres_url) as running:
            await _know(running)
            yield running


async def _know(running):
    participant, subject = running.person["north"]
    profile = {"profiles": ["mental"]}
    assert (await running.ask(CCM, "PATCH", f"/api/participants/{participant}", profile)).is_success
    await running.work()
    care = reference(f"Organization/{running.place['north']}")
    person = {"resourceType": "Patient", "id": subject, "managingOrganization": care}
    await running.store(person | NAMED, *records("north", subject))
    await running.store(*_around(subject))
    body = {"subject": subject, "readings": [_pressure()]}
    answer = await running.ask(WHOLE, "POST", "/api/measurements", body, idempotency_key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    running.notice = await _raise_notice(running, subject)
    await running.work()


def _around(subject):
    about = {"subject": reference(f"Patient/{subject}")}
    visit = {"resourceType": "Encounter", "id": "north-visit", "status": "finished", "class": {"code": "AMB"}}
    member = [{"entity": reference(f"Patient/{subject}")}]
    group = {"resourceType": "Group", "id": "north-group", "type": "person", "actual": True, "member": member}
    yield visit | about | {"reasonCode": [{"text": "CANARY-visit"}]}
    yield group | {"name": "CANARY-group"}
    yield {"resourceType": "Device", "id": "north-device", "patient": about["subject"]}
    yield {"resourceType": "RelatedPerson", "id": "north-kin", "patient": about["subject"]}
    yield seen(
        "north-all",
        subject,
        PULSE,
        66,
        5,
        note=[{"text": "CANARY-note"}],
        meta={"tag": [{"system": "urn:CANARY", "code": "CANARY"}]},
        device=reference("Device/north-device"),
        encounter=reference("Encounter/north-visit"),
        performer=[reference("Practitioner/dr"), reference("RelatedPerson/north-kin")],
    )


def _pressure():
    parts = (("8480-6", 128), ("8462-4", 76))
    components = [{"code": code, "value": value, "unit": "mm[Hg]"} for code, value in parts]
    return {
        "code": "85354-9",
        "components": components,
        "measured_at": NOW.isoformat(),
        "entry": "manual",
    }


async def _raise_notice(platform, subject):
    event = NoticeRaised(
        notice_id=str(uuid4()),
        episode_id=str(uuid4()),
        subject=subject,
        kind="red_alert",
        level="red",
        measure="blood_pressure",
        rule_id="HF5",
        rule_version=3,
        readings=(NoticeReading(reading_id=str(uuid4()), systolic=200, diastolic=130, measured_at=NOW),),
        limit=NoticeLimit(systolic=180, diastolic=110),
        raised_at=NOW,
        audience=("participant", "ccm"),
    )
    handle = platform.running.handlers()["notifications.notice.raised"]
    await handle(event.model_dump(mode="json"))
    return event.notice_id


async def ask(platform, who, probe):
    participant, subject = platform.person["north"]
    path = probe.path.format(subject=subject, participant=participant, notice=platform.notice)
    body, headers = probe.body, {}
    if isinstance(body, bytes):
        headers["content_type"] = "application/x-www-form-urlencoded"
    if isinstance(body, list):
        headers["content_type"] = "application/json-patch+json"
    if body == "record":
        body = records("north", subject)[0]
    send = platform.ask if path.startswith("/api") else platform.fhir
    return await send(who, probe.method, path, body, **headers)


async def shows(platform, who, probe):
    answer = await ask(platform, who, probe)
    assert answer.status_code < 500, (probe, answer.text)
    return answer.is_success and probe.shown in answer.text


async def say(platform, *, given, purpose="care"):
    """The participant decides; nobody does any job afterwards."""
    platform.clock.advance(timedelta(seconds=1))
    path = f"/api/participants/{platform.person['north'][0]}/consents/{purpose}"
    answer = await platform.ask(OWN, "PUT", path, {"given": given})
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def withdrawn(platform):
    """``await withdrawn()`` withdraws; afterwards consent is given again."""
    yield lambda purpose="care": say(platform, given=False, purpose=purpose)
    for purpose in ("care", "research"):
        await say(platform, given=True, purpose=purpose)


def probes(table):
    return [probe for answers in table.values() if not isinstance(answers, str) for probe in answers]


async def test_who_withdraws_is_seen_on_no_path_before_any_job_is_done(platform, withdrawn):
    asked = probes(FHIR | API)
    unseen = [probe.path for probe in asked if not await shows(platform, CCM, probe)]
    assert unseen == []
    own = [probe for probe in asked if probe.others and await shows(platform, OWN, probe)]
    assert len(own) > len(asked) / 2
    await withdrawn()
    assert [probe.path for probe in asked if await shows(platform, CCM, probe)] == []
    assert [probe.path for probe in own if not await shows(platform, OWN, probe)] == []
    assert [p.path for p in asked if not p.path.startswith("/api") and await shows(platform, NARROW, p)] == []
    assert (await platform.fhir(WHOLE, "GET", "Observation/north-pulse")).status_code == 200


async def test_who_withdraws_from_research_is_in_no_answer_to_a_project(platform, withdrawn):
    subject = platform.person["north"][1]
    token = platform.pseudonym("Patient", subject)
    asked = ["Patient", "Observation?code=8867-4", "Condition", "Observation/_history"]
    named = [f"Patient/{token}", f"Patient/{token}/$everything", f"Observation/$lastn?patient={token}"]

    async def seen_by_project():
        lists = [token in (await platform.fhir(PROJECT, "GET", path)).text for path in asked]
        return lists + ["status" in (await platform.fhir(PROJECT, "GET", path)).text for path in named[1:]]

    assert await seen_by_project() == [True] * 6
    assert (await platform.fhir(PROJECT, "GET", named[0])).status_code == 200
    await withdrawn("research")
    assert await seen_by_project() == [False] * 6
    assert (await platform.fhir(PROJECT, "GET", named[0])).status_code == 404
    assert (await platform.fhir(CCM, "GET", "Observation/north-pulse")).status_code == 200


@pytest.mark.parametrize("who", [CCM, PROJECT])
@pytest.mark.parametrize("kick_off", ["$export", "Patient/$export", "Group/{group}/$export"])
async def test_an_export_under_way_or_complete_is_gone(platform, withdrawn, who, kick_off):
    group = "north-group" if who == CCM else platform.pseudonym("Group", "north-group")
    begun = [await platform.fhir(who, "GET", kick_off.format(group=group), **ASYNC) for _ in range(2)]
    assert [one.status_code for one in begun] == [202, 202], begun[0].text
    complete, waiting = [one.headers["content-location"].partition("/fhir/")[2] for one in begun]
    await platform.work()
    files = (await platform.fhir(who, "GET", complete)).json()["output"]
    file = files[0]["url"].partition("/fhir/")[2]
    assert (await platform.fhir(who, "GET", file)).status_code == 200
    await withdrawn("care" if who == CCM else "research")
    for place in (complete, file, waiting):
        assert (await platform.fhir(who, "GET", place)).status_code == 404, place
    again = await platform.fhir(who, "GET", "$export?_type=Observation", **ASYNC)
    await platform.work()
    place = again.headers["content-location"].partition("/fhir/")[2]
    told = [
        one["url"].partition("/fhir/")[2] for one in (await platform.fhir(who, "GET", place)).json()["output"]
    ]
    texts = [(await platform.fhir(who, "GET", one)).text for one in told]
    assert platform.pseudonym("Patient", platform.person["north"][1]) not in "".join(texts)
    assert "CANARY-note-north" not in "".join(texts)


async def test_subscribers_are_told_nothing_more(platform, withdrawn):
    """What was stored before the withdrawal and not yet delivered is not delivered either."""
    subject = platform.person["north"][1]
    async with served() as hook:
        channel = {"type": "rest-hook", "endpoint": hook.address, "payload": "application/fhir+json"}
        asked = {"resourceType": "Subscription", "status": "requested", "reason": "x"}
        asked |= {"criteria": "Observation", "channel": channel}
        made = (await platform.fhir(CCM, "POST", "Subscription", asked)).json()
        place = f"Subscription/{made['id']}"

        async def is_active():
            return (await platform.fhir(CCM, "GET", place)).json()["status"] == "active"

        await eventually(is_active)
        await platform.store(seen("north-told", subject, PULSE, 71, 6))
        await eventually(lambda: _is_told(platform, hook, 1))
        await platform.store(seen("north-untold", subject, PULSE, 72, 6))
        await withdrawn()
        await platform.store(seen("north-later-still", subject, PULSE, 73, 6))
        await say(platform, given=True)
        await platform.store(seen("north-again", subject, PULSE, 74, 6))
        await platform.fhir(CCM, "DELETE", place)
        assert set(hook.values()) <= {71, 74}


async def _is_told(platform, hook, number):
    await platform.work()
    return len(hook.told) >= number


async def test_open_pages_are_told_nothing_more(platform, withdrawn):
    async with platform.running.contexts["notifications"].db.connection() as connection:
        before = await changes.after(connection, 0, 100)
        await withdrawn()
        after = await changes.after(connection, 0, 100)
    assert [bool(one.team_state) for one in before] == [True] * len(before) != []
    assert [bool(one.team_state) for one in after] == [False] * len(before)
    assert [one.participant_state for one in after] == [one.participant_state for one in before]


async def test_a_consent_that_an_administrator_loads_is_heeded_by_all_as_soon_as_the_jobs_are_done(platform):
    subject = platform.person["north"][1]
    refused = consent(subject, rule="OPTOUT") | {"id": "refused"}
    place = f"/api/measurements?subject={subject}"
    await platform.store(refused)
    await platform.work()
    assert (await platform.ask(CCM, "GET", place)).status_code == 404
    await platform.fhir(WHOLE, "DELETE", "Consent/refused")
    await platform.work()
    assert (await platform.ask(CCM, "GET", place)).status_code == 200
