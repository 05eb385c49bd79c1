"""What the routes take: who is asking, what is asked for, and the component's services."""

from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime, StringConstraints
from starlette.requests import Request

from smartbear.assurance.actions.question import By, Filter, Question
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.window import Window
from smartbear.contracts.scope import AccessScope, current_scope
from smartbear.kit.errors import BadInput, FieldError

Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


With = Annotated[Services, Depends(_services)]
Scope = Annotated[AccessScope, Depends(current_scope)]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Events on a page.")]
Whose = Annotated[By | None, Query(description="Whose doing; the participant is `you`.")]
ParticipantNumber = Annotated[
    str | None, Query(pattern=r"^SB-[0-9]{4,}$", max_length=20, description="Such as SB-0001.")
]


async def _window(
    since: Annotated[AwareDatetime | None, Query(alias="from", description="RFC 3339, with offset.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this.")] = None,
) -> Window:
    if since and until and since >= until:
        raise BadInput(errors=(FieldError("until", "order", "Must come after `from`."),))
    return Window(since, until)


async def _filter(
    actor: Annotated[Word | None, Query(description="User name, or id of an account or client.")] = None,
    role: Annotated[Word | None, Query(description="Such as CCM.")] = None,
    action: Annotated[Literal["C", "R", "U", "D", "E"] | None, Query(description="As in FHIR.")] = None,
    subtype: Annotated[Word | None, Query(description="Such as `read`.")] = None,
    source: Annotated[Word | None, Query(description="The component.")] = None,
    outcome: Annotated[
        Literal["0", "4", "8"] | None, Query(description="0 done, 4 refused, 8 failed.")
    ] = None,
) -> Filter:
    return Filter(actor, None, role, action, subtype, source, outcome)


AskedWindow = Annotated[Window, Depends(_window)]
AskedFilter = Annotated[Filter, Depends(_filter)]


def question(window: Window, asked: Filter, after: str | None = None, limit: int = 50) -> Question:
    """An auditor's."""
    return Question("auditor", window, asked, after=after, limit=limit)
