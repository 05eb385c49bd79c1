"""update (https://hl7.org/fhir/R4/http.html#update), which also creates under an id of the client's.

An update that says the same as the current version makes no new one.
"""

from typing import Any

from smartbear.cdr.actions import conditional
from smartbear.cdr.actions.accept import draft_of, expect_own, expect_valid, expect_writable
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.conform import expect_conforming
from smartbear.cdr.actions.result import Result
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store.repository import Repository
from smartbear.kit.aside import aside
from smartbear.kit.errors import BadInput, FieldError


async def update(
    repository: Repository,
    access: Access,
    target: LocalId,
    resource: Any,
    *,
    expected: IfMatch | None = None,
    only_new: bool = False,
) -> Result:
    """Make the resource the current version of ``target``.

    ``expected`` says which version must be current, ``only_new`` demands that there be none.
    """
    expect_writable(access, target.type)
    await aside(expect_valid, resource, target.type)
    if resource.get("id") != target.id:
        raise _other_id(target.type)
    warnings = await expect_conforming(repository, resource)
    draft = await aside(draft_of, repository, resource, target)
    await expect_own(repository, access, [draft])
    [rows] = await repository.rows_of([draft])
    upsert = repository.settings.update_create
    change = Change(target, draft, access, expected=expected, only_new=only_new, upsert=upsert)
    [written] = await repository.writer.write([(change, rows)])
    return Result(written, draft.content, warnings)


async def update_match(
    repository: Repository, access: Access, condition: Condition, resource: Any, expected: IfMatch | None
) -> Result:
    """Update the one match of a condition; without a match create, under the body's id if it has one."""
    expect_writable(access, condition.type)
    await aside(expect_valid, resource, condition.type)
    warnings = await expect_conforming(repository, resource)
    query = conditional.read_condition(repository, condition)
    async with repository.exclusive() as tx:
        await conditional.lock(tx, [query])
        found = await conditional.match(repository, tx, access, query)
        given = resource.get("id")
        if found and given not in {None, found.target.id}:
            raise _other_id(condition.type)
        minted = not found and given is None
        target = found.target if found else LocalId(condition.type, given or repository.context.new_id())
        draft = await aside(draft_of, repository, resource, target)
        await expect_own(repository, access, [draft])
        [rows] = await repository.rows_of([draft])
        upsert = repository.settings.update_create
        change = Change(
            target, draft, access, minted=minted, expected=expected, only_new=not found, upsert=upsert
        )
        [written] = await repository.write_in(tx, [(change, rows)])
    return Result(written, draft.content, warnings)


def _other_id(resource_type: str) -> BadInput:
    fault = FieldError(f"{resource_type}.id", "invalid", "must be the id of the resource that is updated")
    return BadInput("The body's id is not that of the resource.", errors=(fault,))
