"""Removing everything about one person, in an order that the references between tables allow."""

from smartbear.kit.db import Connection

_EPISODES = "SELECT episode_id FROM episode WHERE subject = $1"
_NOTICES = f"SELECT notice_id FROM notice WHERE episode_id IN ({_EPISODES})"  # noqa: S608 - a constant
_STATEMENTS = (
    f"DELETE FROM receipt WHERE notice_id IN ({_NOTICES})",  # noqa: S608 - a constant
    f"DELETE FROM notice WHERE episode_id IN ({_EPISODES})",  # noqa: S608 - a constant
    *(
        f"DELETE FROM {table} WHERE subject = $1"  # noqa: S608 - names from the list below
        for table in ("pressure", "episode", "day_mark", "standing", "personal_limit", "consent", "person")
    ),
)


async def erase(tx: Connection, subject: str) -> int:
    """How many rows went; 0 when there are none any more."""
    statuses = [await tx.execute(statement, subject) for statement in _STATEMENTS]
    return sum(int(status.rpartition(" ")[2]) for status in statuses)
