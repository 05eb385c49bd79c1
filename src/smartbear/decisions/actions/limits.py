"""Setting limits for one person (SMBS6_TC1)."""

from smartbear.decisions.actions.look import must_see
from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.model.limits import Limit, PersonalLimit
from smartbear.decisions.model.rows import Visible
from smartbear.decisions.store import limits
from smartbear.kit.context import Context
from smartbear.kit.errors import FieldError, Unprocessable


async def set_limit(
    context: Context, book: RuleBook, visible: Visible, subject: str, limit: Limit, account: str
) -> PersonalLimit:
    """Put a limit in force from now on. Unprocessable for what the platform does not judge."""
    _known(book, limit)
    personal = PersonalLimit(**dict(limit), since=context.clock.now(), set_by=account)
    async with context.db.transaction() as tx:
        await must_see(tx, visible, subject)
        await limits.add(tx, subject, personal)
    return personal


def _known(book: RuleBook, limit: Limit) -> None:
    place = (limit.measure, limit.component)
    default = next((one for one in book.limits if (one.measure, one.component) == place), None)
    if default is None:
        fault = FieldError("measure", "not_judged", "This measure or component has no limits.")
        raise Unprocessable(errors=(fault,))
    if default.unit != limit.unit:
        raise Unprocessable(errors=(FieldError("unit", "unknown_unit", f"The unit is {default.unit}."),))
