"""The synthetic pilot as values, read from ``pilot.toml``."""

import tomllib
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from smartbear.contracts.people import Language, Profile, Sex


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pilot(_Row):
    """A pilot."""

    name: str
    language: Language
    time_zone: str


class Organisation(_Row):
    """An organisation of a pilot."""

    name: str
    pilot: str
    phone: str


class Staff(_Row):
    """A member of staff and the account to sign in with."""

    username: str
    name: str
    role: str
    organisation: str | None = None


class Participant(_Row):
    """Somebody who does not exist, and the centres of the readings to make up."""

    organisation: str
    birth_month: str
    sex: Sex
    conditions: tuple[str, ...]
    profiles: tuple[Profile, ...]
    systolic: float
    diastolic: float
    pulse: float
    weight: float
    username: str | None = None
    gap: tuple[int, int] | None = None
    """Days before the end at which a silence began, and its length in days."""
    silent: int = 0
    """Days without any reading up to now."""


class DemoPilot(_Row):
    """Everything ``pilot.toml`` says."""

    pilots: tuple[Pilot, ...]
    organisations: tuple[Organisation, ...]
    staff: tuple[Staff, ...]
    participants: tuple[Participant, ...]

    def pilot_of(self, organisation: str) -> Pilot:
        """The pilot an organisation takes part in."""
        name = next(row.pilot for row in self.organisations if row.name == organisation)
        return next(row for row in self.pilots if row.name == name)


def demo_pilot() -> DemoPilot:
    """The pilot shipped with the platform."""
    text = (files("smartbear.operations.demo") / "pilot.toml").read_text(encoding="utf-8")
    return DemoPilot.model_validate(tomllib.loads(text))
