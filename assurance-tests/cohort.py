"""Participants to measure with: enrolled through the API, each with heart failure and a device."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from clients import Person, SystemClient
from platform_under_test import PlatformUnderTest
from smartbear.operations.demo.conditions import conditions

_AT_ONCE = 4


@dataclass(frozen=True)
class Member:
    """Somebody who does not exist, under both names."""

    participant: str
    subject: str
    device: str


@dataclass(frozen=True)
class Cohort:
    """A platform with people to send readings for."""

    platform: PlatformUnderTest
    system: SystemClient
    clinician: Person
    members: list[Member]


async def enrol(platform: PlatformUnderTest, system: SystemClient, clinician: Person, count: int) -> Cohort:
    """Enrol ``count`` participants with hypertension and heart failure."""
    [pilot, *_] = (await clinician.get("/api/pilots"))["items"]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> Member:
        async with gate:
            return await _member(system, clinician, pilot["id"], number)

    members = await asyncio.gather(*(one(number) for number in range(count)))
    return Cohort(platform, system, clinician, list(members))


async def _member(system: SystemClient, clinician: Person, pilot: str, number: int) -> Member:
    now, mark = datetime.now(UTC), uuid.uuid4().hex[:8]
    form = {
        "pilot_id": pilot,
        "birth_month": "1950-01",
        "email": f"bench-{mark}@demo.invalid",
        "consent_date": (now - timedelta(days=40)).date().isoformat(),
        "profiles": ["cardiovascular"],
    }
    made = (await clinician.request("POST", "/api/participants", json=form)).raise_for_status().json()
    since = (now - timedelta(days=39)).isoformat()
    device = {"label": f"BP-{mark}-{number}", "category": "blood_pressure", "assigned_from": since}
    path = f"/api/participants/{made['id']}/devices"
    given = (await clinician.request("POST", path, json=device)).raise_for_status().json()
    bundle = conditions(made["subject"], ("38341003", "703272007"), now)
    (await system.request("POST", "/fhir", json=bundle)).raise_for_status()
    return Member(made["id"], made["subject"], given["id"])


def demo_members(platform: PlatformUnderTest) -> list[dict[str, Any]]:
    """Subjects and devices of the demo pilot's participants."""
    state = json.loads((platform.home / "demo" / "state.json").read_bytes())
    numbers = [name.partition("/")[2] for name in state if name.startswith("participant/")]
    return [
        {"participant": state[f"participant/{n}"][0], "subject": state[f"participant/{n}"][1]}
        | {"devices": state[f"devices/{n}"]}
        for n in numbers
    ]


def pressure(systolic: int, diastolic: int, at: datetime) -> dict[str, Any]:
    """A blood pressure as a phone sends it."""
    return {
        "code": "85354-9",
        "components": [
            {"code": "8480-6", "value": systolic, "unit": "mm[Hg]"},
            {"code": "8462-4", "value": diastolic, "unit": "mm[Hg]"},
        ],
        "measured_at": at.isoformat(timespec="milliseconds"),
        "entry": "device",
    }


def pulse(value: int, at: datetime) -> dict[str, Any]:
    """A heart rate as a phone sends it."""
    return {
        "code": "8867-4",
        "value": value,
        "unit": "/min",
        "measured_at": at.isoformat(timespec="milliseconds"),
        "entry": "device",
    }
