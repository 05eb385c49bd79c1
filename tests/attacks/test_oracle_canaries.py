"""Canaries: nothing that identifies is in any byte that a project is sent, by whatever way it asks."""

import asyncio
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP
from prometheus_client import generate_latest

from smartbear.fhir.pseudonymisation import policy
from smartbear.operations.demo.conditions import conditions
from tests.attacks.canaries import IDS, leaks, records
from tests.attacks.questions import hostile, of_a_person, of_a_type
from tests.cdr.bulk import ASYNC
from tests.notifications.conftest import Post

PROJECT = "holobalance"
PARTS = 4
KINDS = sorted({one["resourceType"] for one in records()})


class Listener:
    """Asks as a project does, and looks at everything that comes back."""

    def __init__(self, platform):
        self._platform = platform
        self.statuses = []
        self.shown = set()

    async def ask(self, question):
        method, path, body, headers = question
        answer = await self._platform.fhir(PROJECT, method, path, body, **headers)
        self.look(answer, question)
        return answer

    def look(self, answer, question):
        assert answer.status_code < 500, (question, answer.text)
        sent = answer.content + str(answer.headers.multi_items()).encode()
        if answer.status_code == 200 and len(question) == PARTS:  # a search's link to itself is the question
            sent = sent.replace(f'/fhir/{question[1]}"'.encode(), b"")
        assert leaks(sent) == [], (question, answer.text)
        self.statuses.append(answer.status_code)
        if answer.status_code == 200 and b'"resourceType"' in answer.content:
            self.shown |= {kind for kind in KINDS if f'"resourceType":"{kind}"'.encode() in answer.content}


@pytest.fixture
def listener(platform):
    return Listener(platform)


@pytest.fixture
def person(platform):
    return platform.pseudonym("Patient", IDS[1])


def test_the_records_are_full_of_canaries():
    for one in records():
        assert {"canary", one["id"]} <= set(leaks(str(one).encode())), one["resourceType"]
    assert leaks(b"Q0FOQVJZLW5vdGU=") == ["canary"]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_read_or_search_of_a_type_sends_a_canary(platform, listener, person, kind):
    tokens = [platform.pseudonym(kind, one["id"]) for one in records() if one["resourceType"] == kind]
    for question in of_a_type(kind, tokens, person):
        await listener.ask(question)
    assert (
        {200, 400} <= set(listener.statuses) if kind in policy.released() else {404} == set(listener.statuses)
    )
    assert (kind in listener.shown) == (kind in policy.released())


async def test_no_operation_or_error_sends_a_canary(listener, person):
    for question in of_a_person(person, PROJECT):
        await listener.ask(question)
    assert {"Patient", "Observation", "Condition", "CarePlan"} <= listener.shown
    for question in hostile(person):
        await listener.ask(question)


async def test_no_export_sends_a_canary(platform, listener, person):
    for start in ("$export", "Patient/$export", "$export?_type=Patient,Observation,Practitioner"):
        begun = await listener.ask(("GET", start, None, ASYNC))
        assert begun.status_code == 202, begun.text
        place = begun.headers["content-location"].partition("/fhir/")[2]
        await listener.ask(("GET", place, None, {}))
        await platform.work()
        manifest = (await listener.ask(("GET", place, None, {}))).json()
        for file in manifest["output"]:
            await listener.ask(("GET", file["url"].partition("/fhir/")[2], None, {}))
        await listener.ask(("DELETE", place, None, {}))
    assert {"Patient", "Observation"} <= listener.shown


async def test_no_other_door_sends_a_canary(platform, listener):
    for path in (
        "/api/me",
        "/api/participants",
        "/api/docs",
        "/api/openapi.json",
        "/health",
        "/realms/smartbear/protocol/openid-connect/userinfo",
        "/",
        "/CANARY.html",
    ):
        for who in (PROJECT, ""):
            listener.look(await platform.ask(who, "GET", path), (path,))
    for authorization in ("Bearer CANARY", "CANARY", "Basic Q0FOQVJZ"):
        listener.look(
            await platform.ask("", "GET", "/fhir/Patient", authorization=authorization), authorization
        )


async def test_neither_logs_nor_metrics_hold_a_canary(platform):
    assert platform.lines.written
    found = {leak for line in platform.lines.written for leak in leaks(line.encode())}
    assert found == set()
    assert leaks(generate_latest()) == []


def pressure(at):
    parts = [
        {"code": "8480-6", "value": 205, "unit": "mm[Hg]"},
        {"code": "8462-4", "value": 118, "unit": "mm[Hg]"},
    ]
    return {"code": "85354-9", "components": parts, "measured_at": at.isoformat(), "entry": "manual"}


@pytest.fixture
async def post(monkeypatch):
    """A mail server on loopback, which the platform is told to use."""
    kept = Post()
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(kept, hostname="localhost"), "127.0.0.1", 0) as server:
        place = {"HOST": "127.0.0.1", "PORT": str(server.sockets[0].getsockname()[1]), "SECURITY": "none"}
        for name, value in place.items():
            monkeypatch.setenv(f"SMARTBEAR_NOTIFICATIONS_SMTP_{name}", value)
        yield kept


async def test_no_letter_about_an_alert_holds_a_canary(platform, post):
    """It goes to somebody outside, and says the participant's number: no address, no name, no illness."""
    number, subject = platform.person["north"]
    ill = conditions(subject, ["38341003", "446221000"], platform.clock.now())
    assert (await platform.fhir("system", "POST", "", ill)).status_code == 200
    for key in ("high", "still-high"):
        body = {"readings": [pressure(platform.clock.now())]}
        sent = await platform.ask("person_north", "POST", "/api/measurements", body, idempotency_key=key)
        assert sent.status_code == 201, sent.text
        await platform.work()
        platform.clock.advance(timedelta(minutes=5))
    assert {message["to"] for message in post.messages} == {"outside-north@example.org"}
    letters = b"".join(bytes(message) for message in post.messages)
    assert number.encode() in letters
    assert leaks(letters) == []
    assert subject.encode() not in letters
