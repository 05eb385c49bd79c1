"""Enrolling participants and changing what is known about them."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from smartbear.contracts import trail
from smartbear.contracts.events import publish
from smartbear.contracts.people import NewParticipant
from smartbear.contracts.scope import AccessScope
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import FieldError, NotFound, Unprocessable
from smartbear.users import access
from smartbear.users.actions import consents
from smartbear.users.actions.refusing import refusal
from smartbear.users.model.consents import Decision
from smartbear.users.model.participants import ParticipantChange
from smartbear.users.store import organisations, participants, subjects
from smartbear.users.store.participants import Locked

_log = logs.get("users")


async def enrol(context: Context, scope: AccessScope, form: NewParticipant) -> str:
    """Enrol a participant into the caller's organisation; returns the participant's id."""
    rows = access.enrolling(scope)
    now, subject = context.clock.now(), context.new_id()
    async with context.db.transaction() as tx:
        place = await organisations.place_in(tx, form.pilot_id, rows)
        if place is None:
            raise _fault("pilot_id", "not_yours", "Your organisation does not take part in this pilot.")
        _check_dates(form, now.astimezone(ZoneInfo(place.time_zone)).date())
        participant_id = await participants.enrol(
            tx, form, subject=subject, organisation_id=place.organisation_id, at=now
        )
        trail.saw(f"Participant/{participant_id}", subject)
        managers = form.case_managers or await _myself(tx, scope, place.organisation_id)
        await _set_case_managers(tx, participant_id, managers, place.organisation_id)
        await publish(tx, await subjects.changed(tx, participant_id))
        person = Locked(place.organisation_id, subject)
        for purpose in ("care", "research") if form.research_consent else ("care",):
            agreed = Decision(given=True, signed=form.consent_date)
            await consents.say(context, tx, scope, participant_id, person, purpose, agreed)
    _log.info("participant_enrolled", count=1)
    return participant_id


async def change(
    context: Context, scope: AccessScope, participant_id: str, change: ParticipantChange
) -> None:
    """Change what the request names, and tell the other components."""
    rows = access.enrolling(scope)
    named = change.model_dump(mode="json", exclude_unset=True)
    async with context.db.transaction() as tx:
        locked = await participants.lock(tx, rows, participant_id)
        if locked is None:
            raise await refusal(tx, participant_id)
        trail.saw(f"Participant/{participant_id}", locked.subject)
        await participants.change(tx, participant_id, named)
        if "case_managers" in named:
            await _set_case_managers(tx, participant_id, change.case_managers, locked.organisation_id)
        if "carers" in named:
            carers = [(context.new_id(), carer) for carer in change.carers]
            await participants.set_carers(tx, participant_id, carers)
        await publish(tx, await subjects.changed(tx, participant_id))


async def link_account(context: Context, participant_id: str, account: str) -> None:
    """Say which account is the participant's own."""
    async with context.db.transaction() as tx:
        if not await participants.link_account(tx, participant_id, account):
            raise NotFound
        trail.about(*(await subjects.of(tx, [participant_id])).values())


def _check_dates(form: NewParticipant, today: date) -> None:
    if form.consent_date > today:
        raise _fault("consent_date", "in_future", "Consent cannot be given in the future.")
    if form.birth_month > f"{today:%Y-%m}":
        raise _fault("birth_month", "in_future", "The month of birth is in the future.")


async def _myself(tx: Connection, scope: AccessScope, organisation_id: str) -> tuple[str, ...]:
    """Whoever enrols, if the staff directory knows them as a case manager."""
    mine = (scope.account,)
    return () if await participants.strangers(tx, mine, organisation_id) else mine


async def _set_case_managers(
    tx: Connection, participant_id: str, accounts: Sequence[str], organisation_id: str
) -> None:
    strangers = set(await participants.strangers(tx, accounts, organisation_id))
    if strangers:
        raise Unprocessable(
            errors=tuple(
                FieldError(f"case_managers[{place}]", "unknown", "No case manager of this organisation.")
                for place, account in enumerate(accounts)
                if account in strangers
            )
        )
    await participants.set_case_managers(tx, participant_id, accounts)


def _fault(path: str, code: str, message: str) -> Unprocessable:
    return Unprocessable(errors=(FieldError(path, code, message),))
