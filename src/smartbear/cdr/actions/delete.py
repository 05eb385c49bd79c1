"""delete (https://hl7.org/fhir/R4/http.html#delete): the resource is gone, its history stays."""

from smartbear.cdr.actions import conditional
from smartbear.cdr.actions.accept import expect_writable
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.result import Result
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.rows import NO_ROWS


async def delete(
    repository: Repository, access: Access, target: LocalId, *, expected: IfMatch | None = None
) -> Result:
    """Delete the resource if it is there; deleting what is not there does nothing and is no error."""
    expect_writable(access, target.type)
    change = Change(target, None, access, expected=expected)
    [written] = await repository.writer.write([(change, NO_ROWS)])
    return Result(written, None)


async def delete_matches(repository: Repository, access: Access, condition: Condition) -> list[Result]:
    """Delete the matches of a condition, all or none; PreconditionFailed for more than the settings allow."""
    expect_writable(access, condition.type)
    query = conditional.read_condition(repository, condition)
    async with repository.exclusive() as tx:
        await conditional.lock(tx, [query])
        most = repository.settings.delete_matches
        found = await conditional.matches(repository, tx, access, query, most)
        unit = [(Change(one.target, None, access), NO_ROWS) for one in found]
        return [Result(written, None) for written in await repository.write_in(tx, unit)]
