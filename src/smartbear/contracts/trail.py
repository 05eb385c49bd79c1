"""What one request turns out to be about, gathered while it is answered, and recorded before it is.

An event is appended to the first transaction that the request commits or, where it commits none, by itself
before the answer's first byte. A context variable holds the request's ``Trail`` so that whoever touches a
person's data can say so without every function between handing it on; it never leaves the component, and
decides nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from functools import lru_cache

from smartbear.contracts.audit import RESEARCH, Action, Event, Person, agent_of, purpose_of
from smartbear.contracts.roles import ANONYMOUS, PARTICIPANT, SERVICE, SYSTEM
from smartbear.contracts.scope import AccessScope

_MOST = 100  # entities an event lists
_LONGEST = 500  # characters of a search that are kept
_NAME = re.compile(r"[A-Za-z0-9_$:.-]{1,64}")  # of a parameter; what else stands there is nobody's to read
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ACTIONS: dict[str, tuple[Action, str]] = {
    "GET": ("R", "read"),
    "HEAD": ("R", "read"),
    "POST": ("C", "create"),
    "PUT": ("U", "update"),
    "PATCH": ("U", "patch"),
    "DELETE": ("D", "delete"),
}
_OTHER: tuple[Action, str] = ("E", "execute")

_Seen = dict[str, None]
"""References, in the order in which they were seen."""


class Trail:
    """One request, as far as its event has to tell; ``action``, ``subtype`` and ``agent`` may be said better.

    What a component reads for itself or for the one who asks it leaves no event of its own: what a person or
    a machine gets to see of it is recorded where it leaves the platform.
    """

    __slots__ = (
        "_address",
        "_listed",
        "_more",
        "_own",
        "_persons",
        "_sought",
        "_told",
        "_unowned",
        "action",
        "agent",
        "is_change",
        "is_quiet",
        "is_recorded",
        "is_research",
        "query",
        "request",
        "subtype",
        "times",
    )

    def __init__(
        self, scope: AccessScope, method: str, address: Callable[[], str], request: str, query: str = ""
    ) -> None:
        self.agent, self._address, self.request, self.query = agent_of(scope), address, request, query
        self.action, self.subtype = _ACTIONS.get(method, _OTHER)
        self.is_research = False
        """Whether it is, whatever role it is done in."""
        self.times = 1
        """How often it was done, where one event stands for many."""
        self.is_change = method not in _SAFE
        """Whether the first transaction it commits is the place for its event."""
        self.is_quiet = scope.role in _UNOBSERVED or scope.service is not None
        """Whether there is an event only if something is changed, or somebody says what was done."""
        self._own = _own(scope) if scope.role == PARTICIPANT else None
        self.is_recorded = False
        self.begin()

    def by(self, scope: AccessScope) -> None:
        """It turns out who did it: somebody who came to sign in."""
        self.agent = agent_of(scope)
        self._own = _own(scope) if scope.role == PARTICIPANT else None
        if self._own:
            self._persons.setdefault(self._own.subject, {})

    def begin(self, told: tuple[_Seen, ...] = ()) -> None:
        """Nothing has been seen yet that is not ``told``."""
        self._told = told
        self._persons: dict[str, _Seen] = {self._own.subject: {}} if self._own else {}
        self._unowned: _Seen = {}
        self._listed = self._more = 0
        self._sought: str | None = None

    def again(self) -> "Trail":
        """The same request from its beginning: a long one has an event for each of its parts."""
        fresh = copy(self)
        fresh.begin()
        return fresh

    def settle(self) -> None:
        """What has been seen so far is told; what is seen from now on is for another event."""
        told = (*self._told, self._unowned, *self._persons.values()) if self._listed else self._told
        self.begin(told)
        self.is_recorded = True

    def covered(self, event: "Trail") -> None:
        """What ``event`` told of this request is in the trail now."""
        self._told = (*self._told, *event.told)
        self.is_recorded = True

    @property
    def told(self) -> tuple[_Seen, ...]:
        """What events tell of already."""
        return self._told

    @property
    def has_news(self) -> bool:
        """Whether anything has been seen that no event tells of."""
        return bool(self._listed or self._more)

    def saw(self, reference: str, subject: str | None = None) -> None:
        """``Type/id`` is read, or changed; it belongs to the person with that repository id, or to nobody."""
        some = self._unowned if subject is None else self._persons.setdefault(subject, {})
        if reference in some or any(reference in told for told in self._told):
            return
        if self._listed < _MOST:
            self._listed += 1
            some[reference] = None
        else:
            self._more += 1

    def saw_all(self, references: Sequence[str], subject: str | None) -> None:
        """``saw`` for a page of what belongs to one person, or to nobody."""
        if self._told or self._listed + len(references) > _MOST:
            for reference in references:
                self.saw(reference, subject)
            return
        some = self._unowned if subject is None else self._persons.setdefault(subject, {})
        before = len(some)
        some.update(dict.fromkeys(references))
        self._listed += len(some) - before

    def about(self, subject: str) -> None:
        """The request is about a person, whatever of theirs."""
        self._persons.setdefault(subject, {})

    def sought(self, subject: str) -> None:
        """Whoever asks may not see this person, if there is such a person at all."""
        self._sought = subject

    @property
    def subjects(self) -> Iterable[str]:
        """The persons it is about so far."""
        return self._persons

    @property
    def refused(self) -> str | None:
        """The person who was asked for in vain."""
        return None if self._sought in self._persons else self._sought

    def did(self, subtype: str, action: Action | None = None) -> None:
        """What was done has a name of its own; it is recorded whoever did it, and whatever was before."""
        self.subtype, self.action, self.is_quiet = subtype, action or self.action, False
        self.is_recorded = False

    def event(self, source: str, at: datetime, status: int) -> Event:
        """What anybody who may read the trail learns of it."""
        return Event(
            action=self.action,
            address=self._address(),
            agent=self.agent,
            at=at,
            entities=tuple(self._unowned),
            more=self._more,
            purpose=RESEARCH if self.is_research else purpose_of(self.agent),
            query=_names(self.query) if self.query else (),
            request=self.request,
            source=source,
            status=status,
            subtype=self.subtype,
            times=self.times,
        )

    def persons(self) -> list[Person]:
        """What is sealed: something for everybody it is about."""
        query = self.query[:_LONGEST] if len(self._persons) == 1 else ""
        return [self._person(subject, tuple(some), query) for subject, some in self._persons.items()]

    def _person(self, subject: str, entities: tuple[str, ...], query: str) -> Person:
        own = self._own
        if own and own.subject == subject:
            return Person(
                account=own.account,
                entities=entities,
                participant=own.participant,
                query=query,
                subject=subject,
            )
        return Person(entities=entities, query=query, subject=subject)


_UNOBSERVED = frozenset({SERVICE, ANONYMOUS})


@lru_cache(maxsize=1024)
def _own(scope: AccessScope) -> Person:
    """Who a participant is; by account alone as long as nobody knows more."""
    subject = scope.subject or f"account/{scope.account}"
    return Person(account=scope.account, participant=scope.participant or "", subject=subject)


@lru_cache(maxsize=1024)
def _names(query: str) -> tuple[str, ...]:
    names = (part.partition("=")[0] for part in query.split("&"))
    return tuple(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))[:_MOST]


def on_behalf_of(who: str, what: str, action: Action, request: str, *, is_research: bool = False) -> Trail:
    """A job that somebody has asked for, by ``AccessScope.who``; it is in the trail as that one's doing."""
    role, _, name = who.partition(" ")
    is_machine = role in {SYSTEM, SERVICE}
    scope = AccessScope(role=role, client=name if is_machine else "", account="" if is_machine else name)
    trail = Trail(scope, "GET", lambda: f"job {what}", request)
    trail.did(what, action)
    trail.is_research = is_research
    return trail


TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)
"""Of the request at hand; None in jobs."""


def saw(reference: str, subject: str | None = None) -> None:
    """``Trail.saw`` of the request at hand."""
    if trail := TRAIL.get():
        trail.saw(reference, subject)


def about(*subjects: str) -> None:
    """``Trail.about`` of the request at hand."""
    if trail := TRAIL.get():
        for subject in subjects:
            trail.about(subject)


def sought(subject: str) -> None:
    """``Trail.sought`` of the request at hand."""
    if trail := TRAIL.get():
        trail.sought(subject)


def by(scope: AccessScope) -> None:
    """``Trail.by`` of the request at hand."""
    if trail := TRAIL.get():
        trail.by(scope)


def did(subtype: str, action: Action | None = None) -> None:
    """``Trail.did`` of the request at hand."""
    if trail := TRAIL.get():
        trail.did(subtype, action)
