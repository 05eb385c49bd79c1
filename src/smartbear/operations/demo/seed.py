"""Enrols the synthetic pilot through the components' own doors, one remembered step after another."""

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.people import (
    Category,
    NewAssignment,
    NewOrganisation,
    NewParticipant,
    NewPilot,
    StaffMember,
)
from smartbear.contracts.readings import MAX_READINGS
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import NewAccount, create_account
from smartbear.kit.context import Context
from smartbear.operations.demo.conditions import conditions
from smartbear.operations.demo.pilot import DemoPilot, Organisation, Participant, Staff, demo_pilot
from smartbear.operations.demo.readings import DAYS, Made, thirty_days
from smartbear.operations.demo.state import State

_NAMESPACE = uuid.UUID("0b9f5a76-7d0c-5f55-8a7e-53a1f0b7c0de")
_ENROLLED_BEFORE = timedelta(days=DAYS + 20)
_LABELS: dict[Category, str] = {
    "smartphone": "PH",
    "smartwatch": "SW",
    "blood_pressure": "BP",
    "scale": "SC",
    "oximeter": "OX",
    "thermometer": "TH",
}
_SYSADMIN = AccessScope(role="SysAdmin", username="demo")

Advance = Callable[[str], None]
"""Told after each step, with what was done."""


def steps() -> int:
    """How often ``Seeding.run`` calls ``advance``."""
    return 1 + len(demo_pilot().participants)


@dataclass(frozen=True, slots=True)
class Seeding:
    """One run over the pilot; everything it needs to enrol somebody."""

    pilot: DemoPilot
    state: State
    password: str
    identity: Context
    users: UsersClient
    measurements: MeasurementsClient
    cdr: CdrClient

    @classmethod
    @asynccontextmanager
    async def open(cls, identity: Context, state: State, password: str) -> AsyncIterator["Seeding"]:
        """A seeding that makes accounts with ``identity`` and asks its neighbours, wherever they run."""
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(client(identity))
                for client in (UsersClient, MeasurementsClient, CdrClient)
            ]
            yield cls(demo_pilot(), state, password, identity, *clients)  # type: ignore[arg-type]

    async def run(self, advance: Advance) -> None:
        """Enrol whatever of the pilot is not there yet."""
        for pilot in self.pilot.pilots:
            form = NewPilot(**pilot.model_dump())
            await self.state.once(f"pilot/{pilot.name}", partial(self.users.create_pilot, form, _SYSADMIN))
        for organisation in self.pilot.organisations:
            await self._organisation(organisation)
        for person in self.pilot.staff:
            await self.state.once(f"staff/{person.username}", partial(self._staff, person))
        advance("organisations and staff")
        for number, participant in enumerate(self.pilot.participants, 1):
            await self._participant(number, participant)
            advance(f"participant {number} of {len(self.pilot.participants)}")

    async def _organisation(self, row: Organisation) -> None:
        form = NewOrganisation(name=row.name, pilot_id=self.state[f"pilot/{row.pilot}"], phone=row.phone)
        await self.state.once(
            f"organisation/{row.name}", partial(self.users.create_organisation, form, _SYSADMIN)
        )

    def _places(self, organisation: str | None) -> tuple[str | None, str | None]:
        """Ids of an organisation and its pilot."""
        if organisation is None:
            return None, None
        pilot = self.pilot.pilot_of(organisation).name
        return self.state[f"organisation/{organisation}"], self.state[f"pilot/{pilot}"]

    async def _staff(self, person: Staff) -> str:
        organisation, pilot = self._places(person.organisation)
        email = f"{person.username}@demo.invalid"
        new = NewAccount(
            username=person.username,
            role=person.role,
            name=person.name,
            email=email,
            organisation=organisation,
            pilot=pilot,
        )
        account = await create_account(self.identity, new, self.password)
        member = StaffMember(name=person.name, email=email, role=person.role, organisation_id=organisation)
        await self.users.put_staff(account, member)
        return account

    async def _participant(self, number: int, told: Participant) -> None:
        enrolled, subject = await self.state.once(f"participant/{number}", partial(self._enrol, number, told))
        if told.username:
            await self.state.once(
                f"account/{number}", partial(self._account, enrolled, f"{told.username}", told.organisation)
            )
        devices = await self.state.once(f"devices/{number}", partial(self._devices, number, enrolled, told))
        await self.state.once(f"conditions/{number}", partial(self._conditions, subject, told))
        await self.state.once(f"readings/{number}", partial(self._readings, number, subject, told, devices))

    def _case_manager(self, organisation: str) -> AccessScope:
        """The scope of the organisation's first case manager, in whose name its participants are enrolled."""
        first = next(
            row for row in self.pilot.staff if row.role == "CCM" and row.organisation == organisation
        )
        place, pilot = self._places(organisation)
        return AccessScope(
            role="CCM",
            account=self.state[f"staff/{first.username}"],
            username=first.username,
            organisations=(str(place),),
            pilots=(str(pilot),),
        )

    async def _enrol(self, number: int, told: Participant) -> tuple[str, str]:
        scope = self._case_manager(told.organisation)
        form = NewParticipant(
            pilot_id=scope.pilots[0],
            birth_month=told.birth_month,
            sex=told.sex,
            email=f"participant-{number}@demo.invalid",
            phone=f"+351 290 000 {number:03}",
            consent_date=(self.identity.clock.now() - _ENROLLED_BEFORE).date(),
            research_consent=True,
            profiles=told.profiles,
        )
        participant, subject = await self.users.enrol(form, scope)
        accepted = {"status": "accepted"}
        await self.users.request("PATCH", f"/api/participants/{participant}", json=accepted, scope=scope)
        return participant, subject

    async def _account(self, participant: str, username: str, organisation: str) -> str:
        place, pilot = self._places(organisation)
        new = NewAccount(
            username=username,
            role="Participant",
            name=participant,
            organisation=place,
            pilot=pilot,
            participant=participant,
        )
        account = await create_account(self.identity, new, self.password)
        await self.users.link_account(participant, account)
        return account

    async def _devices(self, number: int, participant: str, told: Participant) -> dict[str, str]:
        scope = self._case_manager(told.organisation)
        since = self.identity.clock.now() - _ENROLLED_BEFORE
        return {
            category: await self.users.assign_device(
                participant,
                NewAssignment(label=f"{letters}-{900 + number:04}", category=category, assigned_from=since),
                scope,
            )
            for category, letters in _LABELS.items()
        }

    async def _conditions(self, subject: str, told: Participant) -> bool:
        await self.cdr.transaction(conditions(subject, told.conditions, self.identity.clock.now()))
        return True

    async def _readings(
        self, number: int, subject: str, told: Participant, devices: Mapping[str, str]
    ) -> int:
        now = self.identity.clock.now()
        zone = ZoneInfo(self.pilot.pilot_of(told.organisation).time_zone)
        count = 0
        for index, (category, some) in enumerate(_batches(thirty_days(told, number, now, zone))):
            batch = {"subject": subject, "device_id": devices[category], "readings": some}
            key = str(uuid.uuid5(_NAMESPACE, f"{subject}/{now.date()}/{index}"))
            answer = await self.measurements.submit(batch, key)
            count += int(answer["accepted"])
        return count


def _batches(made: Iterable[Made]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Readings of one device at a time, in batches a phone would send, oldest first."""
    by_device: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for reading in made:
        by_device[reading.category].append(reading.body)
    for category, bodies in by_device.items():
        ordered = iter(sorted(bodies, key=lambda body: str(body["measured_at"])))
        while some := list(islice(ordered, MAX_READINGS)):
            yield category, some
