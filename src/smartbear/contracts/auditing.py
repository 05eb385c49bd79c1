"""Every request to a component leaves its event before its answer's first byte, or has no answer.

``Audited`` stands around a component's application. A change's event is in the change's transaction
(``kit.db.BEFORE_COMMIT``); whatever else is asked is recorded when the answer is about to begin.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartbear.contracts.audit import Person, seal
from smartbear.contracts.roles import ANONYMOUS
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import TRAIL, Trail
from smartbear.kit.audit import Keys, Recorder, Sealed, append
from smartbear.kit.context import Context
from smartbear.kit.db import BEFORE_COMMIT, Connection
from smartbear.kit.errors import PlatformError
from smartbear.kit.problems import REQUEST_ID, problem_response

_REQUEST_ID = REQUEST_ID.encode()
_REFUSED = 400  # status of the first answer that says no


class Auditor:
    """A component's pen."""

    def __init__(self, context: Context) -> None:
        self._source, self._clock = context.component, context.clock
        self._recorder = Recorder(context.db, context.journal)
        self._keys = Keys(context.db, context.key("audit"))
        self.is_on = context.settings.audit

    async def sealed(self, trail: Trail, status: int = 200) -> Sealed:
        """The record of what a request has seen since the last; Unavailable if a key cannot be had."""
        event, persons = trail.event(self._source, self._clock.now(), status), trail.persons()
        refused = trail.refused
        trail.settle()
        keys = await self._keys.of([person.subject for person in persons])
        if refused is not None and (key := await self._keys.known(refused)):
            keys = {person.subject: keys[person.subject] for person in persons} | {refused: key}
            persons = [*persons, Person(subject=refused)]
        return seal(event, persons, keys)

    async def sealed_together(self, trails: Collection[Trail]) -> list[Sealed]:
        """``sealed`` for each; the keys that are missing are asked for at once."""
        await self._keys.of([subject for trail in trails for subject in trail.subjects])
        return [await self.sealed(trail) for trail in trails]

    async def record(self, trail: Trail, status: int = 200) -> None:
        """Return once the event is committed, if there is to be one. Unavailable if it cannot be."""
        is_told = trail.is_recorded and not trail.has_news and status < _REFUSED
        if not self.is_on or trail.is_quiet or is_told:
            return
        await self._recorder.record(await self.sealed(trail, status))

    async def append(self, trail: Trail, connection: Connection) -> None:
        """Append the event to a transaction of the request's, unless there is one already.

        Of those who are nobody, what is not named is no event: a page they open counts its visitors.
        """
        is_nobody = trail.is_quiet and trail.agent.role == ANONYMOUS
        if not self.is_on or trail.is_recorded or is_nobody:
            return
        await append(connection, [await self.sealed(trail)])

    @contextmanager
    def following(self, trail: Trail) -> Iterator[None]:
        """Let ``trail`` be that of the request at hand, and its transactions carry its event."""
        token = TRAIL.set(trail)
        hook = BEFORE_COMMIT.set((lambda tx: self.append(trail, tx)) if trail.is_change else None)
        try:
            yield
        finally:  # whoever called from this process goes on with its own; tasks begun here have none
            trail.is_recorded = True
            BEFORE_COMMIT.reset(hook)
            TRAIL.reset(token)


class Audited:
    """A component's application, of which nothing is seen that is not recorded."""

    def __init__(self, app: ASGIApp, auditor: Auditor) -> None:
        self.app, self._auditor = app, auditor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; 503 if its event cannot be recorded."""
        access = scope.get("state", {}).get("access")
        if scope["type"] != "http" or not isinstance(access, AccessScope):
            await self.app(scope, receive, send)
            return
        trail = trail_of(scope, access)
        outlet = _Outlet(self._auditor, trail, scope, receive, send)
        with self._auditor.following(trail):
            await self.app(scope, receive, outlet.take)


def trail_of(scope: Scope, access: AccessScope) -> Trail:
    """The trail of a request. Its address is that of its route, which is known once it has found it."""

    def address() -> str:
        return f"{scope['method']} {getattr(scope.get('route'), 'path', 'unmatched')}"

    request = next((value for name, value in scope["headers"] if name == _REQUEST_ID), b"")
    query = scope["query_string"].decode("latin-1")
    return Trail(access, scope["method"], address, request.decode("latin-1"), query)


class _Outlet:
    """Lets an answer begin once its request is recorded."""

    def __init__(self, auditor: Auditor, trail: Trail, scope: Scope, receive: Receive, send: Send) -> None:
        self._auditor, self._trail = auditor, trail
        self._scope, self._receive, self._send = scope, receive, send
        self._is_refused = False

    async def take(self, message: Message) -> None:
        """An ASGI message of the answer."""
        if message["type"] == "http.response.start":
            try:
                await self._auditor.record(self._trail, message["status"])
            except PlatformError as error:
                self._is_refused = True
                await problem_response(error)(self._scope, self._receive, self._send)
        if not self._is_refused:
            await self._send(message)
