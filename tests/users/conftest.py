"""A small world of people: two organisations of one pilot, with staff, in front of the real component.

The neighbours are applications that answer what a test tells them to, or fail when it says so.
"""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.events import ConsentChanged, ParticipantConsented, Span
from smartbear.contracts.people import NewOrganisation, NewPilot, StaffMember
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context
from smartbear.kit.errors import Unavailable
from smartbear.kit.problems import problem_response
from smartbear.kit.settings import PlatformSettings
from smartbear.users.app import serve
from tests.conftest import NOW, client_of, open_context

ADMIN = AccessScope(role="SysAdmin", account=str(uuid.uuid4()), username="admin")


@dataclass
class Neighbourhood:
    """What the neighbours say, by subject or device."""

    standings: dict[str, Any] = field(default_factory=dict)
    last_readings: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    silent: bool = False
    said: dict[tuple[str, str], bool] = field(default_factory=dict)
    heeded: list[ConsentChanged] = field(default_factory=list)
    """What three of them were told about people's consent."""

    def forget(self) -> None:
        """Say nothing about anybody again."""
        self.standings.clear()
        self.last_readings.clear()
        self.conditions.clear()
        self.said.clear()
        self.heeded.clear()
        self.silent = False

    def app(self) -> ASGIApp:
        """All neighbours in one application: their paths do not collide."""
        return Starlette(
            routes=[
                Route("/internal/standings", self._standings, methods=["POST"]),
                Route("/internal/devices/last-readings", self._last_readings, methods=["POST"]),
                Route("/fhir/Condition", self._conditions),
                Route("/internal/consents", self._consents, methods=["PUT"]),
                Route("/internal/consent", self._heed, methods=["PUT"]),
            ]
        )

    def _answer(self, value: Any) -> Response:
        return problem_response(Unavailable()) if self.silent else JSONResponse(value)

    async def _standings(self, request: Request) -> Response:
        asked = (await request.json())["subjects"]
        return self._answer({s: self.standings[s] for s in asked if s in self.standings})

    async def _last_readings(self, request: Request) -> Response:
        asked = (await request.json())["device_ids"]
        return self._answer({d: self.last_readings[d] for d in asked if d in self.last_readings})

    async def _consents(self, request: Request) -> Response:
        """A repository that knows of one Consent for each purpose."""
        said = ParticipantConsented.model_validate(await request.json())
        self.said[said.subject, said.purpose] = said.given
        care, research = (self.said.get((said.subject, one)) for one in ("care", "research"))
        change = ConsentChanged(
            subject=said.subject,
            number=int(said.at.timestamp() * 1000) + len(self.said),
            withheld=(Span(),) if care is False else (),
            released=(Span(),) if research else (),
        )
        return self._answer(change.model_dump(mode="json"))

    async def _heed(self, request: Request) -> Response:
        self.heeded.append(ConsentChanged.model_validate(await request.json()))
        return Response(status_code=204)

    async def _conditions(self, request: Request) -> Response:
        codings = self.conditions.get(request.query_params["patient"], [])
        found = [{"resource": {"code": {"coding": [c]}}, "search": {"mode": "match"}} for c in codings]
        return self._answer({"resourceType": "Bundle", "entry": found})


@dataclass
class World:
    """The component and the people in it."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    neighbours: Neighbourhood
    pilot: str
    organisation: str
    other_organisation: str
    ccm: AccessScope
    other_ccm: AccessScope
    tech: AccessScope

    def client(self, scope: AccessScope | None = None) -> httpx.AsyncClient:
        """A client with a person's scope, or without one as a neighbouring component."""
        return client_of(self.app, self.clock, scope)

    async def enrol(self, scope: AccessScope | None = None, **fields: Any) -> dict[str, Any]:
        """Enrol a participant with an e-mail address of its own."""
        form = {
            "pilot_id": self.pilot,
            "birth_month": "1948-05",
            "email": f"{uuid.uuid4().hex}@example.org",
            "consent_date": "2026-06-01",
            **fields,
        }
        async with self.client(scope or self.ccm) as client:
            answer = await client.post("/api/participants", json=form)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def participant(self, person: dict[str, Any]) -> AccessScope:
        """The scope of a participant who signs in."""
        return AccessScope(
            role=PARTICIPANT, account=str(uuid.uuid4()), participant=person["id"], subject=person["subject"]
        )


@dataclass
class Component:
    """The component, started once for all tests of a module."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    neighbours: Neighbourhood


@pytest.fixture(scope="module")
async def component(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Component]:
    settings = PlatformSettings(home=tmp_path_factory.mktemp("home"), environment="test", secret_key="k" * 32)
    clock, near = FrozenClock(NOW), Neighbourhood()
    neighbours = dict.fromkeys(("decisions", "cdr", "measurements", "notifications"), near.app())
    async with (
        open_context(database_url, "users", settings, clock, neighbours) as context,
        serve(context) as app,
    ):
        yield Component(app, context, clock, near)


@pytest.fixture
def clock(component: Component) -> FrozenClock:
    """The component's clock, set back to where every test begins."""
    component.clock.advance(NOW - component.clock.now())
    return component.clock


@pytest.fixture
async def world(component: Component, clock: FrozenClock) -> World:
    """Organisations and staff of its own for each test."""
    component.neighbours.forget()
    return await _populated(component.app, component.context, clock, component.neighbours)


async def _populated(app: ASGIApp, context: Context, clock: FrozenClock, near: Neighbourhood) -> World:
    async with client_of(app, clock, ADMIN) as admin, client_of(app, clock) as component:
        pilot = await _create(admin, "/api/pilots", NewPilot(name=_name("Pilot"), time_zone="Europe/Lisbon"))
        places = [
            await _create(
                admin,
                "/api/organisations",
                NewOrganisation(name=_name("Organisation"), pilot_id=pilot, phone="+351 291 000 000"),
            )
            for _ in range(2)
        ]
        scopes = [
            await _hire(component, role, place, pilot)
            for role, place in (("CCM", places[0]), ("CCM", places[1]), ("Tech", places[0]))
        ]
    return World(app, context, clock, near, pilot, *places, *scopes)


async def _create(admin: httpx.AsyncClient, path: str, form: NewPilot | NewOrganisation) -> str:
    answer = await admin.post(path, json=form.model_dump())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _hire(component: httpx.AsyncClient, role: Any, place: str, pilot: str) -> AccessScope:
    account = str(uuid.uuid4())
    member = StaffMember(
        name=f"{role} {account[:4]}", email="ccm@example.org", role=role, organisation_id=place
    )
    answer = await component.put(f"/internal/staff/{account}", json=member.model_dump())
    assert answer.status_code == 204, answer.text
    return AccessScope(
        role=role, account=account, username=role.lower(), organisations=(place,), pilots=(pilot,)
    )


def _name(kind: str) -> str:
    return f"{kind} {uuid.uuid4().hex[:8]}"
