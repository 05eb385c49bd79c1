"""What is asked for each cell of the matrix: every route, with the ids of the north, of the south, of nobody.

Requests that would change anything are good as far as access is concerned and faulty after that, or change
nothing when repeated, so that cells do not depend on each other.
"""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import Message

from smartbear.contracts.events import NoticeLimit, NoticeRaised, NoticeReading
from smartbear.contracts.people import StaffMember
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from tests.cdr.two_worlds import PULSE, content, seen
from tests.conftest import NOW
from tests.identity.conftest import ORIGIN, PASSWORD, Browser
from tests.whole import FHIR, Whole

FILE = Path(__file__).with_name("matrix.txt")
CALLERS = {
    "nobody": "",
    "Auditor": "auditor",
    "Carer": "caregiver",
    "CCM": "ccm_north",
    "DataSc.": "scientist",
    "Policy": "policy",
    "SysAdm.": "sysadmin",
    "Tech": "tech_north",
    "Partic.": "person_north",
    "system": "system",
    "reader": "reader",
    "writer": "writer",
    "project": "holobalance",
    "users": "usermanager",
}
"""Column → who asks. Machines: every scope, reads Observations, writes them, a project's, ``users.read``."""
_MORE_STAFF = {"caregiver": "Caregiver", "policy": "PolicyMaker", "first": "Tech", "second": "Tech"}
_FORM = "application/x-www-form-urlencoded"
_PULSE = {"code": "8867-4", "value": 61, "unit": "/min", "entry": "manual"}
_PULSE["measured_at"] = "2026-06-14T08:00:00+01:00"
_BAND = {"low": 50, "high": 200}
_BODIES: dict[str, Any] = {
    "PUT /api/accounts/{account}/enabled": {"enabled": True},
    "POST /api/audit/verification": {},
    "PUT /api/decisions/limits": {
        "subject": "{subject}",
        "measure": "blood_pressure",
        "component": "systolic",
        "unit": "mm[Hg]",
        **dict.fromkeys(("optimal", "extreme", "red"), _BAND),
    },
    "POST /api/inbox/{notice_id}/acknowledge": {},
    "POST /api/inbox/{notice_id}/resolve": {"outcome": "called", "note": None},
    "POST /api/measurements": {
        "subject": "{subject}",
        "device_id": None,
        "readings": [_PULSE | {"entry": "manual"}],
    },
    "POST /api/messages": {"text": "Good morning"},
    "POST /api/organisations": {"name": "west", "pilot_id": "{pilot_id}", "phone": ""},
    "POST /api/participants": {
        "pilot_id": "{pilot_id}",
        "birth_month": "1950-01",
        "email": "new.user@example.org",
        "consent_date": "2026-06-01",
    },
    "PATCH /api/participants/{participant_id}": {},
    "PUT /api/participants/{participant_id}/consents/{purpose}": {"given": True},
    "POST /api/participants/{participant_id}/devices": {"label": "{label}", "category": "blood_pressure"},
    "POST /api/pilots": {"name": "Another pilot", "language": "en", "time_zone": "UTC"},
    "PATCH /api/pilots/{pilot_id}": {},
}
"""What is sent; the rest gets an object that nothing knows."""
_ABOUT_A_SUBJECT = frozenset(
    {
        "GET /api/measurements",
        "GET /api/measurements/summary",
        "GET /api/decisions/limits",
        "GET /api/decisions/episodes",
    }
)
"""The query says whom they are about."""
_PROJECTS, _KINDS = ("holobalance", "scientist"), ("Patient", "Binary", "Device")
_NOBODYS = {"{participant_id}": "SB-9999"}
_SAME = ("type", "member", "version", "{purpose}", "{label}")  # says nothing of whose something is
_UNENDING = "GET /api/inbox/stream"


@dataclass(frozen=True)
class World:
    """The platform, and the ids in a path by whose they are."""

    platform: Whole
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Request id → who asked for which route, and the answer's status."""

    async def ask(self, who: str, route: str, whose: str) -> httpx.Response:
        """The answer to a route; ``whose``: north, south or nobody."""
        answer = await self._ask(who, route, whose)
        if "x-request-id" in answer.headers:
            self.asked[answer.headers["x-request-id"]] = (who, route, answer.status_code)
        return answer

    async def _ask(self, who: str, route: str, whose: str) -> httpx.Response:
        method, _, template = route.partition(" ")
        path = self.path(template, self.ids[whose] | self._tokens(who, whose))
        if route in _ABOUT_A_SUBJECT:
            path += f"?subject={self.ids[whose]['{subject}']}"
        if route == _UNENDING:
            return httpx.Response(await self._begin(who, path))
        headers = {"idempotency_key": str(uuid.uuid4())}
        if template.startswith("/fhir") and method in ("PUT", "PATCH", "DELETE"):
            headers["if_match"] = 'W/"999"'
        if template.endswith("/_search"):
            return await self.platform.ask(who, method, path, b"", content_type=_FORM, **headers)
        body = None if method in ("GET", "DELETE") else self._body(route, whose)
        kind = FHIR if template.startswith("/fhir") else "application/json"
        return await self.platform.ask(who, method, path, body, content_type=kind, **headers)

    async def _begin(self, who: str, path: str) -> int:
        """The status of an answer that has no end; its reader leaves at once."""
        begun, left = asyncio.get_running_loop().create_future(), asyncio.Event()
        asked = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if not asked:
                await left.wait()
            return asked.pop() if asked else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if not begun.done():
                begun.set_result(message["status"])

        token = await self.platform.token(who) if who else "none"
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
        }
        scope |= {"headers": [(b"authorization", f"Bearer {token}".encode())], "state": {}}
        answering = asyncio.create_task(self.platform.running.front(scope, receive, send))
        status: int = await begun
        left.set()
        await answering
        return status

    def _body(self, route: str, whose: str) -> bytes:
        text = json.dumps(_BODIES.get(route, {"unknown": 1}))
        for name, value in self.ids[whose].items():
            text = text.replace(json.dumps(name), json.dumps(value))
        return text.encode()

    def _tokens(self, who: str, whose: str) -> dict[str, str]:
        """For who comes in a project's name, the project's ids in the place of the record's."""
        if who not in _PROJECTS:
            return {}
        ids, kinds = self.ids[whose], {"id": "Observation", **{f"{kind}/id": kind for kind in _KINDS}}
        return {name: self.platform.pseudonym(kind, ids[name]) for name, kind in kinds.items()}

    @staticmethod
    def path(template: str, ids: dict[str, str]) -> str:
        """A template with ids in it; in FHIR's, an id is of the type before it."""
        parts = template.split("/")
        of_type = [f"{before}/{part}" for before, part in zip(["", *parts], parts, strict=False)]
        return "/".join(ids.get(both, ids.get(part, part)) for both, part in zip(of_type, parts, strict=True))


def depends(route: str) -> bool:
    """Whether a route names something that belongs to somebody."""
    parts = route.partition(" ")[2].split("/")
    return route in _ABOUT_A_SUBJECT or any(part in ("id", "job") or part.startswith("{") for part in parts)


async def prepared(platform: Whole) -> World:
    """Both places have a device, a notice and records; staff of every role, machines of several scopes."""
    world, accounts = World(platform), await _more_callers(platform)
    for place, account in zip(("north", "south"), accounts, strict=True):
        world.ids[place] = await _settled(platform, place) | {
            "{account}": account,
            "{erasure_id}": str(uuid.uuid4()),
        }
    await platform.work()
    ids = dict.fromkeys(world.ids["north"], str(uuid.uuid4()))
    world.ids["nobody"] = ids | {name: world.ids["north"][name] for name in _SAME} | _NOBODYS
    return world


async def _settled(platform: Whole, place: str) -> dict[str, str]:
    participant, subject = platform.person[place]
    label = f"BP-{place}"
    new = {"label": label, "category": "blood_pressure"}
    device = await platform.ask(f"ccm_{place}", "POST", f"/api/participants/{participant}/devices", new)
    await platform.store(
        seen(f"{place}-pulse", subject, PULSE, 61, 3),
        content(f"{place}-file", f"Patient/{subject}", "Q0FOQVJZ"),
    )
    named = {
        "participant_id": participant,
        "device_id": device.json()["id"],
        "notice_id": await _alarm(platform, subject),
        "pilot_id": platform.place["pilot"],
        "subject": subject,
        "label": label,
        "purpose": "research",
        **{name: str(uuid.uuid4()) for name in ("verification", "event")},  # of none that is there
    }
    record = {
        **dict.fromkeys(("type", "member"), "Observation"),
        "version": "1",
        "id": f"{place}-pulse",
        "Patient/id": subject,
        "Binary/id": f"{place}-file",
        "Device/id": device.json()["id"],
    }
    return {f"{{{name}}}": value for name, value in named.items()} | record


async def _alarm(platform: Whole, subject: str) -> str:
    reading = NoticeReading(reading_id=str(uuid.uuid4()), systolic=200, diastolic=130, measured_at=NOW)
    event = NoticeRaised(
        notice_id=str(uuid.uuid4()),
        episode_id=str(uuid.uuid4()),
        subject=subject,
        kind="red_alert",
        level="red",
        measure="blood_pressure",
        rule_id="HF5",
        rule_version=3,
        readings=(reading,),
        limit=NoticeLimit(systolic=180, diastolic=110),
        raised_at=NOW,
        audience=("participant", "ccm"),
    )
    await platform.running.handlers()["notifications.notice.raised"](event.model_dump(mode="json"))
    return event.notice_id


async def _more_callers(platform: Whole) -> list[str]:
    """Let more people and machines in; the accounts of the two that nobody needs."""
    identity, accounts = platform.running.contexts["identity"], []
    async with UsersClient(identity) as users:
        for username, role in _MORE_STAFF.items():
            new = NewAccount(username=username, role=role, name=username)
            accounts.append(await create_account(identity, new, PASSWORD))
            await users.put_staff(accounts[-1], StaffMember(name=username, role=role))
    participant = CALLERS["Partic."]
    platform.keep_token(participant, await _from_the_app(platform, participant))
    writer = await create_client(identity, NewClient(name="a writer", scope="system/Observation.cud"))
    manager = await create_client(identity, NewClient(name="usermanager", scope="users.read"))
    for name, (known, secret) in {"writer": writer, "usermanager": manager}.items():
        platform.secret[name] = (known, secret or "")
    return accounts[-2:]


async def _from_the_app(platform: Whole, username: str) -> str:
    """The token of somebody who signs in to the app and not to the dashboard."""
    app = {"client_id": "mobile", "redirect_uri": f"{ORIGIN}/app/callback"}
    browser = Browser(platform.fresh_browser())
    issued = await browser.code(username=username, **app)
    token: str = (await browser.exchange(issued, **app)).json()["access_token"]
    return token
