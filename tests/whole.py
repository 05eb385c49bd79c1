"""The whole platform in this process, as strangers meet it: real components, accounts, tokens and keys.

Two organisations, in the north and in the south, each with a case manager and a participant who has readings.
Everybody comes through the front door.
"""

import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from smartbear import system
from smartbear.contracts.people import NewOrganisation, NewParticipant, NewPilot, StaffMember
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from smartbear.kit.clock import FrozenClock
from smartbear.kit.ids import new_id
from smartbear.kit.jobs.queue import open_queue
from smartbear.kit.jobs.worker import Pauses, Worker
from smartbear.kit.pseudonyms import service, spaces
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.settings import PlatformSettings
from smartbear.operations import key_holder
from tests.conftest import NOW, fresh_database
from tests.heard import Lines
from tests.identity.conftest import ORIGIN, PASSWORD, PROTOCOL, Browser

FHIR = "application/fhir+json"
PROJECTS = ("holobalance", "smart4health")
STAFF = {
    "ccm_north": ("CCM", "north"),
    "ccm_south": ("CCM", "south"),
    "tech_north": ("Tech", "north"),
    "auditor": ("Auditor", None),
    "sysadmin": ("SysAdmin", None),
    "scientist": ("DataScientist", None),
}
MACHINES = {
    "system": "system/*.*",
    "reader": "system/Observation.rs",
    **{name: f"project.{name} system/*.cruds" for name in PROJECTS},
    "narrow": f"project.{PROJECTS[0]} system/Condition.rs",
}
_IN_A_HURRY = {
    **{f"SMARTBEAR_GATEWAY_{who}_RATE": "100000" for who in ("PERSON", "ALARM", "ADDRESS", "SIGN_IN")},
    "SMARTBEAR_GATEWAY_MOST_LATE": "600",
}
"""For who asks as fast as a test does on a busy machine; limits and overload have tests of their own."""
_ADMINISTRATOR = AccessScope(role="SysAdmin", username="set up")


@dataclass(repr=False)
class Whole:
    """The platform, and what a test needs to know of its inside to tell what may not be told."""

    url: str
    clock: FrozenClock
    running: system.System
    http: httpx.AsyncClient
    keyring: Keyring
    lines: Lines
    place: dict[str, str] = field(default_factory=dict)
    """Ids of the pilot and the organisations, by name."""
    person: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Participant id and repository id of who lives in the north and in the south."""
    secret: dict[str, tuple[str, str]] = field(default_factory=dict)
    _token: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def ask(
        self, who: str, method: str, path: str, body: Any = None, *, params: Any = None, **headers: str
    ) -> httpx.Response:
        """What somebody is answered (nobody: empty); header names are written with underscores."""
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        if who:
            given.setdefault("authorization", f"Bearer {await self.token(who)}")
        if path.startswith("/fhir") and body is not None:
            given.setdefault("content-type", FHIR)
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return await self.http.request(method, path, headers=given, params=params, **content)

    async def fhir(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """The same, below ``/fhir``."""
        return await self.ask(who, method, f"/fhir/{path}".rstrip("/"), body, **headers)

    async def store(self, *resources: dict[str, Any]) -> None:
        """Put resources into the repository under their own ids."""
        for resource in resources:
            answer = await self.fhir(
                "system", "PUT", f"{resource['resourceType']}/{resource['id']}", resource
            )
            assert answer.status_code in (200, 201), answer.text

    async def token(self, who: str) -> str:
        """An access token of one of the accounts or machine clients, still fresh."""
        minute = self._minute()
        at, token = self._token.get(who, (0, ""))
        if at != minute:
            answer = await (self._by_secret(who) if who in self.secret else self.browser(who))
            token = answer["access_token"]
            self._token[who] = (minute, token)
        return token

    def forget(self, who: str) -> None:
        """Have somebody sign in anew, as whatever the account is now."""
        self._token.pop(who, None)

    def keep_token(self, who: str, token: str) -> None:
        """Let somebody use a token that was got in another way."""
        self._token[who] = (self._minute(), token)

    def _minute(self) -> int:
        return int(self.clock.now().timestamp()) // 120

    def fresh_browser(self) -> httpx.AsyncClient:
        """A browser without cookies."""
        return httpx.AsyncClient(transport=self.http._transport, base_url=ORIGIN)

    async def browser(self, who: str) -> dict[str, Any]:
        """The tokens of a person who signs in anew."""
        browser = Browser(self.fresh_browser())
        issued = await browser.code(username=who)
        tokens: dict[str, Any] = (await browser.exchange(issued)).json()
        return tokens

    async def _by_secret(self, who: str) -> dict[str, Any]:
        name, secret = self.secret[who]
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        answer = await self.http.post(f"{PROTOCOL}/token", data=form)
        tokens: dict[str, Any] = answer.raise_for_status().json()
        return tokens

    def pseudonym(self, kind: str, text: str, project: str = PROJECTS[0]) -> str:
        """A project's token, as the key holder makes it."""
        made = self.keyring.seal(project, kind, text)
        assert made is not None
        return made

    async def work(self) -> None:
        """Do all jobs that are due."""
        async with open_queue(self.url) as queue:
            await Worker(queue, self.running.handlers(), Pauses(0), 4).drain()


@asynccontextmanager
async def whole(
    postgres_url: str,
    *,
    make_id: Callable[[], str] = new_id,
    with_people: bool = True,
    keys: Path | None = None,
) -> AsyncIterator[Whole]:
    """The platform on a database of its own, its machine clients and its people.

    ``keys`` is the folder of the projects' keys, for platforms whose tokens are to be the same.
    """
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sb")))
        url = await stack.enter_async_context(fresh_database(postgres_url))
        settings = PlatformSettings(
            home=home, environment="test", secret_key="k" * 32, pseudonym_keys=keys or home / "keys"
        )
        clock, lines = FrozenClock(NOW), stack.enter_context(_listening())
        folder = Folder(settings.key_folder)
        for name in PROJECTS if not folder.spaces() else ():
            folder.change(lambda kept, name=name: spaces.created(kept, name, clock.now()))
        holder = key_holder.holder(settings, clock)
        await stack.enter_async_context(service.serving(holder, settings.key_socket, {os.geteuid()}))
        with patch.dict(os.environ, _IN_A_HURRY):
            platform = system.assemble(settings, url, clock=clock, make_id=make_id)
            running = await stack.enter_async_context(platform)
        transport = httpx.ASGITransport(running.front, raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=ORIGIN))
        made = Whole(url, clock, running, http, Keyring(folder), lines)
        await _register(made)
        if with_people:
            await _settle(made)
        yield made


class _listening:  # noqa: N801 - reads as the function it is
    """Hear every logger while the block runs."""

    def __enter__(self) -> Lines:
        self._lines, self._root, self._ours = Lines(), logging.getLogger(), logging.getLogger("smartbear")
        self._before = self._ours.level
        self._root.addHandler(self._lines)
        self._ours.setLevel(logging.DEBUG)
        return self._lines

    def __exit__(self, *_: object) -> None:
        self._root.removeHandler(self._lines)
        self._ours.setLevel(self._before)


def counted() -> Callable[[], str]:
    """Ids that come in the same order in every world."""
    numbers = count(1)
    return lambda: f"01a00000-0000-7000-8000-{next(numbers):012x}"


async def _register(made: Whole) -> None:
    """Let the machines in."""
    identity = made.running.contexts["identity"]
    for name, scope in MACHINES.items():
        known, secret = await create_client(identity, NewClient(name=f"{name} machine", scope=scope))
        made.secret[name] = (known, secret or "")


async def _settle(made: Whole) -> None:
    """Let the people in."""
    identity = made.running.contexts["identity"]
    async with UsersClient(identity) as users:
        pilot = NewPilot(name="A pilot", language="en", time_zone="Europe/Lisbon")
        made.place["pilot"] = await users.create_pilot(pilot, _ADMINISTRATOR)
        for name in ("north", "south"):
            form = NewOrganisation(name=name, pilot_id=made.place["pilot"], phone="")
            made.place[name] = await users.create_organisation(form, _ADMINISTRATOR)
        accounts = [await _employ(made, users, username, *of) for username, of in STAFF.items()]
        for name, account in zip(("north", "south"), accounts, strict=False):
            made.person[name] = await _enrol(made, users, name, account)
    await made.work()


async def _employ(made: Whole, users: UsersClient, username: str, role: str, place: str | None) -> str:
    identity, organisation = made.running.contexts["identity"], made.place.get(place or "")
    pilot = made.place["pilot"] if organisation else None
    project = PROJECTS[0] if role == "DataScientist" else None
    new = NewAccount(
        username=username,
        role=role,
        name=username,
        organisation=organisation,
        pilot=pilot,
        project=project,
    )
    account = await create_account(identity, new, PASSWORD)
    member = StaffMember(name=username, role=role, organisation_id=organisation)  # type: ignore[arg-type]
    await users.put_staff(account, member)
    return account


async def _enrol(made: Whole, users: UsersClient, place: str, manager: str) -> tuple[str, str]:
    organisation, pilot = made.place[place], made.place["pilot"]
    scope = AccessScope(role="CCM", account=manager, organisations=(organisation,), pilots=(pilot,))
    form = NewParticipant(
        pilot_id=pilot,
        birth_month="1951-04",
        email=f"CANARY-{place}@example.org",
        phone="+000 555 0100",
        consent_date=NOW.date(),
        research_consent=True,
        external_email=f"outside-{place}@example.org",
    )
    participant, subject = await users.enrol(form, scope)
    new = NewAccount(
        username=f"person_{place}",
        role=PARTICIPANT,
        name=participant,
        organisation=organisation,
        pilot=pilot,
        participant=participant,
    )
    account = await create_account(made.running.contexts["identity"], new, PASSWORD)
    await users.link_account(participant, account)
    return participant, subject
