"""Handing a request on to its component, here or elsewhere, for as long as there is hope of an answer."""

import asyncio
import math
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartbear.gateway.actions.breakers import Breaker
from smartbear.gateway.model.table import OWN, TABLE, Row
from smartbear.gateway.routes.proxy import Proxy
from smartbear.gateway.routes.relay import relay
from smartbear.gateway.routes.relief import RELIEVED, Relief
from smartbear.kit.context import Context
from smartbear.kit.errors import PlatformError, Unavailable
from smartbear.kit.http import address_of

_FAULTS = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""A 503 is none: it is a component's own word that it is busy, and is passed on."""
_REFUSED = 1008  # of RFC 6455: a matter of policy


class Onward:
    """The components, each with a circuit breaker; ``own`` answers what is the front door's."""

    def __init__(
        self,
        context: Context,
        own: ASGIApp,
        proxy: Proxy,
        relief: Relief,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context, self._own, self._proxy, self._relief = context, own, proxy, relief
        self._breakers = {row.component: Breaker(row.component, monotonic) for row in TABLE}

    async def answer(self, row: Row, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered by the component of ``row``.

        Unavailable if the component does not begin to answer in time, cannot be reached, or has failed so
        often that it is left alone for a while.
        """
        if row.component == OWN:
            await self._own(scope, receive, send)
            return
        breaker = self._breakers[row.component]
        if wait := breaker.wait():
            raise Unavailable(retry_after=math.ceil(wait))
        attempt = _Attempt(breaker, send, row.timeout)
        try:
            await self._forward(row)(scope, receive, attempt.send)
        except asyncio.CancelledError:
            if attempt.was_too_late():
                raise Unavailable from None
            raise
        except Exception as error:
            attempt.ended(error)
            raise
        finally:
            attempt.limit.cancel()

    def _forward(self, row: Row) -> ASGIApp:
        local = self._context.local(row.component)
        if local is None:
            return partial(self._proxy.pass_on, row.component)
        return partial(self._relief.answer, local) if row.component == RELIEVED else local

    async def open_websocket(self, row: Row, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a websocket on; the component ends it, or it ends before it opens."""
        neighbour = self._context.local(row.component)
        urls = self._context.settings.component_urls
        if neighbour:
            await neighbour(scope, receive, send)
        elif row.component in urls:
            await relay(address_of(row.component, urls), scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _REFUSED})


class _Attempt:
    """One request on its way; the time limit ends with the answer's first message.

    ``asyncio.timeout`` would do the same, at several times the cost.
    """

    def __init__(self, breaker: Breaker, send: Send, seconds: float) -> None:
        self._breaker, self._send = breaker, send
        self._task = asyncio.current_task()
        self._has_failed = self._is_late = False
        self.limit = asyncio.get_running_loop().call_later(seconds, self._expire)

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on."""
        if message["type"] == "http.response.start":
            self.limit.cancel()
            if message["status"] in _FAULTS:
                self._fail()
            else:
                self._breaker.succeeded()
        await self._send(message)

    def _expire(self) -> None:
        self._is_late = True
        if self._task:
            self._task.cancel()

    def was_too_late(self) -> bool:
        """Whether it has been ended because time was up, and for nothing else."""
        if not self._is_late:
            return False
        self._fail()
        return self._task is not None and self._task.uncancel() == 0

    def ended(self, error: Exception) -> None:
        """By an error; what the component or the caller did not like is no fault of the component."""
        is_ours = isinstance(error, Unavailable) or not isinstance(error, (PlatformError, ClientDisconnect))
        if is_ours and not self._has_failed:
            self._fail()

    def _fail(self) -> None:
        self._has_failed = True
        self._breaker.failed()
