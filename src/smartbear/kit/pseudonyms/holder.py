"""What the process that holds the keys answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from smartbear.kit.clock import Clock
from smartbear.kit.errors import BadInput, Forbidden, NotFound, PlatformError, Unavailable
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.messages import (
    Agree,
    Answer,
    Ask,
    Asked,
    Describe,
    Described,
    Exchange,
    Exchanged,
    Failed,
    Identified,
    List,
    Listed,
    Request,
)
from smartbear.kit.pseudonyms.record import Event, Record
from smartbear.kit.pseudonyms.tokens import Cipher

_GOOD_FOR = timedelta(days=1)
_SHORTEST_REASON = 10  # characters


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind a signed scope, and what that person may do here."""

    account: str
    may_ask: bool
    may_agree: bool
    only: str | None = None
    """The one project whose tokens this person may ask about; None: all projects."""


class _Ticket(msgspec.Struct, frozen=True):
    ask: Ask
    account: str
    until: datetime


class Holder:
    """Answers requests with the keys. ``identify`` finds the person of a signed scope, or raises."""

    def __init__(
        self, keyring: Keyring, record: Record, identify: Callable[[str], Person], clock: Clock
    ) -> None:
        self._keyring, self._record, self._identify, self._clock = keyring, record, identify, clock
        self._tickets = Cipher(keyring.key("tickets"), b"ticket")

    def answer(self, request: Request) -> Answer:
        """Every request has an answer; an error is one, and says no more than its code."""
        try:
            return self._answer(request)
        except PlatformError as error:
            return Failed(error.code)

    def _answer(self, request: Request) -> Answer:
        match request:
            case Exchange():
                return self._exchange(request)
            case Describe(space):
                return Described(self._keyring.days(space), self._keyring.space(space).current)
            case List():
                return Listed(self._keyring.names())
            case Ask():
                return self._ask(request)
        return self._agree(request)

    def _exchange(self, request: Exchange) -> Exchanged:
        space, seal, open_ = request.space, self._keyring.seal, self._keyring.open
        self._keyring.space(space)
        return Exchanged(
            [seal(space, kind, text) for kind, text in request.texts],
            [open_(space, kind, token) for kind, token in request.tokens],
        )

    def _ask(self, request: Ask) -> Asked:
        person = self._identify(request.caller)
        if not person.may_ask:
            raise Forbidden
        if len(request.reason.strip()) < _SHORTEST_REASON:
            raise BadInput("A reason is a sentence.")
        is_theirs = person.only in (None, request.space)
        if not is_theirs or self._keyring.open(request.space, request.kind, request.token) is None:
            raise NotFound
        now = self._clock.now()
        kept = msgspec.structs.replace(request, caller="")
        ticket = msgspec.json.encode(_Ticket(kept, person.account, now + _GOOD_FOR)).decode()
        sealed = self._tickets.seal(ticket)
        if sealed is None:
            raise BadInput("The reason is too long.")
        self._recorded(_event(kept, now, person.account))
        return Asked(sealed)

    def _agree(self, request: Agree) -> Identified:
        person = self._identify(request.caller)
        opened = self._tickets.open(request.ticket)
        if opened is None:
            raise NotFound
        ticket, now = msgspec.json.decode(opened, type=_Ticket), self._clock.now()
        if not person.may_agree or person.account == ticket.account:
            raise Forbidden
        ask = ticket.ask
        found = self._keyring.open(ask.space, ask.kind, ask.token) if now <= ticket.until else None
        if found is None:
            raise NotFound
        self._recorded(_event(ask, now, ticket.account, person.account))
        return Identified(ask.kind, found, ask.reason, ticket.account)

    def _recorded(self, event: Event) -> None:
        """No record, no answer."""
        try:
            self._record(event)
        except OSError:
            raise Unavailable from None


def _event(ask: Ask, now: datetime, asked_by: str, agreed_by: str = "") -> Event:
    return Event(
        now,
        "agreed" if agreed_by else "asked",
        ask.space,
        ask.kind,
        ask.token,
        ask.reason,
        asked_by,
        agreed_by,
    )
