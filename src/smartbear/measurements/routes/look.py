"""``GET /api/measurements…``: readings, summaries, arrivals."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.context import Context
from smartbear.kit.errors import FieldError, Unprocessable
from smartbear.measurements import access
from smartbear.measurements.actions import look
from smartbear.measurements.model.cursor import Cursor
from smartbear.measurements.model.filter import MeasurementFilter
from smartbear.measurements.model.rows import Visible
from smartbear.measurements.store.readings import Wanted

_PAGE = 100
_EPOCH, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_START = Cursor(_END, str(UUID(int=(1 << 128) - 1)))  # before every reading

Scoped = Annotated[AccessScope, Depends(current_scope)]
Instant = Annotated[AwareDatetime | None, Query(ge=_EPOCH, lt=_END)]
Days = Annotated[int, Query(ge=1, le=366)]


def router(context: Context, allowed: MeasurementFilter) -> APIRouter:
    """The routes, bound to what they need."""
    routes = APIRouter(tags=["measurements"])

    @routes.get("/api/measurements")
    async def list_readings(
        scope: Scoped,
        subject: Id | None = None,
        code: Annotated[str | None, Query(max_length=40)] = None,
        since: Annotated[Instant, Query(alias="from")] = None,
        until: Annotated[Instant, Query(alias="to")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = _PAGE,
        after: Annotated[str | None, Query(max_length=200)] = None,
    ) -> dict[str, Any]:
        """A person's readings, newest first; ``next`` is the address of the page after this one."""
        visible = access.readings(scope)
        person = _subject(visible, subject)
        codes = (code,) if code else tuple(allowed.allowed)
        cursor = Cursor.decode(after) if after else _START
        wanted = Wanted(person, codes, since or _EPOCH, until or _END, cursor, limit)
        found, more = await look.page(context, visible, wanted)
        query = {"subject": person, "code": code, "from": _text(since), "to": _text(until), "limit": limit}
        return {"items": [reading.document() for reading in found], "next": _next(query, more)}

    @routes.get("/api/measurements/summary")
    async def summarise(scope: Scoped, subject: Id | None = None, days: Days = 14) -> dict[str, Any]:
        """Newest reading and one point a day of every measure."""
        visible = access.readings(scope)
        person = _subject(visible, subject)
        return {"measures": await look.summarise(context, visible, allowed, person, days)}

    @routes.get("/api/measurements/arrivals")
    async def arrivals(scope: Scoped, days: Days = 14) -> dict[str, Any]:
        """Share of people each category of device was heard from, for each day."""
        return await look.arrived(context, access.transmissions(scope), days)

    return routes


def _subject(visible: Visible, named: str | None) -> str:
    person = named or visible.subject
    if person is None:
        raise Unprocessable(errors=(FieldError("subject", "missing", "Say whose readings you want."),))
    return person


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _next(query: dict[str, Any], more: Cursor | None) -> str | None:
    if more is None:
        return None
    given = {name: value for name, value in query.items() if value is not None}
    return f"/api/measurements?{urlencode({**given, 'after': more.encode()})}"
