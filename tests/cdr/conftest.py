"""The real repository on a real database, and callers of every kind."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from smartbear.cdr.app import serve
from smartbear.cdr.jobs import handlers
from smartbear.contracts.scope import PARTICIPANT, SYSTEM, AccessScope
from smartbear.fhir import json
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound
from smartbear.kit.jobs import worker
from smartbear.kit.problems import problem_response
from tests.cdr.subscribers import served, status
from tests.conftest import client_of, eventually

Resource = dict[str, Any]
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


@dataclass
class Fhir:
    """One caller of the FHIR service. Bodies are read with their decimals as written."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/fhir+json"})

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Any request; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.encode(body) if body is not None else None
        return await self.client.request(
            method, f"/fhir/{path}".rstrip("/"), content=content, headers=self.headers | given
        )

    async def create(self, resource: Resource) -> Resource:
        """A resource that is stored, as it was answered."""
        answer = await self.send("POST", resource["resourceType"], resource)
        assert answer.status_code == 201, answer.text
        return json.decode(answer.content)

    async def put(self, resource: Resource) -> Resource:
        """A resource stored under its own id."""
        answer = await self.send("PUT", f"{resource['resourceType']}/{resource['id']}", resource)
        assert answer.status_code in (200, 201), answer.text
        return json.decode(answer.content)

    async def get(self, path: str) -> Resource:
        """What an address answers, if it is well."""
        answer = await self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return json.decode(answer.content)

    async def ids(self, path: str) -> list[str]:
        """Ids of the matches of a search, over all its pages."""
        bundle = await self.get(path)
        found = matches(bundle)
        while following := link(bundle, "next"):
            bundle = await self.get(following)
            found += matches(bundle)
        return found


def matches(bundle: Resource, mode: str = "match") -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ()) if entry["search"]["mode"] == mode]


def link(bundle: Resource, relation: str) -> str:
    """The address of a link, after the service's own."""
    found = (each["url"] for each in bundle.get("link", ()) if each["relation"] == relation)
    return next((url.partition("/fhir/")[2] for url in found), "")


def issues(answer: httpx.Response) -> list[tuple[str, str]]:
    """Code and first expression of every issue of an OperationOutcome."""
    outcome = json.decode(answer.content)
    assert outcome["resourceType"] == "OperationOutcome"
    return [(issue["code"], (issue.get("expression") or [""])[0]) for issue in outcome["issue"]]


def observation(patient: str = "", code: str = "8867-4", value: Any = 72, **more: Any) -> Resource:
    """A heart rate, or what the arguments make of it."""
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-05-01T08:00:00Z",
        "valueQuantity": {"value": value, "system": UCUM, "code": "/min", "unit": "beats/min"},
    }
    return resource | ({"subject": {"reference": f"Patient/{patient}"}} if patient else {}) | more


def patient(organisation: str = "", **more: Any) -> Resource:
    """A Patient, in the care of an organisation if one is named."""
    care = {"managingOrganization": {"reference": f"Organization/{organisation}"}} if organisation else {}
    return {"resourceType": "Patient", "gender": "female"} | care | more


@dataclass
class Standing:
    """In the place of ``identity``: what everybody who has called may be, until a test changes it."""

    scopes: dict[str, AccessScope] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Request(scope).query_params
        found = self.scopes.get(f"{asked['role']} {asked['name']}")
        answer = Response(msgspec.json.encode(found)) if found else problem_response(NotFound())
        await answer(scope, receive, send)


@dataclass
class Service:
    """The application and its context."""

    app: ASGIApp
    context: Context
    clock: FrozenClock
    clients: AsyncExitStack
    standing: Standing

    async def caller(self, scope: AccessScope | None = None) -> Fhir:
        """A caller with this scope; without one, a component, which sees everything."""
        if scope:
            self.standing.scopes[scope.who] = scope
        return Fhir(await self.clients.enter_async_context(client_of(self.app, self.clock, scope)))

    async def case_manager(self, organisation: str) -> Fhir:
        return await self.caller(AccessScope(role="CCM", account="ccm", organisations=(organisation,)))

    async def participant(self, subject: str) -> Fhir:
        return await self.caller(
            AccessScope(role=PARTICIPANT, account="p", participant="SB-0001", subject=subject)
        )

    async def machine(self, *scopes: str) -> Fhir:
        return await self.caller(AccessScope(role=SYSTEM, client="tool", scopes=scopes))


@pytest.fixture
async def service(make_context: Callable[..., Any], clock: FrozenClock) -> AsyncIterator[Service]:
    standing = Standing()
    opened = make_context("cdr", neighbours={"identity": standing}, plan_cache_mode="force_generic_plan")
    async with (
        opened as context,
        serve(context) as app,
        AsyncExitStack() as clients,
    ):
        yield Service(app, context, clock, clients, standing)


@pytest.fixture
async def fhir(service: Service) -> Fhir:
    """A caller that sees everything."""
    return await service.caller()


@pytest.fixture
async def endpoints():
    """Makes endpoints, each on a port of its own."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(served())


@pytest.fixture
async def endpoint(endpoints):
    return await endpoints()


@pytest.fixture
async def working(service, database_url):
    """``async with working():`` jobs are done, as a worker does them."""
    does = handlers(service.context)
    return lambda: worker.working(database_url, does, concurrency=4)


@pytest.fixture
async def subscribe(fhir):
    """Makes subscriptions, which are deleted in the end."""
    made = []

    async def make(hook=None, /, criteria="Observation?code=8867-4", caller=fhir, **channel):
        kind = {"type": "rest-hook", "endpoint": hook.address} if hook else {"type": "websocket"}
        asked = {"status": "requested", "reason": "a test", "criteria": criteria}
        resource = {"resourceType": "Subscription", "channel": kind | channel} | asked
        made.append(await caller.create(resource))
        place = f"Subscription/{made[-1]['id']}"
        await eventually(lambda: status(fhir, place, "active", "error", "off"))
        return await fhir.get(place)

    yield make
    for one in made:
        await fhir.send("DELETE", f"Subscription/{one['id']}")
