"""delete (https://hl7.org/fhir/R4/http.html#delete): the resource is gone, its history stays."""

from smartbear.cdr.actions import conditional
from smartbear.cdr.actions.accept import expect_writable
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.result import Result
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change, Outcome, Written
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.rows import NO_ROWS


async def delete(
    repository: Repository, access: Access, target: LocalId, *, expected: int | None = None
) -> Result:
    """Delete the resource if it is there; deleting what is not there does nothing and is no error."""
    expect_writable(access, target.type)
    change = Change(target, None, access, expected=expected)
    [written] = await repository.writer.write([(change, NO_ROWS)])
    return Result(written, None)


async def delete_match(repository: Repository, access: Access, condition: Condition) -> Result:
    """Delete the one match of a condition, if there is one."""
    expect_writable(access, condition.type)
    query = conditional.read_condition(repository, condition)
    async with repository.exclusive() as tx:
        await conditional.lock(tx, [query])
        found = await conditional.match(repository, tx, access, query)
        if found is None:
            now = repository.context.clock.now()
            return Result(Written(LocalId(condition.type, ""), Outcome.ABSENT, 0, now), None)
        [written] = await repository.write_in(tx, [(Change(found.target, None, access), NO_ROWS)])
    return Result(written, None)
