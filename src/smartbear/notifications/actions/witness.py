"""What an open page is told, recorded before it is: one event for each change of a notice."""

from smartbear.contracts.trail import TRAIL
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.store import notices


async def record(services: Services, rows: Rows, notice_id: str) -> None:
    """Return once it is recorded; Unavailable if it cannot be, and then the page must not be told."""
    asked = TRAIL.get()
    assert asked, "a page is opened by a request"
    async with services.context.db.connection() as connection:
        notice = await notices.item(connection, rows, notice_id)
    told = asked.again()
    if notice:
        told.saw(f"Notice/{notice_id}", notice.subject)
    told.did("notification")
    await services.auditor.record(told)
