"""batch (https://hl7.org/fhir/R4/http.html#transaction): every entry by itself."""

import asyncio
from typing import Any

from smartbear.cdr.actions.bundle import BREATH, Addresses, Done, by_entry, read_bundle
from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.create import create
from smartbear.cdr.actions.delete import delete, delete_matches
from smartbear.cdr.actions.modify import modify, modify_match
from smartbear.cdr.actions.patch import made_by
from smartbear.cdr.actions.result import Result, nothing
from smartbear.cdr.actions.update import update, update_match
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import expected_versions
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import outcome
from smartbear.fhir.bundle.entries import Entry, in_processing_order
from smartbear.fhir.bundle.resolution import duplicates, named_targets
from smartbear.kit.errors import BadInput, PlatformError, Unprocessable


async def batch(
    repository: Repository, access: Access, bundle: dict[str, Any], base: str, addresses: Addresses
) -> list[Done]:
    """Carry out each entry; what became of them, in the order given. Reads come after writes."""
    reading = await read_bundle(bundle, base)
    dependent = duplicates(reading.entries, named_targets(reading.entries))
    done: dict[int, Done] = {
        index: BadInput("The entry asks for what cannot be done.", errors=outcome.field_errors(issues))
        for index, issues in {**by_entry(reading.entries, dependent), **reading.requests}.items()
    }
    done |= {
        index: Unprocessable("The resource is not valid.", errors=outcome.field_errors(issues))
        for index, issues in reading.resources.items()
    }
    sound = [entry for entry in in_processing_order(reading.entries) if entry.index not in done]
    writes = [entry for entry in sound if entry.is_write]
    asked = [entry for entry in sound if not entry.is_write]
    for entries in (writes, asked):
        for start in range(0, len(entries), BREATH):
            some = entries[start : start + BREATH]
            results = await asyncio.gather(*(_one(repository, access, entry, addresses) for entry in some))
            done |= zip((entry.index for entry in some), results, strict=True)
    return [done[entry.index] for entry in reading.entries]


async def _one(repository: Repository, access: Access, entry: Entry, addresses: Addresses) -> Done:
    try:
        if entry.is_write:
            return await _written(repository, access, entry)
        return await addresses.ask(repository, entry)
    except PlatformError as error:
        return error


async def _written(  # noqa: PLR0911 - one answer for each kind of write
    repository: Repository, access: Access, entry: Entry
) -> Result:
    condition, target = Condition(entry.type, entry.query), LocalId(entry.type, entry.id)
    expected = expected_versions(entry.if_match)
    match entry.method:
        case "POST":
            return await create(
                repository, access, entry.type, entry.resource, if_none_exist=entry.if_none_exist
            )
        case "PUT" if entry.query:
            return await update_match(repository, access, condition, entry.resource, expected)
        case "PUT":
            only_new = entry.if_none_match == "*"
            return await update(
                repository, access, target, entry.resource, expected=expected, only_new=only_new
            )
        case "PATCH" if entry.query:
            return await modify_match(repository, access, condition, made_by(entry), expected)
        case "PATCH":
            return await modify(repository, access, target, made_by(entry), expected)
        case _ if entry.query:
            deleted = await delete_matches(repository, access, condition)
            return deleted[0] if deleted else nothing(entry.type, repository.context.clock.now())
        case _:
            return await delete(repository, access, target, expected=expected)
