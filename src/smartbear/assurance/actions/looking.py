"""Who reads what of the trail. That it was read is in the trail too."""

from dataclasses import replace

from smartbear.assurance import access
from smartbear.assurance.actions import reading, views
from smartbear.assurance.actions.question import By, Question
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.views import Events, OwnEvents
from smartbear.contracts import trail
from smartbear.contracts.scope import AccessScope


async def subject_of(services: Services, participant: str | None) -> str | None:
    """The repository id of a participant that an auditor asks for; NotFound if there is none.

    That the auditor asked is said in the participant's own part of the trail.
    """
    if participant is None:
        return None
    subject = await services.users.subject(participant)
    trail.about(subject)
    return subject


async def events(
    services: Services, scope: AccessScope, question: Question, participant: str | None
) -> Events:
    """A page of events for an auditor."""
    access.auditing(scope)
    trail.did("audit-search", "R")
    subject = await subject_of(services, participant)
    page = await reading.page(services, replace(question, subject=subject))
    names = await services.users.organisation_names()
    items = [views.event_view(found, participant or "", names) for found in page.items]
    return Events(items=items, next=page.next)


async def own(
    services: Services, scope: AccessScope, by: By | None, after: str | None, limit: int
) -> OwnEvents:
    """A page of the events about the participant who asks, everybody's or some."""
    subject = access.own(scope)
    trail.did("audit-search", "R")
    reader = f"own {subject}"
    question = Question(reader, subject=subject, by=by, after=after, limit=limit)
    page = await reading.page(services, question)
    names = await services.users.organisation_names()
    seal = reading.cursors(services).seal
    items = [views.own_view(found, seal(found.row.place, reader), names) for found in page.items]
    return OwnEvents(items=items, next=page.next)
