"""``/api/inbox/stream``: server-sent events (HTML Living Standard §9.2) that keep an open page up to date."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

import orjson
from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import StreamingResponse

from smartbear.kit.closing import closing_of
from smartbear.kit.errors import Unavailable
from smartbear.kit.routing import StrictRoute
from smartbear.notifications import access
from smartbear.notifications.actions import witness
from smartbear.notifications.actions.live import Beginning, Update, follow
from smartbear.notifications.actions.receipts import handed_over
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.routes.dependencies import Live, Scope, With

router = APIRouter(prefix="/api/inbox", tags=["inbox"], route_class=StrictRoute)

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_PING = b"event: ping\ndata: {}\n\n"


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    request: Request,
    scope: Scope,
    services: With,
    hub: Live,
    last_event_id: Annotated[int | None, Header(ge=0, lt=1 << 63)] = None,
) -> StreamingResponse:
    """Tells at once when a notice of the caller's inbox changes.

    An event `notice` carries `id`, `kind`, `level`, `state`, `participant` and `at`; a `ping` comes first and
    after 15 seconds of silence. Whoever reconnects with Last-Event-ID is first told what was missed. The
    stream ends after five minutes; reconnect with a fresh token.
    """
    rows = access.inbox(scope)
    told = follow(hub, services.context.db, rows, last_event_id, closing_of(request))
    return StreamingResponse(_events(services, rows, told), media_type="text/event-stream", headers=_HEADERS)


async def _events(
    services: Services, rows: Rows, told: AsyncGenerator[Beginning | Update | None]
) -> AsyncIterator[bytes]:
    try:
        async with aclosing(told) as events:
            async for event in events:
                match event:
                    case None:
                        yield _PING
                    case Beginning():
                        yield b"id: %d\nretry: 2000\n" % event.number + _PING
                    case Update():
                        await witness.record(services, rows, event.change.notice_id)
                        yield _written(event)
                        await handed_over(services.context, rows, [event.change.notice_id])
    except Unavailable:
        return  # the database is away; the page comes back and catches up


def _written(update: Update) -> bytes:
    change = update.change
    data = {
        "id": change.notice_id,
        "kind": change.kind,
        "level": change.level,
        "state": update.state,
        "participant": change.participant,
        "at": change.at,
    }
    return b"id: %d\nevent: notice\ndata: %b\n\n" % (change.number, orjson.dumps(data))
