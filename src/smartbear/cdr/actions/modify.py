"""Changing what is there: read under a lock, changed, checked and written, all in one transaction.

Of many who change one resource at once each starts from what the one before left, so no change is lost.
"""

from collections.abc import Callable
from typing import Any

from smartbear.cdr.actions import conditional
from smartbear.cdr.actions.accept import draft_of, expect_own, expect_valid, expect_writable
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.conform import expect_conforming
from smartbear.cdr.actions.read import read_in
from smartbear.cdr.actions.result import Result
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change, Draft, Verb
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store import states
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.kit.aside import aside, note_size
from smartbear.kit.db import Connection
from smartbear.kit.errors import FieldError, NotFound, PreconditionFailed, Unprocessable

Make = Callable[[dict[str, Any]], Any]
"""From the resource as a client gets it to what it shall be; may raise any PlatformError."""


async def modify(
    repository: Repository,
    access: Access,
    target: LocalId,
    make: Make,
    expected: IfMatch | None,
    verb: Verb = Verb.PATCH,
) -> Result:
    """Change the current version, which must be as ``expected``; NotFound or Gone if there is none."""
    expect_writable(access, target.type)
    async with repository.exclusive() as tx:
        draft = await modified(repository, tx, access, target, make, expected)
        return await _write(repository, tx, Change(target, draft, access, verb=verb), draft)


async def modify_match(
    repository: Repository, access: Access, condition: Condition, make: Make, expected: IfMatch | None
) -> Result:
    """Change the one match of a condition; NotFound without a match."""
    expect_writable(access, condition.type)
    query = conditional.read_condition(repository, condition)
    async with repository.exclusive() as tx:
        await conditional.lock(tx, [query])
        found = await conditional.match(repository, tx, access, query)
        if found is None:
            raise NotFound("Nothing matches the condition.")
        draft = await modified(repository, tx, access, found.target, make, expected)
        return await _write(repository, tx, Change(found.target, draft, access, verb=Verb.PATCH), draft)


async def _write(repository: Repository, tx: Connection, change: Change, draft: Draft) -> Result:
    [rows] = await repository.rows_of([draft])
    [written] = await repository.write_in(tx, [(change, rows)])
    return Result(written, draft.content)


async def modified(
    repository: Repository,
    tx: Connection,
    access: Access,
    target: LocalId,
    make: Make,
    expected: IfMatch | None,
) -> Draft:
    """What the resource would become, whose row stays locked until ``tx`` ends."""
    await states.lock(tx, repository.dictionary, [target])
    stored = await read_in(repository, tx, access, target)
    if expected and not expected.allows(stored.version):
        raise PreconditionFailed("If-Match names a version that is not the current one.")
    content = stored.json()
    note_size(len(content))
    resource = await aside(make, json.decode(content))
    _expect_same(resource, target)
    await aside(expect_valid, resource, target.type)
    await expect_conforming(repository, resource)
    draft = await aside(draft_of, repository, resource, target)
    await expect_own(repository, access, [draft])
    return draft


def _expect_same(resource: Any, target: LocalId) -> None:
    held = resource if isinstance(resource, dict) else {}
    for name, expected in (("resourceType", target.type), ("id", target.id)):
        if held.get(name) != expected:
            fault = FieldError(f"{target.type}.{name}", "value", "must stay as it is")
            raise Unprocessable("A resource cannot become another one.", errors=(fault,))
