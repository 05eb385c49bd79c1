"""create (https://hl7.org/fhir/R4/http.html#create), also conditional."""

from typing import Any

from smartbear.cdr.actions import conditional
from smartbear.cdr.actions.accept import draft_of, expect_own, expect_valid, expect_writable
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.conform import expect_conforming
from smartbear.cdr.actions.result import Result, as_found
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change, Verb
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.repository import Repository
from smartbear.kit.aside import aside


async def create(
    repository: Repository, access: Access, resource_type: str, resource: Any, *, if_none_exist: str = ""
) -> Result:
    """Store a new resource under an id of ours; an id in the body is ignored.

    With ``if_none_exist``, a search, only if nothing matches it; the one match is the result otherwise.
    """
    expect_writable(access, resource_type)
    await aside(expect_valid, resource, resource_type)
    warnings = await expect_conforming(repository, resource)
    target = LocalId(resource_type, repository.context.new_id())
    draft = await aside(draft_of, repository, resource, target)
    await expect_own(repository, access, [draft])
    [rows] = await repository.rows_of([draft])
    change = Change(target, draft, access, minted=True, verb=Verb.POST)
    if not if_none_exist:
        [written] = await repository.writer.write([(change, rows)])
        return Result(written, draft.content, warnings)
    query = conditional.read_condition(repository, Condition(resource_type, if_none_exist))
    async with repository.exclusive() as tx:
        await conditional.lock(tx, [query])
        found = await conditional.match(repository, tx, access, query)
        if found:
            return as_found(found)
        [written] = await repository.write_in(tx, [(change, rows)])
        return Result(written, draft.content, warnings)
