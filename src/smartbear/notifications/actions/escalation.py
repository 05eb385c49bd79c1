"""A red alert that nobody has acknowledged in time goes to the colleagues."""

from smartbear.kit import logs
from smartbear.notifications.actions.dispatch import dispatch
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.deliveries import plan_escalation
from smartbear.notifications.store import changes, notices

_log = logs.get("notifications")


async def escalate(services: Services, notice_id: str) -> None:
    """Tell the colleagues by e-mail; nothing happens if somebody has acknowledged, or a second time."""
    context = services.context
    async with context.db.connection() as connection:
        notice = await notices.notice(connection, notice_id)
    if notice is None:
        return
    people = await services.users.audience(notice.subject)
    planned = plan_escalation(people) if services.settings.smtp_host else []
    now = context.clock.now()
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        if await notices.escalate(tx, notice_id, now):
            await dispatch(tx, context, notice_id, planned)
            await changes.record(tx, [notice_id], now)
            _log.warning("alert_escalated", notice=notice_id, count=len(planned))
