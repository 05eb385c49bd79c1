"""``/api/inbox``: see, acknowledge and close notices."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from smartbear.contracts.inbox import InboxItem, InboxPage
from smartbear.contracts.people import Text
from smartbear.kit.routing import StrictRoute
from smartbear.notifications.actions import inbox
from smartbear.notifications.actions.inbox import Box
from smartbear.notifications.routes.dependencies import NoticeId, Scope, With

router = APIRouter(prefix="/api/inbox", tags=["inbox"], route_class=StrictRoute)

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]


class AcknowledgeForm(BaseModel):
    """What has been done so far; a participant sends neither."""

    model_config = ConfigDict(extra="forbid")

    action: Text | None = Field(None, description="Such as called_participant.")
    note: Note | None = Field(None, description="For the team; the participant does not see it.")


class ResolveForm(BaseModel):
    """How it ended."""

    model_config = ConfigDict(extra="forbid")

    outcome: Text = Field(description="Such as treated_at_home.")
    note: Note | None = Field(None, description="For the team; the participant does not see it.")


@router.get("")
async def list_inbox(
    scope: Scope,
    services: With,
    box: Annotated[
        Box, Query(description="`muted`: kept without telling anybody; case managers only.")
    ] = "open",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> InboxPage:
    """The caller's inbox: a case manager's is the organisation's. What is listed counts as delivered."""
    return await inbox.page(services.context, scope, box, page, size)


@router.get("/{notice_id}")
async def get_item(notice_id: NoticeId, scope: Scope, services: With) -> InboxItem:
    """One item of the caller's inbox; counts as delivered."""
    return await inbox.item(services.context, scope, notice_id)


@router.post("/{notice_id}/acknowledge")
async def acknowledge(
    notice_id: NoticeId, scope: Scope, services: With, form: AcknowledgeForm | None = None
) -> InboxItem:
    """Take the notice on; for a participant, «I have read this». Doing it again changes nothing."""
    done = form or AcknowledgeForm()
    return await inbox.acknowledge(services, scope, notice_id, done.action, done.note)


@router.post("/{notice_id}/resolve")
async def resolve(notice_id: NoticeId, form: ResolveForm, scope: Scope, services: With) -> InboxItem:
    """Close one acknowledged notice; 409 if nobody has acknowledged it. Case managers only."""
    return await inbox.resolve(services, scope, notice_id, form.outcome, form.note)
