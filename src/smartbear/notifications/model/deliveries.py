"""Who is told of a notice, and by which channel."""

from dataclasses import dataclass

from smartbear.contracts.inbox import Channel, Level, Recipient
from smartbear.contracts.people import Audience as People
from smartbear.contracts.people import CaseManager
from smartbear.notifications.model.notice import Notice

EMAILED: tuple[Level, ...] = ("red", "warning")
"""A repeat request is not e-mailed: within minutes it becomes a red alert, a warning or nothing."""

Message = str
"""Names the words of ``messages``: the notice's kind, or ``escalated``."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to be given to one recipient by one channel."""

    channel: Channel
    recipient: Recipient
    message: Message
    address: str | None = None


def plan(notice: Notice, audience: tuple[str, ...], people: People, *, email: bool) -> list[Planned]:
    """Everyone to be told when ``notice`` is raised; nobody if it is muted.

    ``email`` is whether there is a mail server. Without one, staff have their page, but an external case
    manager has nothing else: that message is planned all the same, and its failure is shown.
    """
    if notice.muted:
        return []
    planned = []
    if "participant" in audience:
        planned.append(Planned("app", "participant", notice.kind))
    if "ccm" in audience:
        planned.append(Planned("dashboard", "case_manager", notice.kind))
        if notice.level in EMAILED:
            staff = people.case_managers or people.colleagues
            planned += _letters(staff if email else (), people.external_email, notice.kind)
    return planned


def plan_escalation(people: People) -> list[Planned]:
    """The colleagues, or where there are none, the participant's own case managers once more."""
    return _letters(people.colleagues or people.case_managers, None, "escalated")


def _letters(staff: tuple[CaseManager, ...], external: str | None, message: Message) -> list[Planned]:
    letters = [Planned("email", "case_manager", message, person.email) for person in staff if person.email]
    if external:
        letters.append(Planned("email", "external_case_manager", message, external))
    return letters
