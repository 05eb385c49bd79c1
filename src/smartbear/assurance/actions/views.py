"""What readers of the trail are shown of an event."""

from datetime import datetime

from pydantic import BaseModel

from smartbear.assurance.actions.reading import Found
from smartbear.assurance.model.kinds import Kind, kinds
from smartbear.contracts.roles import PARTICIPANT, STAFF

_HASH = 6  # bytes of a person's mark that an auditor sees in the place of the person


class Organisation(BaseModel):
    """An organisation of whoever acted; without a name if it is not known any more."""

    id: str
    name: str


class AgentView(BaseModel):
    """Who acted. Of a participant the role alone; who it was is in the person's own part."""

    role: str
    username: str
    account: str
    client: str
    service: str
    project: str
    organisations: list[Organisation]


class PersonView(BaseModel):
    """Somebody the event is about."""

    person: str
    """The same for the same person in all events, until the person is erased; says nothing else."""
    participant: str = ""
    """For the participant who was asked for alone, like what follows."""
    entities: list[str] = []
    query: str = ""
    is_actor: bool = False


class EventView(BaseModel):
    """An event as auditors see it."""

    id: int
    position: int | None
    """Of its leaf in the tree; null before it has been signed."""
    at: datetime
    action: str
    subtype: str
    outcome: str
    status: int
    source: str
    address: str
    purpose: str
    request: str
    agent: AgentView
    entities: list[str]
    more: int
    times: int
    """How often: one event stands for many refusals of those who are nobody."""
    query: list[str]
    persons: list[PersonView]


class Events(BaseModel):
    """A page, the newest first."""

    items: list[EventView]
    next: str | None


class Who(BaseModel):
    """Who saw or changed something, as the participant is told."""

    role: str
    name: str
    """Of staff the user name."""
    organisation: str
    client: str
    project: str
    is_you: bool


class What(BaseModel):
    """Something of the participant's that was seen, changed, or asked for in vain."""

    kind: Kind
    entities: list[str]
    """``Type/id``, as far as they are listed."""


class OwnEvent(BaseModel):
    """An event as the participant sees it whom it is about."""

    id: str
    """Good for this participant alone; numbers would count what everybody does."""
    at: datetime
    action: str
    subtype: str
    outcome: str
    purpose: str
    source: str
    who: Who
    status: int
    """Of HTTP: 401, 403 and 404 say that whoever asked may not."""
    what: list[What]
    more: int


class OwnEvents(BaseModel):
    """A page, the newest first."""

    items: list[OwnEvent]
    next: str | None


def event_view(found: Found, participant: str, names: dict[str, str]) -> EventView:
    """For auditors; ``participant`` is the one who was asked for, ``names`` those of organisations."""
    event, agent = found.event, found.event.agent
    return EventView(
        id=found.row.id,
        position=found.position,
        at=event.at,
        action=event.action,
        subtype=event.subtype,
        outcome=event.outcome,
        status=event.status,
        source=event.source,
        address=event.address,
        purpose=event.purpose,
        request=event.request,
        agent=AgentView(
            role=agent.role,
            username=agent.username,
            account=agent.account,
            client=agent.client,
            service=agent.service,
            project=agent.project,
            organisations=[Organisation(id=id_, name=names.get(id_, "")) for id_ in agent.organisations],
        ),
        entities=list(event.entities),
        more=event.more,
        times=event.times,
        query=list(event.query),
        persons=[_person(found, mark, participant) for mark in found.row.marks],
    )


def _person(found: Found, mark: bytes, participant: str) -> PersonView:
    shown = mark[:_HASH].hex()
    if found.person is None or mark != found.mark:
        return PersonView(person=shown)
    return PersonView(
        person=shown,
        participant=participant,
        entities=list(found.person.entities),
        query=found.person.query,
        is_actor=bool(found.person.account),
    )


def own_view(found: Found, sealed: str, names: dict[str, str]) -> OwnEvent:
    """For the participant the event is about; ``sealed`` is its id."""
    event, agent, person = found.event, found.event.agent, found.person
    entities, query = (person.entities, person.query) if person else ((), "")
    seen = kinds(event.source, event.address, query, entities)
    places = [names[each] for each in agent.organisations if each in names]
    is_staff = agent.role in STAFF
    return OwnEvent(
        id=sealed,
        at=event.at,
        action=event.action,
        subtype=event.subtype,
        outcome=event.outcome,
        purpose=event.purpose,
        source=event.source,
        who=Who(
            role=agent.role,
            name=agent.username if is_staff else "",
            organisation=places[0] if is_staff and places else "",
            client="" if is_staff or agent.role == PARTICIPANT else agent.client,
            project=agent.project,
            is_you=bool(person and person.account),
        ),
        status=event.status,
        what=[What(kind=kind, entities=some) for kind, some in seen.items()],
        more=event.more,
    )
