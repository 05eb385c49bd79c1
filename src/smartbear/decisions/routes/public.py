"""``/api/decisions``: limits, episodes, rules."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.contracts.users import UsersClient
from smartbear.decisions import access
from smartbear.decisions.actions import limits, look
from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.model.limits import Limit, PersonalLimit
from smartbear.decisions.model.rows import Visible
from smartbear.decisions.store.history import Wanted
from smartbear.kit.context import Context
from smartbear.kit.errors import FieldError, Unprocessable
from smartbear.kit.routing import StrictRoute

_EPOCH, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_EPISODES = 500

Scoped = Annotated[AccessScope, Depends(current_scope)]
Instant = Annotated[AwareDatetime | None, Query(ge=_EPOCH, lt=_END)]


class LimitForm(Limit):
    """A limit and for whom."""

    subject: Id


def router(context: Context, book: RuleBook, users: UsersClient) -> APIRouter:
    """The routes, bound to what they need."""
    routes = APIRouter(prefix="/api/decisions", tags=["decisions"], route_class=StrictRoute)

    @routes.get("/limits")
    async def get_limits(scope: Scoped, subject: Id | None = None) -> dict[str, Any]:
        """The limits in force for a person; ``since`` and ``set_by`` are null for the platform's own."""
        visible = access.decisions(scope)
        person = _subject(visible, subject)
        found = await look.limits_of(context, book, visible, person)
        return {"measures": [_limit(limit) for limit in found]}

    @routes.put("/limits")
    async def put_limit(scope: Scoped, form: LimitForm) -> dict[str, Any]:
        """Set a limit for a person from now on; what was measured before keeps the limit of its time."""
        limit = Limit(**{name: getattr(form, name) for name in Limit.model_fields})
        visible = access.setting_limits(scope)
        return _limit(await limits.set_limit(context, book, visible, form.subject, limit, scope.account))

    @routes.get("/episodes")
    async def get_episodes(
        scope: Scoped,
        subject: Id | None = None,
        since: Annotated[Instant, Query(alias="from")] = None,
        until: Annotated[Instant, Query(alias="to")] = None,
    ) -> dict[str, Any]:
        """A person's episodes with all that happened in them, the newest first, at most 500."""
        visible = access.decisions(scope)
        wanted = Wanted(_subject(visible, subject), since or _EPOCH, until or _END, _EPISODES)
        return {"items": await look.episodes(context, book, users, visible, wanted)}

    @routes.get("/rules")
    async def get_rules(scope: Scoped) -> dict[str, Any]:
        """The rules in force, with their numbers and signatures."""
        access.rules(scope)
        return {"items": [rule.model_dump(mode="json") for rule in book.rules]}

    return routes


def _subject(visible: Visible, named: str | None) -> str:
    person = named or visible.subject
    if person is None:
        raise Unprocessable(errors=(FieldError("subject", "missing", "Say whom you mean."),))
    return person


def _limit(limit: Limit) -> dict[str, Any]:
    personal = limit if isinstance(limit, PersonalLimit) else None
    return {
        **limit.model_dump(mode="json"),
        "since": personal.since.isoformat() if personal else None,
        "set_by": personal.set_by if personal else None,
    }
