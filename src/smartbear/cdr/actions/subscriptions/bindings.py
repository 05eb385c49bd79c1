"""Which websockets of this process are bound to which subscriptions."""

import asyncio
from collections import Counter, defaultdict

from smartbear.cdr.actions.read import read_in
from smartbear.cdr.model.access import BY_CREATOR, Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import subscriptions
from smartbear.cdr.store.repository import Repository

_MOST_OF_ONE = 20  # websockets of one caller


class Listener:
    """One websocket: the subscriptions it has yet to be told of, each once however often it has matched."""

    def __init__(self, caller: str) -> None:
        self.caller = caller
        self.bound: set[str] = set()
        self._matched: dict[str, None] = {}
        self._news = asyncio.Event()

    def matched(self, subscription: str) -> None:
        """A subscription it is bound to has matched."""
        self._matched[subscription] = None
        self._news.set()

    async def next(self) -> list[str]:
        """The subscriptions that have matched since, as soon as one has."""
        await self._news.wait()
        self._news.clear()
        found, self._matched = list(self._matched), {}
        return found


class Bindings:
    """The listeners of this process."""

    def __init__(self) -> None:
        self._by_subscription: defaultdict[str, set[Listener]] = defaultdict(set)
        self._callers: Counter[str] = Counter()

    def admit(self, listener: Listener) -> bool:
        """Whether the caller may have one more; it counts until it is released."""
        if self._callers[listener.caller] >= _MOST_OF_ONE:
            return False
        self._callers[listener.caller] += 1
        return True

    def bind(self, listener: Listener, subscription: str) -> None:
        """Tell a listener of a subscription's matches from now on."""
        listener.bound.add(subscription)
        self._by_subscription[subscription].add(listener)

    def release(self, listener: Listener) -> None:
        """The listener has gone."""
        self._callers[listener.caller] -= 1
        self._callers += Counter()  # without those who have none
        for subscription in listener.bound:
            self._by_subscription[subscription].discard(listener)
            if not self._by_subscription[subscription]:
                del self._by_subscription[subscription]

    def matched(self, subscription: str) -> None:
        """Tell everybody who is bound to a subscription."""
        for listener in self._by_subscription.get(subscription, ()):
            listener.matched(subscription)


async def may_bind(repository: Repository, access: Access, subscription: str) -> bool:
    """Whether the caller sees everything a subscription tells of; NotFound or Gone if not even that."""
    async with repository.db.connection() as connection:
        await read_in(repository, connection, access, LocalId(BY_CREATOR, subscription))
        told = await subscriptions.access_of(connection, repository.dictionary, subscription)
    return told is not None and access.covers(told)
