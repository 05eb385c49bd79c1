"""The participant's first screen, from what the neighbours say."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from smartbear.contracts.inbox import InboxItem
from smartbear.contracts.people import Care, CareTeam
from smartbear.contracts.scope import HEADER, AccessScope, verify
from smartbear.kit.clock import FrozenClock
from smartbear.mobile.app import serve
from tests.conftest import NOW, client_of, test_key

SUBJECT = str(uuid.uuid4())
ME = AccessScope(role="Participant", account=str(uuid.uuid4()), participant="SB-0001", subject=SUBJECT)


@dataclass
class Neighbours:
    """What the other components say, and with whose scope they were asked."""

    clock: FrozenClock
    categories: tuple[Any, ...] = ("blood_pressure", "scale", "smartwatch")
    series: dict[str, list[datetime]] = field(default_factory=dict)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    """Component → status it answers with."""
    asked_by: dict[str, AccessScope] = field(default_factory=dict)

    def app(self, component: str) -> ASGIApp:
        async def answer(request: Request) -> Response:
            scope = verify(request.headers[HEADER], test_key("scope"), self.clock.now())
            self.asked_by[component] = scope
            if status := self.failing.get(component):
                code = {404: "not_found", 503: "unavailable"}[status]
                return JSONResponse({"code": code}, status)
            return JSONResponse(getattr(self, f"_{component}")())

        return Starlette(routes=[Route("/{path:path}", answer)])

    def _users(self) -> Any:
        team = CareTeam(name="Funchal clinic", phone="+351 291 000 000")
        care = Care(
            participant="SB-0001", care_team=team, time_zone="Europe/Lisbon", categories=self.categories
        )
        return care.model_dump()

    def _measurements(self) -> Any:
        measures = ("blood_pressure", "heart_rate", "oxygen", "weight")
        return {
            "measures": [
                {
                    "measure": measure,
                    "code": "any",
                    "latest": None,
                    "series": [{"at": at.isoformat(), "value": 1} for at in self.series.get(measure, [])],
                }
                for measure in measures
            ]
        }

    def _notifications(self) -> Any:
        counts = {"open": {"red": 0, "warning": 0, "other": 0}, "acknowledged": 0, "closed": 0}
        return {"items": self.inbox, "total": 0, "page": 1, "size": 25, "counts": counts}


def _item(kind, level):
    blank = dict.fromkeys(InboxItem.model_fields)
    facts = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "level": level,
        "state": "pending",
        "participant": "SB-0001",
        "subject": SUBJECT,
        "age": 78,
        "sex": "female",
        "conditions": [],
        "created_at": NOW.isoformat(),
        "measure": "blood_pressure",
        "readings": [],
        "muted": False,
        "deliveries": [],
    }
    return blank | facts


@pytest.fixture
def neighbours(clock: FrozenClock) -> Neighbours:
    return Neighbours(clock)


@pytest.fixture
async def mobile(make_context: Any, neighbours: Neighbours) -> AsyncIterator[ASGIApp]:
    apps = {name: neighbours.app(name) for name in ("users", "measurements", "notifications")}
    async with make_context("mobile", neighbours=apps) as context, serve(context) as app:
        yield app


@pytest.fixture
def today(mobile, clock):
    async def get():
        async with client_of(mobile, clock, ME) as client:
            answer = await client.get("/api/mobile/today")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


async def test_a_day_begins_with_the_first_thing_to_measure(today):
    screen = await today()

    assert screen["participant"] == "SB-0001"
    assert screen["now"] == {"task": "measure", "measure": "blood_pressure"}
    assert screen["next"] == [{"task": "measure", "measure": "weight"}]
    assert (screen["done"], screen["alert"]) == ([], None)
    assert screen["care_team"] == {"name": "Funchal clinic", "phone": "+351 291 000 000"}
    assert [day["date"] for day in screen["week"]] == [f"2026-06-{day:02}" for day in range(8, 15)]
    assert {day["measured"] for day in screen["week"]} == {False}


async def test_what_is_measured_is_done_and_lights_the_day(today, neighbours):
    neighbours.series = {"blood_pressure": [NOW - timedelta(days=2), NOW - timedelta(hours=1)]}

    screen = await today()

    assert screen["now"]["measure"] == "weight"
    assert [(done["measure"], datetime.fromisoformat(done["at"])) for done in screen["done"]] == [
        ("blood_pressure", NOW - timedelta(hours=1))
    ]
    assert [day["measured"] for day in screen["week"]] == [False] * 4 + [True, False, True]


async def test_all_done_leaves_nothing_for_now(today, neighbours):
    neighbours.series = {"blood_pressure": [NOW], "weight": [NOW]}

    screen = await today()

    assert (screen["now"], screen["next"]) == (None, [])


async def test_a_watch_measures_by_itself_and_lights_the_day(today, neighbours):
    neighbours.categories, neighbours.series = ("smartwatch",), {"heart_rate": [NOW]}

    screen = await today()

    assert (screen["now"], screen["done"]) == (None, [])
    assert screen["week"][-1]["measured"] is True


async def test_the_day_is_the_participants_and_not_the_servers(today, neighbours, clock):
    clock.advance(timedelta(hours=14, minutes=30))  # 23:32 in Lisbon, 22:32 UTC
    neighbours.series = {"weight": [datetime(2026, 6, 13, 23, 30, tzinfo=UTC)]}  # half past midnight there

    screen = await today()

    assert screen["week"][-1] == {"date": "2026-06-14", "measured": True}
    assert [done["measure"] for done in screen["done"]] == ["weight"]


async def test_a_repeat_that_was_asked_for_is_the_thing_to_do_now(today, neighbours):
    neighbours.series = {"blood_pressure": [NOW]}
    neighbours.inbox = [_item("repeat_asked", "repeat"), _item("cleared", "notice")]

    screen = await today()

    assert screen["alert"]["kind"] == "repeat_asked"
    assert screen["now"] == {"task": "measure", "measure": "blood_pressure"}
    assert (screen["next"][0]["measure"], screen["done"]) == ("weight", [])


async def test_a_red_alert_is_on_the_screen_and_a_friendly_message_is_not(today, neighbours):
    neighbours.inbox = [_item("red_alert", "red")]
    red = await today()
    neighbours.inbox = [_item("cleared", "notice")]
    friendly = await today()

    assert (red["alert"]["kind"], friendly["alert"]) == ("red_alert", None)


async def test_readings_and_inbox_are_asked_for_in_the_participants_own_name(today, neighbours):
    await today()

    on_my_behalf = msgspec.structs.replace(ME, service="mobile")
    assert neighbours.asked_by["notifications"] == on_my_behalf
    assert neighbours.asked_by["measurements"] == on_my_behalf
    assert neighbours.asked_by["users"].service == "mobile"


async def test_without_the_readings_the_alert_is_shown_and_the_rest_is_not_known(today, neighbours):
    neighbours.failing = {"measurements": 503}
    neighbours.inbox = [_item("red_alert", "red")]

    screen = await today()

    assert screen["alert"]["kind"] == "red_alert"
    assert {day["measured"] for day in screen["week"]} == {None}
    assert (screen["now"], screen["done"]) == (None, [])


async def test_a_participant_nobody_has_heard_from_yet_has_an_empty_week(today, neighbours):
    neighbours.failing = {"measurements": 404}

    screen = await today()

    assert {day["measured"] for day in screen["week"]} == {False}
    assert screen["now"]["measure"] == "blood_pressure"


@pytest.mark.parametrize("component", ["notifications", "users"])
async def test_silence_about_alerts_is_never_taken_for_good_news(mobile, clock, neighbours, component):
    neighbours.failing = {component: 503}

    async with client_of(mobile, clock, ME) as client:
        answer = await client.get("/api/mobile/today")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    "scope",
    [
        *(AccessScope(role=role, subject=SUBJECT) for role in ("CCM", "Tech", "SysAdmin", "Caregiver")),
        AccessScope(role="Participant", participant="SB-0001"),
        AccessScope(role="service", service="users"),
        AccessScope(role="system", scopes=("system/*.*",)),
        AccessScope(role="anonymous"),
    ],
    ids=lambda scope: scope.role,
)
async def test_the_screen_is_for_participants_alone(mobile, clock, scope):
    async with client_of(mobile, clock, scope) as client:
        answer = await client.get("/api/mobile/today")

    assert answer.status_code == 403
