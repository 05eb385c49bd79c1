"""``/api/messages``: what a participant wants to say to the own case managers."""

from typing import Annotated

from fastapi import APIRouter, Header, status
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from smartbear.kit.routing import StrictRoute
from smartbear.notifications.actions import messages
from smartbear.notifications.routes.dependencies import Scope, With

router = APIRouter(prefix="/api/messages", tags=["messages"], route_class=StrictRoute)

_NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


class MessageForm(BaseModel):
    """What to say."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_NO_CONTROLS),
        Field(description="Goes into the e-mail as it is, and is kept nowhere after that."),
    ]


class Taken(BaseModel):
    """The message will be sent."""

    accepted: bool = True


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def send_message(
    form: MessageForm,
    scope: Scope,
    services: With,
    idempotency_key: Annotated[str, Header(pattern=r"^[\x21-\x7e]{1,128}$")],
) -> Taken:
    """Send a message to the participant's case managers by e-mail; the same key again sends nothing."""
    await messages.send(services, scope, idempotency_key, form.text)
    return Taken()
