"""Taking note of what people did with notices: this is where the loop closes."""

from smartbear.contracts.events import NoticeAcknowledged, NoticeResolved
from smartbear.decisions.model.plan import Receipt, after, seals
from smartbear.decisions.store import episodes, people
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound


async def acknowledged(context: Context, event: NoticeAcknowledged) -> None:
    """A participant has read a notice, or the care team has taken it up."""
    await _receive(
        context,
        Receipt(
            notice_id=event.notice_id,
            kind="acknowledged",
            by=event.by,
            account=event.account,
            at=event.at,
            action=event.action,
            note=event.note,
        ),
    )


async def resolved(context: Context, event: NoticeResolved) -> None:
    """The care team has closed a notice."""
    await _receive(
        context,
        Receipt(
            notice_id=event.notice_id,
            kind="resolved",
            by="ccm",
            account=event.account,
            at=event.at,
            action=event.outcome,
            note=event.note,
        ),
    )


async def _receive(context: Context, receipt: Receipt) -> None:
    async with context.db.transaction() as tx:
        subject = await episodes.subject_of(tx, receipt.notice_id)
        if subject is None:
            raise NotFound("No such notice was raised here.")
        await people.lock(tx, subject)
        kind, episode = await episodes.of_notice(tx, receipt.notice_id)
        await episodes.add_receipt(tx, receipt)
        state = after(receipt, kind, episode)
        if state != episode.state:
            await episodes.set_state(tx, episode.id, state, sealed=seals(state, episode.outcome))
