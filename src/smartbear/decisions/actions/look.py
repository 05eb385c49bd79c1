"""Looking at what has been decided: how people stand, their limits, the episodes about them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from smartbear.contracts import trail
from smartbear.contracts.decisions import Alert, DayMark, Standing
from smartbear.contracts.users import UsersClient
from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.model.limits import Limit, Limits
from smartbear.decisions.model.rows import Visible
from smartbear.decisions.model.standing import WEEK, overall, week
from smartbear.decisions.store import consents, history, limits, people, standings
from smartbear.decisions.store.standings import OnRecord
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound, PlatformError

_log = logs.get("decisions")


async def stand(context: Context, subjects: Sequence[str], *, own: bool = False) -> dict[str, Standing]:
    """How each subject stands; those nobody has told us of are absent, and for others those who withdrew."""
    since = context.clock.now().date() - timedelta(days=WEEK - 1)
    async with context.db.connection() as connection:
        shown = subjects if own else await consents.shown(connection, subjects)
        known = await standings.get(connection, shown, since)
    return {subject: _standing(context, on_record) for subject, on_record in known.items()}


def _standing(context: Context, known: OnRecord) -> Standing:
    now = context.clock.now()
    worst = overall(known.measured, now)
    marks = week(known.ranks, known.known_since, now.date())
    return Standing(
        state=worst.state if worst and worst.state else "unknown",
        measure=worst.measure if worst else None,
        since=worst.since if worst else None,
        last_reading_at=max((one.last_reading_at for one in known.measured), default=None),
        alert=Alert.model_validate(known.alert) if known.alert else None,
        week=tuple(DayMark.model_validate({"date": day, "state": mark}) for day, mark in marks),
    )


async def limits_of(context: Context, book: RuleBook, visible: Visible, subject: str) -> list[Limit]:
    """The limits in force for a person now: own ones where they are set, else the platform's."""
    async with context.db.connection() as connection:
        await must_see(connection, visible, subject)
        known = Limits(book.limits, await limits.history(connection, subject))
    now = context.clock.now()
    return [known.set_for(one.measure, one.component, now) or one for one in book.limits]


async def episodes(
    context: Context, book: RuleBook, users: UsersClient, visible: Visible, wanted: history.Wanted
) -> list[dict[str, Any]]:
    """A person's episodes, the newest first; the person in question is not told what the care team noted."""
    async with context.db.connection() as connection:
        await must_see(connection, visible, wanted.subject)
        stories = await history.stories(connection, wanted)
    own = visible.subject is not None
    names = None if own else await _names(users, {who for story in stories for who in story.accounts()})
    return [story.document(book.rule(story.episode.rule_id), names) for story in stories]


async def _names(users: UsersClient, accounts: Iterable[str]) -> dict[str, str]:
    """Names of case managers, as far as ``users`` can say."""
    found = {}
    for account in sorted(accounts):
        try:
            found[account] = (await users.staff(account)).name
        except PlatformError as error:
            _log.warning("neighbour_silent", component="users", code=error.code)
    return found


async def must_see(connection: Connection, visible: Visible, subject: str) -> None:
    """NotFound for a person the caller may not see, as for one who does not exist."""
    if not await people.sees(connection, visible, subject):
        trail.sought(subject)
        raise NotFound
    trail.about(subject)
