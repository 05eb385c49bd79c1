"""Two people of two organisations with a device each, in front of the real component.

``users`` is an application that knows who had which device from when to when.
"""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.events import DeviceAssigned, ParticipantChanged
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context
from smartbear.kit.settings import PlatformSettings
from smartbear.measurements.app import serve
from smartbear.measurements.jobs import handlers
from tests.conftest import NOW, client_of, open_context

MORNING = NOW - timedelta(minutes=2)
LONG_AGO = NOW - timedelta(days=400)
HOLOBALANCE = AccessScope(role=SYSTEM, client="holobalance", scopes=("system/*.*",))


def uid() -> str:
    return str(uuid.uuid4())


@dataclass
class Person:
    """A participant, as measurements knows one."""

    organisation: str
    subject: str = field(default_factory=uid)
    device: str = field(default_factory=uid)
    account: str = field(default_factory=uid)

    @property
    def scope(self) -> AccessScope:
        return AccessScope(
            role=PARTICIPANT, account=self.account, participant="SB-0001", subject=self.subject
        )

    @property
    def ccm(self) -> AccessScope:
        return AccessScope(role="CCM", account=uid(), organisations=(self.organisation,))

    @property
    def tech(self) -> AccessScope:
        return AccessScope(role="Tech", account=uid(), organisations=(self.organisation,))


@dataclass
class World:
    """The component, two people who do not know each other, and what ``users`` answers."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    holdings: list[tuple[str, str, datetime, datetime | None]]
    silent: list[bool]
    ana: Person
    rui: Person

    def client(self, scope: AccessScope | None = None) -> httpx.AsyncClient:
        return client_of(self.app, self.clock, scope)

    async def tell(self, event: Any) -> None:
        await handlers(self.context)[f"measurements.{event.name}"](event.model_dump(mode="json"))

    async def hand(
        self, person: Person, since: datetime, until: datetime | None = None, category: str = "blood_pressure"
    ) -> None:
        """Give a person that person's device, in ``users`` and by event."""
        self.holdings.append((person.device, person.subject, since, until))
        await self.tell(
            DeviceAssigned(
                device_id=person.device,
                label="BP-0917",
                category=category,
                subject=person.subject,
                assigned_from=since,
                assigned_to=until,
            )
        )

    async def enrol(self, person: Person, status: str = "accepted") -> None:
        await self.tell(
            ParticipantChanged(
                subject=person.subject,
                organisation=person.organisation,
                pilot=uid(),
                birth_month="1948-05",
                sex="female",
                status=status,
                language="pt",
            )
        )


def users_app(holdings: list[tuple[str, str, datetime, datetime | None]], silent: list[bool]) -> ASGIApp:
    async def owners(request: Request) -> Response:
        if silent[0]:
            return JSONResponse({"code": "unavailable"}, 503)
        return JSONResponse([_owner(holdings, question) for question in await request.json()])

    return Starlette(routes=[Route("/internal/devices/owners", owners, methods=["POST"])])


def _owner(holdings: list[tuple[str, str, datetime, datetime | None]], question: Any) -> str | None:
    at = datetime.fromisoformat(question["at"])
    found = (
        subject
        for device, subject, since, until in holdings
        if device == question["device_id"] and since <= at and (until is None or at < until)
    )
    return next(found, None)


@pytest.fixture(scope="module")
async def component(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The component, started once for all tests of a module."""
    settings = PlatformSettings(home=tmp_path_factory.mktemp("home"), environment="test", secret_key="k" * 32)
    clock, holdings, silent = FrozenClock(NOW), [], [False]
    neighbours = {"users": users_app(holdings, silent)}
    async with (
        open_context(database_url, "measurements", settings, clock, neighbours) as context,
        serve(context) as app,
    ):
        yield World(app, context, clock, holdings, silent, Person(uid()), Person(uid()))


@pytest.fixture
async def world(component: World) -> World:
    """Two people of their own for each test, at the time every test begins."""
    component.clock.advance(NOW - component.clock.now())
    component.holdings.clear()
    component.silent[0] = False
    world = replace(component, ana=Person(uid()), rui=Person(uid()))
    for person in (world.ana, world.rui):
        await world.enrol(person)
        await world.hand(person, LONG_AGO)
    return world


def pressure(
    systolic: float = 128, diastolic: float = 76, at: datetime = MORNING, **fields: Any
) -> dict[str, Any]:
    return {
        "code": "85354-9",
        "components": [
            {"code": "8480-6", "value": systolic, "unit": "mm[Hg]"},
            {"code": "8462-4", "value": diastolic, "unit": "mm[Hg]"},
        ],
        "measured_at": at.isoformat(),
        "entry": "device",
        **fields,
    }


def pulse(value: Any = 71, at: datetime = MORNING, **fields: Any) -> dict[str, Any]:
    return {
        "code": "8867-4",
        "value": value,
        "unit": "/min",
        "measured_at": at.isoformat(),
        "entry": "device",
        **fields,
    }


async def send(
    world: World, person: Person, *readings: dict[str, Any], key: str | None = None, **fields: Any
) -> httpx.Response:
    """Post readings of a person's own device as that person."""
    body = {"device_id": person.device, "readings": list(readings), **fields}
    async with world.client(person.scope) as client:
        return await client.post("/api/measurements", json=body, headers={"Idempotency-Key": key or uid()})


async def stored(world: World, person: Person, **query: Any) -> list[dict[str, Any]]:
    """What the component has of a person, newest first."""
    async with world.client(person.scope) as client:
        answer = await client.get("/api/measurements", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def paths(answer: httpx.Response) -> list[tuple[str, str]]:
    """Path and code of each fault."""
    return [(fault["path"], fault["code"]) for fault in answer.json().get("errors", [])]
