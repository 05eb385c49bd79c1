"""People with heart failure in front of the real component.

``cdr`` answers what a test says they have, and ``users`` knows one case manager.
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

from smartbear.contracts.events import ParticipantChanged, ReadingsAccepted
from smartbear.contracts.readings import Component, Reading
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.decisions.app import serve
from smartbear.decisions.jobs import handlers
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context
from smartbear.kit.settings import PlatformSettings
from tests.conftest import NOW, bundle_of_conditions, client_of, jobs_of, open_context

HYPERTENSION, HFREF, HFPEF = "38341003", "703272007", "446221000"


def uid() -> str:
    return str(uuid.uuid4())


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def pressure(
    systolic: float, diastolic: float, at: datetime, received_at: datetime | None = None, **fields: Any
) -> Reading:
    """A blood pressure of the person's monitor, received nine seconds later."""
    values = {
        "reading_id": uid(),
        "subject": uid(),
        "device_id": "00000000-0000-4000-8000-000000000917",
        "entry": "device",
        **fields,
    }
    return Reading(
        code="85354-9",
        components=(
            Component(code="8480-6", value=systolic, unit="mm[Hg]"),
            Component(code="8462-4", value=diastolic, unit="mm[Hg]"),
        ),
        measured_at=at,
        received_at=received_at or at + timedelta(seconds=9),
        **values,
    )


@dataclass
class Neighbour:
    """What the neighbours know, or that they are silent."""

    conditions: dict[str, list[str]] = field(default_factory=dict)
    silent: bool = False
    asked: int = 0

    def app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/fhir/Condition", self._conditions),
                Route("/internal/staff/{account}", self._staff),
            ]
        )

    async def _staff(self, _request: Request) -> Response:
        member = {"name": "CM-07", "role": "CCM"}
        return Response(status_code=503) if self.silent else JSONResponse(member)

    async def _conditions(self, request: Request) -> Response:
        self.asked += 1
        codes = self.conditions.get(request.query_params["patient"], [])
        known = bundle_of_conditions([{"code": code, "display": code} for code in codes])
        return Response(status_code=503) if self.silent else JSONResponse(known)


@dataclass
class World:
    """The component and a person with hypertension and HFrEF."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    cdr: Neighbour
    url: str
    subject: str
    organisation: str

    def client(self, scope: AccessScope | None = None) -> httpx.AsyncClient:
        return client_of(self.app, self.clock, scope)

    @property
    def ccm(self) -> AccessScope:
        return AccessScope(role="CCM", account=uid(), organisations=(self.organisation,))

    @property
    def participant(self) -> AccessScope:
        return AccessScope(role=PARTICIPANT, account=uid(), participant="SB-0001", subject=self.subject)

    async def tell(self, task: str, payload: dict[str, Any]) -> None:
        await handlers(self.context)[f"decisions.{task}"](payload)

    async def accept(self, *readings: Reading) -> None:
        """Tell the component that a batch was accepted."""
        ours = tuple(reading.model_copy(update={"subject": self.subject}) for reading in readings)
        event = ReadingsAccepted(batch_id=uid(), subject=self.subject, readings=ours)
        await self.tell("readings.accepted", event.model_dump(mode="json"))

    async def measure(self, systolic: float, diastolic: float, **fields: Any) -> Reading:
        """The person measures now, and the reading comes in at once."""
        reading = pressure(systolic, diastolic, self.clock.now(), self.clock.now(), **fields)
        await self.accept(reading)
        return reading

    async def pass_deadlines(self) -> None:
        """Do the jobs whose deadline is over, as the worker would."""
        for payload in await jobs_of(self.url, "decisions.deadline_reached"):
            ours = payload["subject"] == self.subject
            if ours and datetime.fromisoformat(str(payload["deadline"])) <= self.clock.now():
                await self.tell("deadline_reached", payload)

    async def notices(self) -> list[dict[str, Any]]:
        """What was raised about the person, oldest first."""
        raised = await jobs_of(self.url, "notifications.notice.raised")
        return [dict(payload) for payload in raised if payload["subject"] == self.subject]

    async def kinds(self) -> list[str]:
        return [notice["kind"] for notice in await self.notices()]

    async def episodes(self, scope: AccessScope | None = None) -> list[dict[str, Any]]:
        async with self.client(scope or self.ccm) as client:
            answer = await client.get("/api/decisions/episodes", params={"subject": self.subject})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def acknowledge(self, notice: dict[str, Any], by: str = "ccm", **fields: Any) -> None:
        await self.tell("notice.acknowledged", self._receipt(notice, by=by, **fields))

    async def resolve(self, notice: dict[str, Any], outcome: str = "advised") -> None:
        await self.tell("notice.resolved", self._receipt(notice, outcome=outcome))

    def _receipt(self, notice: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {
            "notice_id": notice["notice_id"],
            "episode_id": notice["episode_id"],
            "account": uid(),
            "at": self.clock.now().isoformat(),
            **fields,
        }

    async def enrol(self) -> None:
        event = ParticipantChanged(
            subject=self.subject,
            organisation=self.organisation,
            pilot=uid(),
            birth_month="1948-05",
            sex="female",
            status="accepted",
            language="pt",
        )
        await self.tell("participant.changed", event.model_dump(mode="json"))


@pytest.fixture(scope="module")
async def component(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The component, started once for all tests of a module."""
    settings = PlatformSettings(home=tmp_path_factory.mktemp("home"), environment="test", secret_key="k" * 32)
    clock, near = FrozenClock(NOW), Neighbour()
    neighbours = dict.fromkeys(("cdr", "users"), near.app())
    async with (
        open_context(database_url, "decisions", settings, clock, neighbours) as context,
        serve(context) as app,
    ):
        yield World(app, context, clock, near, database_url, uid(), uid())


@pytest.fixture
async def world(component: World) -> World:
    """A person of its own for each test, at the time every test begins."""
    component.clock.advance(NOW - component.clock.now())
    component.cdr.silent, component.cdr.asked = False, 0
    world = replace(component, subject=uid(), organisation=uid())
    world.cdr.conditions[world.subject] = [HYPERTENSION, HFREF, "44054006"]
    await world.enrol()
    return world
