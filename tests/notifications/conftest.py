"""The real component on a real database, with a small directory of people beside it and a mail server."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import asyncpg
import httpx
import pytest
from aiosmtpd.smtp import SMTP
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.events import NoticeLimit, NoticeRaised, NoticeReading
from smartbear.contracts.people import Audience, CaseManager
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context, Handlers
from smartbear.kit.settings import PlatformSettings
from smartbear.notifications.app import serve
from smartbear.notifications.jobs import handlers
from tests.conftest import NOW, bundle_of_conditions, client_of, open_context

LEVELS = {
    "repeat_asked": "repeat",
    "red_alert": "red",
    "no_repeat": "warning",
    "reading_out_of_range": "warning",
    "cleared": "notice",
}
AUDIENCES = {"no_repeat": ("ccm",)}
HF5 = ("38341003", "703272007")


class Post:
    """A mail server that keeps what it accepts and answers recipients as it is told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        """Answers to the next recipients; when there is none, the recipient is accepted."""
        self.verdict = "250 accepted"
        """The answer to every message."""

    async def handle_RCPT(self, *call):  # noqa: N802 - aiosmtpd's name
        _server, _session, envelope, address, _options = call
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, *call):  # noqa: N802 - aiosmtpd's name
        _server, _session, envelope = call
        message = message_from_bytes(envelope.content, policy=modern)
        assert isinstance(message, EmailMessage)
        if self.verdict.startswith("250"):
            self.messages.append(message)
        return self.verdict


@dataclass
class World:
    """The component and those around it."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    database_url: str
    handlers: Handlers
    people: dict[str, Audience]
    silent: set[str]
    """Neighbours that do not answer."""
    subject: str = ""
    organisation: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def participant_id(self) -> str:
        return self.people[self.subject].participant

    @property
    def ccm(self) -> AccessScope:
        account = self.people[self.subject].case_managers[0].account
        return AccessScope(role="CCM", account=account, username="ccm", organisations=(self.organisation,))

    @property
    def participant(self) -> AccessScope:
        person = self.people[self.subject]
        return AccessScope(
            role=PARTICIPANT, account=str(uuid.uuid4()), participant=person.participant, subject=self.subject
        )

    def move_in(self, **changes: Any) -> str:
        """Another participant of the organisation; returns the subject."""
        subject = str(uuid.uuid4())
        person = {
            "subject": subject,
            "participant": f"SB-{uuid.uuid4().int % 10**9:09}",
            "account": str(uuid.uuid4()),
            "organisation": self.organisation,
            "pilot": str(uuid.uuid4()),
            "language": "en",
            "age": 78,
            "sex": "female",
            "case_managers": (manager("CM-07"),),
            "colleagues": (manager("CM-04"),),
            "external_email": None,
            "muted_conditions": (),
        }
        self.people[subject] = Audience(**(person | changes))
        return subject

    def change(self, **changes: Any) -> None:
        """Change what the directory knows about the participant."""
        self.people[self.subject] = self.people[self.subject].model_copy(update=changes)

    async def raise_notice(self, kind: str = "red_alert", **changes: Any) -> NoticeRaised:
        """Let decisions raise a notice, and do the job."""
        event = self.event(kind, **changes)
        await self.tell(event)
        return event

    def event(self, kind: str = "red_alert", **changes: Any) -> NoticeRaised:
        """What decisions would send; nothing is done with it."""
        facts: dict[str, Any] = {
            "notice_id": str(uuid.uuid4()),
            "episode_id": str(uuid.uuid4()),
            "subject": self.subject,
            "kind": kind,
            "level": LEVELS[kind],
            "measure": "blood_pressure",
            "rule_id": "HF5",
            "rule_version": 3,
            "readings": (
                NoticeReading(reading_id=str(uuid.uuid4()), systolic=200, diastolic=130, measured_at=NOW),
            ),
            "limit": NoticeLimit(systolic=180, diastolic=110),
            "raised_at": self.clock.now(),
            "conditions": HF5,
            "audience": AUDIENCES.get(kind, ("participant", "ccm")),
        }
        return NoticeRaised(**(facts | changes))

    async def tell(self, event: NoticeRaised) -> None:
        await self.handlers["notifications.notice.raised"](event.model_dump(mode="json"))

    async def do_jobs(self, task: str) -> list[Any]:
        """Do the jobs waiting for ``task`` once each, whenever they are due; returns when they are due."""
        rows = await _take_jobs(self.database_url, task)
        for row in rows:
            await self.handlers[task](json.loads(row["payload"]))
        return [row["scheduled_at"] for row in rows]

    async def send_letters(self) -> list[Any]:
        return await self.do_jobs("notifications.letter.send")

    def with_new_settings(self) -> "World":
        """The same world after a restart of the worker, which reads the settings again."""
        return replace(self, handlers=handlers(self.context))

    async def addresses(self, notice_id: str) -> set[str | None]:
        """The addresses kept for a notice's deliveries."""
        async with self.context.db.connection() as connection:
            rows = await connection.fetch("SELECT address FROM delivery WHERE notice_id = $1", notice_id)
        return {row["address"] for row in rows}

    def client(self, scope: AccessScope | None = None) -> httpx.AsyncClient:
        return client_of(self.app, self.clock, scope)

    async def get(self, scope: AccessScope, path: str = "", **params: Any) -> Any:
        """The body of a successful GET below /api/inbox."""
        async with self.client(scope) as client:
            answer = await client.get(f"/api/inbox{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, scope: AccessScope, path: str, body: Any = None) -> httpx.Response:
        async with self.client(scope) as client:
            return await client.post(f"/api/inbox{path}", json=body)

    async def kinds(self, scope: AccessScope, box: str = "open") -> list[str]:
        return [item["kind"] for item in (await self.get(scope, box=box))["items"]]


async def _take_jobs(url: str, task: str) -> list[asyncpg.Record]:
    """Remove the jobs whose task's name begins with ``task`` from the table."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "jobs"})
    try:
        return await connection.fetch(
            """DELETE FROM procrastinate_jobs WHERE starts_with(task_name, $1)
               RETURNING args->'payload' AS payload, scheduled_at""",
            task,
        )
    finally:
        await connection.close()


def manager(name: str) -> CaseManager:
    """A case manager with an address of their own."""
    return CaseManager(account=str(uuid.uuid4()), name=name, email=f"{name.lower()}@example.org")


@pytest.fixture
async def post(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    """A mail server on loopback, which the component is told to use."""
    handler = Post()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    _mail_through(monkeypatch, server.sockets[0].getsockname()[1])
    yield handler
    server.close()
    await server.wait_closed()


def _mail_through(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    given = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "TIMEOUT": "0.5"}
    for name, value in given.items():
        monkeypatch.setenv(f"SMARTBEAR_NOTIFICATIONS_SMTP_{name}", value)
    monkeypatch.setenv("SMARTBEAR_NOTIFICATIONS_SENDER", "alerts@platform.example.org")
    monkeypatch.setenv("SMARTBEAR_NOTIFICATIONS_EMAIL_TRIES", "3")


@dataclass
class Component:
    """The component and its neighbours, started once for all tests of a module."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    people: dict[str, Audience] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
async def component(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Component]:
    settings = PlatformSettings(home=tmp_path_factory.mktemp("home"), environment="test", secret_key="k" * 32)
    clock, people = FrozenClock(NOW), {}
    words, silent = {"38341003": "Hypertension"}, set()
    neighbours = {"users": _users(people), "cdr": _cdr(words, silent)}
    async with (
        open_context(database_url, "notifications", settings, clock, neighbours) as context,
        serve(context) as app,
    ):
        yield Component(app, context, clock, people, silent)


@pytest.fixture
def clock(component: Component) -> FrozenClock:
    """The component's clock, set back to where every test begins."""
    component.clock.advance(NOW - component.clock.now())
    return component.clock


@pytest.fixture
async def world(component: Component, clock: FrozenClock, database_url: str) -> World:
    """A participant and an organisation of its own for each test."""
    component.silent.clear()
    world = World(
        component.app,
        component.context,
        clock,
        database_url,
        handlers(component.context),
        component.people,
        component.silent,
    )
    world.subject = world.move_in()
    await _take_jobs(database_url, "notifications.")  # left behind by other tests
    return world


@pytest.fixture
async def mailing_world(post: Post, world: World) -> World:
    """A world whose component knows the mail server: asked for in this order."""
    assert post is not None
    return world


def _users(people: dict[str, Audience]) -> ASGIApp:
    async def audience(request: Request) -> Response:
        found = people.get(request.path_params["subject"])
        missing = {"code": "not_found", "detail": "There is nobody."}
        return JSONResponse(found.model_dump() if found else missing, 200 if found else 404)

    async def staff(request: Request) -> Response:
        everyone = [each for person in people.values() for each in person.case_managers]
        names = [each.name for each in everyone if each.account == request.path_params["account"]]
        body = {"name": names[0], "role": "CCM"} if names else {"code": "not_found"}
        return JSONResponse(body, 200 if names else 404)

    return Starlette(
        routes=[
            Route("/internal/subjects/{subject}/audience", audience),
            Route("/internal/staff/{account}", staff),
        ]
    )


def _cdr(words: dict[str, str], silent: set[str]) -> ASGIApp:
    async def conditions(_request: Request) -> Response:
        if "cdr" in silent:
            return Response(status_code=503)
        codings = [{"code": code, "display": display} for code, display in words.items()]
        return JSONResponse(bundle_of_conditions(codings))

    return Starlette(routes=[Route("/fhir/Condition", conditions)])


MINUTES = timedelta(minutes=1)
