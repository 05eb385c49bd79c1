"""What the trail is told of the repository, when, and that nothing is shown or stored without it."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartbear.contracts import audit
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.fhir import json
from smartbear.kit.audit import SubjectKey
from tests.cdr.conftest import Fhir, observation, patient
from tests.cdr.test_consent import consent
from tests.conftest import client_of, eventually, test_key

NURSE = AccessScope(role="CCM", account="a-1", username="test_clinician", organisations=("north",))
TOOL = AccessScope(role=SYSTEM, client="tool", scopes=("system/*.*",))


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_SUBSCRIPTION_HOSTS", "127.0.0.1")


@dataclass
class Told:
    """An event, and what its persons' keys open of it."""

    event: audit.Event
    persons: dict[str, tuple[str, ...]]


@dataclass
class Trail:
    """The trail as somebody outside sees it, who has the deployment's key."""

    connection: Any
    subjects: set[str] = field(default_factory=set)
    last: int = 0

    async def news(self) -> list[Told]:
        """Events since the last look."""
        rows = await self.connection.fetch(
            "SELECT id, record, about FROM audit.event WHERE id > $1 ORDER BY id", self.last
        )
        self.last = max([self.last, *(row["id"] for row in rows)])
        salts = [row["salt"] for row in await self.connection.fetch("SELECT salt FROM audit.subject_key")]
        keys = [SubjectKey(test_key("audit"), one, salt) for one in self.subjects for salt in salts]
        found = []
        for row in rows:
            event = audit.read(row["record"])
            opened = audit.opened(event, row["about"] or (), keys)
            found.append(Told(event, {one.subject: one.entities for one in opened}))
        return found


@dataclass
class Watched:
    """The repository, looking into the trail from elsewhere when an answer is about to begin."""

    app: ASGIApp
    trail: Trail
    seen: list[Told] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.seen = await self.trail.news()
            await send(message)

        await self.app(scope, receive, watched)


@dataclass
class World:
    service: Any
    watched: Watched
    anna: str
    observation: str

    async def ask(self, scope: AccessScope, method: str, path: str, body: Any = None, **headers: str):
        """The answer, and what was in the trail before its first byte."""
        await self.watched.trail.news()
        self.watched.seen = []
        async with client_of(self.watched, self.service.clock, scope) as client:
            answer = await Fhir(client).send(method, path, body, **headers)
        return answer, self.watched.seen


@pytest.fixture
async def world(service, database_url):
    connection = await asyncpg.connect(database_url)
    tool = await service.machine("system/*.*")
    anna = (await tool.create(patient("north")))["id"]
    ben = (await tool.create(patient("north")))["id"]
    pulse = (await tool.create(observation(anna)))["id"]
    await tool.create(observation(ben))
    yield World(service, Watched(service.app, Trail(connection, {anna, ben})), anna, pulse)
    await connection.close()


SEARCH_FORM = {"content_type": "application/x-www-form-urlencoded"}
READS = {
    "read": ("GET", "Observation/{o}", None, "R"),
    "vread": ("GET", "Observation/{o}/_history/1", None, "R"),
    "history-instance": ("GET", "Observation/{o}/_history", None, "R"),
    "history-type": ("GET", "Observation/_history", None, "R"),
    "history-system": ("GET", "_history", None, "R"),
    "search-type": ("GET", "Observation?patient={p}", None, "E"),
    "search-system": ("GET", "?_type=Observation&_id={o}", None, "E"),
    "$everything": ("GET", "Patient/{p}/$everything", None, "E"),
    "$lastn": ("GET", "Observation/$lastn?patient={p}", None, "E"),
    "$stats": ("GET", "Observation/$stats?subject=Patient/{p}&code=8867-4&statistic=average", None, "E"),
    "$meta": ("GET", "Observation/{o}/$meta", None, "E"),
}


@pytest.mark.parametrize("name", READS)
async def test_what_is_shown_is_in_the_trail_before_the_first_byte(world, name):
    method, path, body, action = READS[name]
    asked = path.format(o=world.observation, p=world.anna)
    answer, told = await world.ask(NURSE, method, asked, body, x_request_id="r-12345678")
    assert answer.status_code == 200, answer.text
    [one] = told
    assert (one.event.action, one.event.subtype, one.event.status) == (action, name, 200)
    assert (one.event.agent.account, one.event.purpose, one.event.source) == ("a-1", "TREAT", "cdr")
    assert one.event.request == "r-12345678"
    assert f"Observation/{world.observation}" in one.persons[world.anna]
    assert world.observation not in one.event.address


async def test_a_posted_search_is_a_search(world):
    form = f"patient={world.anna}".encode()
    answer, [one] = await world.ask(NURSE, "POST", "Observation/_search", form, **SEARCH_FORM)
    assert answer.status_code == 200
    assert (one.event.action, one.event.subtype) == ("E", "search-type")


@pytest.mark.parametrize(
    ("method", "path", "action", "subtype"),
    [
        ("POST", "Observation", "C", "create"),
        ("PUT", "Observation/{o}", "U", "update"),
        ("DELETE", "Observation/{o}", "D", "delete"),
        ("PUT", "Observation?_id={o}", "U", "update"),
        ("DELETE", "Observation?_id={o}", "D", "delete"),
    ],
)
async def test_what_is_changed_is_in_the_trail_of_its_transaction(world, method, path, action, subtype):
    body = None if method == "DELETE" else observation(world.anna, value=80, id=world.observation)
    answer, told = await world.ask(TOOL, method, path.format(o=world.observation), body)
    assert answer.status_code in (200, 201, 204), answer.text
    [one] = told
    assert (one.event.action, one.event.subtype, one.event.agent.client) == (action, subtype, "tool")
    assert len(one.persons[world.anna]) == 1


async def test_an_event_and_its_change_are_of_one_transaction(world):
    trail = world.watched.trail
    await world.ask(TOOL, "POST", "Observation", observation(world.anna))
    event = await trail.connection.fetchval("SELECT xid::text FROM audit.event WHERE id = $1", trail.last)
    body = await trail.connection.fetchval("SELECT xid::text FROM cdr.body ORDER BY rid DESC LIMIT 1")
    assert event == body


async def test_a_bundle_has_one_event_that_names_everybody(world):
    entries = [
        {"resource": observation(one), "request": {"method": "POST", "url": "Observation"}}
        for one in world.watched.trail.subjects
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer, [one] = await world.ask(TOOL, "POST", "", bundle)
    assert answer.status_code == 200
    assert one.event.subtype == "bundle"
    assert one.persons.keys() == world.watched.trail.subjects


@pytest.mark.parametrize(
    ("path", "status"), [("Observation/{o}", 404), ("Observation?patient={p}", 200), ("Nothing/1", 404)]
)
async def test_who_sees_nothing_has_asked_all_the_same(world, path, status):
    other = AccessScope(role="CCM", account="a-9", organisations=("south",))
    answer, [one] = await world.ask(other, "GET", path.format(o=world.observation, p=world.anna))
    assert answer.status_code == one.event.status == status
    assert (one.event.agent.account, one.persons) == ("a-9", {})


async def test_a_participant_is_sealed_as_the_one_who_asked(world):
    own = AccessScope(role=PARTICIPANT, account="a-2", participant="SB-0002", subject=world.anna)
    _, [one] = await world.ask(own, "GET", f"Observation/{world.observation}")
    assert (one.event.agent.account, one.event.agent.role) == ("", PARTICIPANT)
    assert one.persons == {world.anna: (f"Observation/{world.observation}",)}


async def test_what_components_read_for_themselves_leaves_no_event_and_what_they_write_does(world):
    component = AccessScope(role="service", service="users")
    _, told = await world.ask(component, "GET", f"Observation/{world.observation}")
    assert told == []
    _, [one] = await world.ask(component, "POST", "Observation", observation(world.anna))
    assert (one.event.agent.service, one.event.action) == ("users", "C")


@pytest.mark.parametrize(("scopes", "purpose"), [((), "HOPERAT"), (("project.x",), "HRESCH")])
async def test_what_an_export_holds_is_recorded_for_who_asked_before_it_can_be_fetched(
    world, working, scopes, purpose
):
    tool = await world.service.machine("system/*.*")
    for one in world.watched.trail.subjects:
        await tool.create(consent(one, scope="research"))
    asking = AccessScope(role=SYSTEM, client="tool", scopes=("system/*.*", *scopes))
    machine = await world.service.caller(asking)
    await world.watched.trail.news()
    begun = await machine.send("GET", "$export?_type=Observation", prefer="respond-async")
    assert begun.status_code == 202
    async with working():
        address = begun.headers["content-location"].partition("/fhir/")[2]
        await eventually(lambda: has_ended(machine, address))
    told = await world.watched.trail.news()
    [piece] = [one for one in told if one.event.address == "job $export"]
    assert (piece.event.agent.client, piece.event.purpose) == ("tool", purpose)
    assert piece.persons.keys() >= world.watched.trail.subjects
    assert f"Observation/{world.observation}" in piece.persons[world.anna]


async def has_ended(machine, address):
    return (await machine.send("GET", address)).status_code == 200


async def test_a_notification_is_recorded_for_who_subscribed(world, subscribe, endpoint, working):
    async with working():
        machine = await world.service.caller(TOOL)
        await subscribe(endpoint, caller=machine, payload="application/fhir+json")
        await machine.create(observation(world.anna))
        await eventually(lambda: endpoint.told)
    told = [one for one in await world.watched.trail.news() if one.event.subtype == "notification"]
    assert [(one.event.agent.client, list(one.persons)) for one in told] == [("tool", [world.anna])]


async def everything_stored(connection):
    return await connection.fetchrow("SELECT count(*), max(rid), max(ver) FROM cdr.body")


@pytest.mark.parametrize(
    "harm",
    [
        ("REVOKE INSERT (record, about) ON audit.event FROM smartbear_cdr",
         "GRANT INSERT (record, about) ON audit.event TO smartbear_cdr"),
        ("ALTER TABLE audit.event RENAME TO gone", "ALTER TABLE audit.gone RENAME TO event"),
        ("REVOKE USAGE ON SCHEMA audit FROM smartbear_cdr", "GRANT USAGE ON SCHEMA audit TO smartbear_cdr"),
    ],
)  # fmt: skip
async def test_without_the_trail_nothing_is_shown_and_nothing_is_stored(world, harm):
    connection = world.watched.trail.connection
    before = await everything_stored(connection)
    changed = observation(world.anna, value=99, id=world.observation)
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": changed, "request": {"method": "POST", "url": "Observation"}}],
    }
    asked = [
        ("GET", f"Observation/{world.observation}", None),
        ("GET", "Observation", None),
        ("POST", "Observation", changed),
        ("PUT", f"Observation/{world.observation}", changed),
        ("DELETE", f"Observation/{world.observation}", None),
        ("POST", "", bundle),
    ]
    async with client_of(world.service.app, world.service.clock, TOOL) as client:
        await connection.execute(harm[0])
        try:
            answers = [await Fhir(client).send(*one) for one in asked]
        finally:
            await connection.execute(harm[1])
    assert [answer.status_code for answer in answers] == [503] * len(asked)
    assert all(json.decode(answer.content)["resourceType"] == "OperationOutcome" for answer in answers)
    assert await everything_stored(connection) == before
