"""The trail at /fhir/AuditEvent, for people: read and search. Machine clients meet what is stored there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from smartbear.assurance import access
from smartbear.assurance.actions import projection, reading
from smartbear.assurance.actions.question import Filter, Question
from smartbear.assurance.actions.reading import Found
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.cursor import Cursors
from smartbear.assurance.model.window import NOTHING, Window
from smartbear.contracts import trail
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.fhir.search.dates import date_range
from smartbear.kit.errors import BadInput, FieldError, NotFound

_MOST = 200
_AUDITOR = "auditor"
_FORMATS = ("json", "application/json", "application/fhir+json")
_ID = re.compile("([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


@dataclass(slots=True)
class _Asked:
    """What a search turns out to ask, while its parameters are read."""

    window: Window = field(default_factory=Window)
    filter: Filter = field(default_factory=Filter)
    entity: str | None = None
    patient: str | None = None
    identifier: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of AuditEvents: the event's place, which participants are told sealed, as it counts what all do."""

    cursors: Cursors
    reader: str

    def of(self, found: Found) -> str:
        place = found.row.place
        return "-".join(map(str, place)) if self.reader == _AUDITOR else self.cursors.seal(place, self.reader)

    def window(self, event: str, within: Window) -> Window:
        """Of the event with this id alone, if it is within."""
        if within == NOTHING:
            return NOTHING
        if self.reader == _AUDITOR:
            match = _ID.fullmatch(event)
            only = Window.of((int(match[1]), int(match[2]))) if match else NOTHING
        else:
            try:
                only = Window.of(self.cursors.open(event, self.reader))
            except BadInput:
                only = NOTHING
        return replace(only, since=within.since, until=within.until)


async def search(
    services: Services, scope: AccessScope, parameters: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """A Bundle of AuditEvents, the newest first. BadInput names what is wrong in the search."""
    asked = _read(parameters)
    question = Question("", asked.window, asked.filter, asked.entity, asked.patient, asked.after, asked.limit)
    question = _permitted(scope, question)
    ids = _Ids(reading.cursors(services), question.reader)
    if asked.identifier is not None:
        question = replace(question, window=ids.window(asked.identifier, question.window))
    page = await reading.page(services, question)
    base = f"{services.context.settings.addresses()[0]}/fhir/AuditEvent"
    given = [(name, value) for name, value in parameters if name != "_after"]
    links = [{"relation": "self", "url": _address(base, parameters)}]
    if page.next:
        links.append({"relation": "next", "url": _address(base, [*given, ("_after", page.next)])})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": links,
        "entry": [
            {
                "fullUrl": f"{base}/{ids.of(found)}",
                "resource": projection.audit_event(found, ids.of(found)),
                "search": {"mode": "match"},
            }
            for found in page.items
        ],
    }


async def read(services: Services, scope: AccessScope, event: str) -> dict[str, Any]:
    """One AuditEvent; NotFound if there is none, or it is not about the participant who asks."""
    permitted = _permitted(scope, Question(""))
    ids = _Ids(reading.cursors(services), permitted.reader)
    page = await reading.page(
        services, replace(permitted, window=ids.window(event, permitted.window), limit=1)
    )
    if not page.items:
        raise NotFound
    return projection.audit_event(page.items[0], event)


def _permitted(scope: AccessScope, question: Question) -> Question:
    """Auditors may ask whatever they want; participants learn nothing about others."""
    trail.did("audit-search", "R")
    if scope.role == PARTICIPANT:
        own = access.own(scope)
        nobody = Question(f"own {own}", window=NOTHING)
        return (
            replace(question, reader=f"own {own}", subject=own) if question.subject in (None, own) else nobody
        )
    access.auditing(scope)
    if question.subject:
        trail.sought(question.subject)  # nobody may have this id, or nobody any more
    return replace(question, reader=_AUDITOR)


def _address(base: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(parameters)}" if parameters else base


def _read(parameters: Sequence[tuple[str, str]]) -> _Asked:
    asked = _Asked()
    for name, value in parameters:
        known = _PARAMETERS.get(name)
        if known is None:
            raise _wrong(name[:100], "not-supported", "is not known here")
        if not value or "\x00" in value:
            raise _wrong(name, "value", "must have a value")
        known(asked, name, value)
    return asked


def _date(asked: _Asked, name: str, value: str) -> None:
    prefix, text = (value[:2], value[2:]) if value[:2].isalpha() else ("eq", value)
    found = date_range(text)
    if found is None or prefix not in _BOUNDS:
        raise _wrong(name, "value", "must be a FHIR date, with eq, ge, gt, le or lt before it or nothing")
    low, high = _BOUNDS[prefix]
    since, until = asked.window.since, asked.window.until
    if low is not None:
        since = max(since, found[low]) if since else found[low]
    if high is not None:
        until = min(until, found[high]) if until else found[high]
    asked.window = replace(asked.window, since=since, until=until)


_BOUNDS: Mapping[str, tuple[int | None, int | None]] = {
    "eq": (0, 1),
    "ge": (0, None),
    "gt": (1, None),
    "le": (None, 1),
    "lt": (None, 0),
}
"""Prefix → which end of the date given is the beginning, and which the end, of the time looked at."""


def _agent(asked: _Asked, _name: str, value: str) -> None:
    asked.filter = replace(asked.filter, actor=value.rpartition("/")[2])


def _agent_name(asked: _Asked, _name: str, value: str) -> None:
    asked.filter = replace(asked.filter, username=value)


def _token(asked: _Asked, name: str, value: str) -> None:
    member = {"agent-role": "role"}.get(name, name)
    asked.filter = replace(asked.filter, **{member: value.rpartition("|")[2]})


def _patient(asked: _Asked, name: str, value: str) -> None:
    kind, _, identifier = value.rpartition("/")
    if kind not in ("", "Patient"):
        raise _wrong(name, "value", "must be Patient/ and an id, or the id alone")
    asked.patient = identifier


def _entity(asked: _Asked, name: str, value: str) -> None:
    if value.count("/") != 1:
        raise _wrong(name, "value", "must be a type, a slash and an id")
    asked.entity = value


def _id(asked: _Asked, _name: str, value: str) -> None:
    asked.identifier = value


def _count(asked: _Asked, name: str, value: str) -> None:
    if not (value.isascii() and value.isdigit()) or not int(value[:9]):
        raise _wrong(name, "value", "must be a number of 1 or more")
    asked.limit = min(int(value[:9]), _MOST)


def _cursor(asked: _Asked, _name: str, value: str) -> None:
    asked.after = value


def _format(_asked: _Asked, name: str, value: str) -> None:
    if value not in _FORMATS:
        raise _wrong(name, "value", "must be json")


_PARAMETERS = {
    "date": _date,
    "agent": _agent,
    "agent-name": _agent_name,
    "agent-role": _token,
    "action": _token,
    "subtype": _token,
    "outcome": _token,
    "patient": _patient,
    "entity": _entity,
    "_id": _id,
    "_count": _count,
    "_after": _cursor,
    "_format": _format,
}


def _wrong(name: str, code: str, message: str) -> BadInput:
    return BadInput("The search cannot be done as asked.", errors=(FieldError(name, code, message),))
