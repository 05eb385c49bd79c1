"""What a participant says about who may see the data: asked, written down, and heeded everywhere."""

from datetime import datetime

from smartbear.contracts import trail
from smartbear.contracts.events import ConsentChanged, ParticipantConsented, publish
from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import FieldError, Unprocessable
from smartbear.users import access
from smartbear.users.actions.neighbours import Neighbours
from smartbear.users.actions.refusing import refusal
from smartbear.users.model.consents import Agreement, Decision, Purpose
from smartbear.users.store import consents, participants
from smartbear.users.store.consents import NewAgreement
from smartbear.users.store.participants import Locked

_log = logs.get("users")


async def agreements(context: Context, scope: AccessScope, participant_id: str) -> list[Agreement]:
    """What holds for a participant, and what was said; NotFound if not the caller's to see."""
    rows = access.consenting(scope)
    async with context.db.transaction() as tx:
        if (locked := await participants.lock(tx, rows, participant_id)) is None:
            raise await refusal(tx, participant_id)
        trail.saw(f"Participant/{participant_id}", locked.subject)
        return await consents.agreements(tx, participant_id)


async def decide(
    context: Context,
    neighbours: Neighbours,
    scope: AccessScope,
    participant_id: str,
    purpose: Purpose,
    decision: Decision,
) -> list[Agreement]:
    """Keep a decision and have it heeded: when this returns, every component does.

    If one does not answer, Unavailable: the decision is kept, and is heeded as soon as that one is back.
    """
    rows, now = access.consenting(scope), context.clock.now()
    _check(scope, decision, now)
    async with context.db.transaction() as tx:
        if (locked := await participants.lock(tx, rows, participant_id)) is None:
            raise await refusal(tx, participant_id)
        trail.saw(f"Participant/{participant_id}", locked.subject)
        said = await say(context, tx, scope, participant_id, locked, purpose, decision)
    _log.info("consent_given" if decision.given else "consent_withdrawn", code=purpose)
    change = await neighbours.cdr.consent(said)
    await heed(context, change)
    await neighbours.heed(change)
    async with context.db.connection() as connection:
        return await consents.agreements(connection, participant_id)


async def say(
    context: Context,
    tx: Connection,
    scope: AccessScope,
    participant_id: str,
    person: Locked,
    purpose: Purpose,
    decision: Decision,
) -> ParticipantConsented:
    """Write a decision down, and tell the repository once the transaction commits."""
    now = context.clock.now()
    agreement = NewAgreement(
        id=context.new_id(),
        participant=participant_id,
        purpose=purpose,
        given=decision.given,
        at=now,
        signed=decision.signed,
        account=scope.account,
        by_telephone=decision.how == "telephone",
        note=decision.note.strip(),
    )
    await consents.add(tx, agreement)
    said = ParticipantConsented(
        subject=person.subject,
        organisation=person.organisation_id,
        purpose=purpose,
        given=decision.given,
        at=now,
        signed=decision.signed,
    )
    await publish(tx, said)
    return said


async def heed(context: Context, change: ConsentChanged) -> None:
    """Remember what a person's consent says, from the next question on."""
    async with context.db.connection() as connection:
        await consents.put(connection, change)


def _check(scope: AccessScope, decision: Decision, now: datetime) -> None:
    if scope.role == PARTICIPANT:
        _check_own(decision)
    elif decision.signed is None:
        raise _fault("signed", "missing", "Say which date the signed paper bears, or when the call was.")
    elif decision.signed > now.date():
        raise _fault("signed", "in_future", "The date is in the future.")
    elif decision.given and decision.how == "telephone":
        raise _fault("how", "needs_paper", "Consent is given on paper or in the app, not told.")


def _check_own(decision: Decision) -> None:
    entered = decision.model_fields_set - {"given"}
    if field := min(entered, default=None):
        raise _fault(field, "not_yours", "Only a case manager enters what was signed or told.")


def _fault(field: str, code: str, message: str) -> Unprocessable:
    return Unprocessable(errors=(FieldError(field, code, message),))
