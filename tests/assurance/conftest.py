"""The component on a real database, with events that other components append as they do in production."""

import asyncio
import shutil
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.assurance.actions import sequence, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.settings import AssuranceSettings
from smartbear.contracts.audit import Agent, Event, Person, seal
from smartbear.contracts.roles import PARTICIPANT
from smartbear.kit.audit import Keys, append
from smartbear.kit.clock import FrozenClock
from smartbear.kit.db import Database
from smartbear.kit.settings import PlatformSettings
from tests.conftest import NOW, eventually, fresh_database, open_context, test_key

NEEDED = ("users", "mobile", "assurance")
"""The components whose roles are at work here; each schema more costs time."""
SUBJECTS = {f"SB-{number:04}": str(uuid.UUID(int=number)) for number in range(1, 6)}
ORGANISATION = str(uuid.UUID(int=99))
CLINICIAN = Agent(
    account=str(uuid.UUID(int=77)), organisations=(ORGANISATION,), role="CCM", username="test_clinician"
)
PERSON = Agent(role=PARTICIPANT)
PERSON_ACCOUNT = str(uuid.UUID(int=1001))


_EMPTY = """
TRUNCATE audit.event, audit.subject_key, assurance.checkpoint, assurance.tile, assurance.witness,
    assurance.cosignature, assurance.witnessed, assurance.verification, assurance.sighting,
    jobs.procrastinate_jobs CASCADE;
UPDATE assurance.log SET size = 0, peaks = '{}', xid = '0', event = 0, at = '1970-01-01Z'
"""


async def _subject(request):
    subject = SUBJECTS.get(request.path_params["participant"])
    if subject is None:
        return JSONResponse({"code": "not_found", "status": 404}, 404)
    return JSONResponse(subject)


async def _places(_request):
    return JSONResponse({ORGANISATION: "Clinic One"})


USERS = Starlette(
    routes=[
        Route("/internal/participants/{participant}/subject", _subject),
        Route("/internal/organisations", _places),
    ]
)


@dataclass
class Trail:
    """A trail of its own, and the component that proves it."""

    url: str
    services: Services
    writer: Database
    owner: asyncpg.Connection
    keys: Keys

    async def add(self, number=1, *, about=("SB-0001",), at: datetime = NOW, **changed):
        """Append so many events, each in a transaction of its own."""
        agent = changed.pop("agent", CLINICIAN)
        for place in range(number):
            event = Event(
                **{
                    "action": "R",
                    "address": "GET /fhir/Observation/{id}",
                    "agent": agent,
                    "at": at,
                    "purpose": "TREAT",
                    "request": f"request-{place}",
                    "source": "cdr",
                    "status": 200,
                    "subtype": "read",
                    **changed,
                }
            )
            own = {"account": PERSON_ACCOUNT, "participant": "SB-0001"} if agent == PERSON else {}
            persons = [Person(subject=SUBJECTS[who], entities=("Observation/1",), **own) for who in about]
            keys = await self.keys.of([person.subject for person in persons])
            async with self.writer.transaction() as tx:
                await append(tx, [seal(event, persons, keys)])

    async def clear(self):
        """Begin anew."""
        await self.owner.execute(_EMPTY)
        shutil.rmtree(self.services.context.settings.home / "witness", ignore_errors=True)
        self.services.context.clock.advance(NOW - self.services.context.clock.now())
        self.keys = Keys(self.writer, test_key("audit"))

    async def signed(self):
        """Wait until everything appended is in order; other tests' transactions may hold it up."""

        async def is_signed():
            await sequence.advance(self.services)
            waiting = await self.owner.fetchval(
                "SELECT count(*) FROM audit.event e, assurance.log l WHERE (e.xid, e.id) > (l.xid, l.event)"
            )
            return waiting == 0

        await eventually(is_signed, within=20)
        await witnessing.file(self.services)


@asynccontextmanager
async def trail_on(url, settings, clock, assurance=None):
    async with (
        open_context(url, "assurance", settings, clock, {"users": USERS}) as context,
        Database.open(url, "mobile", connections=2) as writer,
    ):
        owner = await asyncpg.connect(url)
        services = Services.of(context, assurance or AssuranceSettings())
        yield Trail(url, services, writer, owner, Keys(writer, test_key("audit")))
        await services.close()
        await owner.close()


@asynccontextmanager
async def trail_of(postgres_url, tmp_path_factory):
    """A trail on a database of its own, for the tests of a module."""
    home = tmp_path_factory.mktemp("home")
    settings = PlatformSettings(home=home, environment="test", secret_key="k" * 32)
    async with fresh_database(postgres_url, NEEDED) as url, trail_on(url, settings, FrozenClock(NOW)) as made:
        yield made


@pytest.fixture(scope="module")
async def trail(postgres_url, tmp_path_factory):
    """On the module's database."""
    async with trail_of(postgres_url, tmp_path_factory) as made:
        yield made


@pytest.fixture
async def own_trail(trail):
    """The same, empty at first: the test may spoil it."""
    await trail.clear()
    yield trail
    await trail.clear()


async def quiet(*_progress):
    """Nobody is told how far it is."""
    await asyncio.sleep(0)
