"""The time to repeat a measurement is over."""

from datetime import datetime

from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.actions.settle import Case, settle
from smartbear.decisions.model.limits import Limits
from smartbear.decisions.store import limits, people
from smartbear.decisions.store.episodes import Span
from smartbear.kit.context import Context


async def pass_deadline(
    context: Context, book: RuleBook, subject: str, at: datetime, deadline: datetime
) -> None:
    """Look again at what was measured at ``at``: if nothing has answered it, its warning goes out.

    Being called is the proof that the deadline is over, also for a process whose clock goes a little slow.
    """
    now = max(context.clock.now(), deadline)
    async with context.db.transaction() as tx:
        await people.lock(tx, subject)
        known = Limits(book.limits, await limits.history(tx, subject))
        await settle(tx, context, book, Case(subject, Span(at, at), frozenset(), known, now))
