"""Reading events: looking for them, and opening what is sealed about the one person who is asked for."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from smartbear.assurance.actions.question import By, Filter, Question
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.cursor import Cursors
from smartbear.assurance.model.window import Window
from smartbear.assurance.store import events
from smartbear.assurance.store.events import Row
from smartbear.contracts.audit import Event, Person, opened, read
from smartbear.contracts.roles import PARTICIPANT, SERVICE
from smartbear.kit.audit import SubjectKey
from smartbear.kit.audit.sealing import name_of
from smartbear.kit.db import Connection
from smartbear.kit.errors import TooCostly

_AT_ONCE = 1000  # rows looked at with one statement, where few of them may be what is asked for
_MOST_LOOKED_AT = 200_000  # some seconds' work

Lets = Callable[[Row, Event], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """An event, and the part about the person who is asked for, if it can be opened."""

    row: Row
    event: Event
    person: Person | None
    mark: bytes | None
    """The person's."""
    position: int | None
    """Of its leaf; None before it is in order."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events, the newest first."""

    items: Sequence[Found]
    next: str | None
    """The cursor of the next page."""


def cursors(services: Services) -> Cursors:
    """What seals the places that readers are told."""
    return Cursors(services.context.key("audit paging"))


async def page(services: Services, question: Question) -> Page:
    """One page. BadInput for a cursor that is none, TooCostly if too many events have to be looked at."""
    sealer, wanted = cursors(services), question.window
    if question.after is not None:
        wanted = replace(wanted, before=sealer.open(question.after, question.reader))
    async with services.context.db.connection() as connection:
        key = await key_of(services, connection, question.subject) if question.subject else None
        if question.subject and key is None:
            return Page((), None)
        wanted = replace(wanted, mark=key.mark if key else None)
        more, found = False, list[tuple[Row, Event]]()
        async for row, event in looked_for(connection, wanted, lets(question, key), question.limit + 1):
            if len(found) == question.limit:
                more = True
                break
            found.append((row, event))
        places = await events.positions(connection, [row for row, _ in found])
    mark = wanted.mark
    items = [Found(row, event, person_of(row, event, key), mark, places.get(row.id)) for row, event in found]
    return Page(items, sealer.seal(found[-1][0].place, question.reader) if more else None)


def lets(question: Question, key: SubjectKey | None) -> Lets | None:
    """Whether an event is asked for; None if all are."""
    if question.entity is None and question.by is None and question.filter == Filter():
        return None

    def has_entity(row: Row, event: Event) -> bool:
        person = person_of(row, event, key)
        return question.entity in (*event.entities, *(person.entities if person else ()))

    return lambda row, event: (
        question.filter.lets(event)
        and (question.entity is None or has_entity(row, event))
        and (question.by is None or question.by == _by(row, event, key))
    )


def _by(row: Row, event: Event, key: SubjectKey | None) -> By:
    if event.agent.role == SERVICE:
        return "platform"
    if event.agent.role != PARTICIPANT:
        return "others"
    person = person_of(row, event, key)
    return "you" if person and person.account else "others"


async def looked_for(
    connection: Connection, wanted: Window, lets: Lets | None, few: int, most: int = _MOST_LOOKED_AT
) -> AsyncIterator[tuple[Row, Event]]:
    """Every event in a range that says what is wanted; what cannot be read is a verification's."""
    looked_at, at_once = 0, _AT_ONCE if lets else few
    while rows := await events.newest(connection, wanted, at_once):
        for row in rows:
            event = _read(row.record)
            if event and (lets is None or lets(row, event)):
                yield row, event
        looked_at += len(rows)
        if len(rows) < at_once:
            return
        if looked_at >= most:
            raise TooCostly
        wanted = replace(wanted, before=rows[-1].place)


def _read(record: bytes) -> Event | None:
    try:
        return read(record)
    except msgspec.MsgspecError:
        return None


async def key_of(services: Services, connection: Connection, subject: str) -> SubjectKey | None:
    """The key of a person; None if the trail has nothing about them, or not any more."""
    master = services.context.key("audit")
    salts = await events.salts(connection, [name_of(master, subject)])
    return SubjectKey(master, subject, salts[0]) if salts else None


def person_of(row: Row, event: Event, key: SubjectKey | None) -> Person | None:
    """The part of an event that a person's key opens."""
    if key is None or len(row.marks) != len(event.sealed):  # changed: a verification says so
        return None
    try:
        return next(opened(event, row.marks, [key]), None)
    except msgspec.MsgspecError:
        return None
