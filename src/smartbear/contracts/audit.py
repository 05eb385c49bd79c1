"""What the audit trail says of one access: who did what, why, to what, and about whom.

An event is kept as canonical JSON (UTF-8, members sorted by name, absent where they have their default), and
the hash of that is what is proved. What is about persons is in sealed parts, one for each, in the order of
the marks beside the record; everything else is readable by whoever may read the trail.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

import msgspec

from smartbear.contracts.roles import ANONYMOUS, PARTICIPANT, SERVICE, SYSTEM
from smartbear.contracts.scope import AccessScope
from smartbear.kit.audit import Sealed, SubjectKey

Action = Literal["C", "R", "U", "D", "E"]
"""Create, read, update, delete, execute: https://hl7.org/fhir/R4/valueset-audit-event-action.html."""

_PURPOSES = {
    PARTICIPANT: "PATRQT",
    "CCM": "TREAT",
    "Caregiver": "FAMRQT",
    "Tech": "PATADMIN",
    "DataScientist": "HRESCH",
    "PolicyMaker": "PUBHLTH",
    "Auditor": "HCOMPL",
    "SysAdmin": "HSYSADMIN",
    SYSTEM: "HOPERAT",
    SERVICE: "HOPERAT",
    ANONYMOUS: "HOPERAT",
}
"""Role → https://terminology.hl7.org/ValueSet/v3-PurposeOfUse."""
RESEARCH = "HRESCH"
"""What a project's clients do, and jobs for them."""


class Agent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who did it. Of a participant only the role is said here: the rest is in the sealed part."""

    account: str = ""
    client: str = ""
    organisations: tuple[str, ...] = ()
    project: str = ""
    role: str
    service: str = ""
    username: str = ""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One access, as anybody who may read the trail can read it."""

    action: Action
    address: str
    """What was called, without what identifies: ``GET /fhir/Observation/{id}``."""
    agent: Agent
    at: datetime
    """By the component's clock; the database's own is beside the record."""
    entities: tuple[str, ...] = ()
    """``Type/id`` of what belongs to nobody."""
    more: int = 0
    """How many entities there were beyond those listed, here and in the sealed parts together."""
    purpose: str
    query: tuple[str, ...] = ()
    """Names of the parameters of a search; their values are in the sealed part, if it found one person."""
    request: str = ""
    sealed: tuple[bytes, ...] = ()
    """A ``Person`` each, which only the person's key opens."""
    source: str
    """The component that recorded it."""
    status: int
    """Of HTTP: what the caller was told."""
    subtype: str
    """``read``, ``search-type``, ``sign-in`` … : see the reference."""
    times: int = 1
    """How often, where one event stands for many."""

    @property
    def outcome(self) -> str:
        """https://hl7.org/fhir/R4/valueset-audit-event-outcome.html."""
        return "0" if self.status < _REFUSED else "4" if self.status < _FAILED else "8"


_REFUSED, _FAILED = 400, 500


class Person(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an event says about one person; ``account`` and ``participant`` if that person did it."""

    account: str = ""
    entities: tuple[str, ...] = ()
    """``Type/id`` of what belongs to the person, as far as it is listed."""
    participant: str = ""
    query: str = ""
    subject: str
    """The person's repository id; ``account/…`` for somebody who is known by an account alone."""


_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
_person = msgspec.json.Decoder(Person).decode


@lru_cache(maxsize=1024)
def agent_of(scope: AccessScope) -> Agent:
    """Who stands behind a scope."""
    is_participant = scope.role == PARTICIPANT
    return Agent(
        account="" if is_participant else scope.account,
        client=scope.client,
        organisations=scope.organisations,
        project=scope.project or "",
        role=scope.role,
        service=scope.service or "",
        username="" if is_participant else scope.username,
    )


def purpose_of(agent: Agent) -> str:
    """Why somebody in this role does anything here."""
    return RESEARCH if agent.project else _PURPOSES[agent.role]


def seal(event: Event, persons: Sequence[Person], keys: Mapping[str, SubjectKey]) -> Sealed:
    """The record to append; ``keys`` has the key of every person."""
    held = [keys[person.subject] for person in persons]
    parts = tuple(key.seal(_encode(person)) for key, person in zip(held, persons, strict=True))
    record = _encode(msgspec.structs.replace(event, sealed=parts) if parts else event)
    return Sealed(record, b"".join(key.mark for key in held))


def read(record: bytes) -> Event:
    """The event of a record."""
    return _event(record)


def opened(event: Event, marks: Iterable[bytes], keys: Iterable[SubjectKey]) -> Iterator[Person]:
    """The parts of an event that any of ``keys`` opens; ``marks`` are those beside the record."""
    by_mark = {key.mark: key for key in keys}
    for mark, part in zip(marks, event.sealed, strict=True):
        content = by_mark[mark].open(part) if mark in by_mark else None
        if content is not None:
            yield _person(content)
