"""transaction (https://hl7.org/fhir/R4/http.html#transaction): all entries or none."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from smartbear.cdr.actions.accept import draft_of, expect_own, expect_writable
from smartbear.cdr.actions.bundle import BREATH, Addresses, Done, Reading, read_bundle
from smartbear.cdr.actions.conditional import Condition, lock, match, match_each, matches, read_condition
from smartbear.cdr.actions.conform import expect_entries_conforming
from smartbear.cdr.actions.modify import modified
from smartbear.cdr.actions.patch import made_by
from smartbear.cdr.actions.result import Result, as_found, nothing
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Change, Draft, Verb, Written
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import expected_versions
from smartbear.cdr.store import states
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.rows import NO_ROWS, Rows
from smartbear.fhir import outcome
from smartbear.fhir.bundle.entries import Entry, in_processing_order
from smartbear.fhir.bundle.resolution import conditional_references, duplicates, full_urls, rewrite
from smartbear.fhir.issues import Issue
from smartbear.fhir.links import links
from smartbear.kit.aside import aside
from smartbear.kit.db import Connection
from smartbear.kit.errors import BadInput, FieldError, NotFound, Unprocessable


async def transaction(
    repository: Repository, access: Access, bundle: dict[str, Any], base: str, addresses: Addresses
) -> list[Done]:
    """Carry out all entries; what became of them, in the order given."""
    reading = await read_bundle(bundle, base)
    _expect_sound(reading)
    for entry in reading.entries:
        addresses.expect_read(entry)
    work = _Transaction(repository, access, reading.entries, addresses)
    for entry in work.writes:
        expect_writable(access, entry.type)
    await expect_entries_conforming(repository, work.writes)
    if not work.must_look:
        return await work.run(None)
    async with repository.exclusive() as tx:
        return await work.run(tx)


def _expect_sound(reading: Reading) -> None:
    if reading.resources:
        found = [issue for issues in reading.resources.values() for issue in issues]
        raise Unprocessable("Some resources are not valid.", errors=outcome.field_errors(found))
    if reading.requests:
        found = [issue for issues in reading.requests.values() for issue in issues]
        raise BadInput("The Bundle asks for what cannot be done.", errors=outcome.field_errors(found))


class _Transaction:
    """One transaction on its way: what its entries name, and what was found for them."""

    def __init__(
        self, repository: Repository, access: Access, entries: Sequence[Entry], addresses: Addresses
    ) -> None:
        self._repository, self._access, self._entries = repository, access, entries
        self._addresses = addresses
        self.writes = [entry for entry in in_processing_order(entries) if entry.is_write]
        self._asked = [entry for entry in entries if not entry.is_write]
        self._patches = [entry for entry in self.writes if entry.method == "PATCH"]
        named = {entry.full_url for entry in entries}
        self._links = {entry.index: links(entry.resource, named) for entry in self.writes if entry.resource}
        conditions = {entry.index: entry.if_none_exist or entry.query for entry in self.writes}
        self._conditions = {
            entry.index: read_condition(repository, Condition(entry.type, conditions[entry.index]))
            for entry in self.writes
            if conditions[entry.index]
        }
        self._references = {
            f"{literal.type}?{literal.query}": Condition(literal.type, literal.query)
            for found in self._links.values()
            for literal in conditional_references(found)
        }
        self._matches: dict[int, Stored | None] = {}
        self._deleted: dict[int, list[LocalId]] = {}

    @property
    def must_look(self) -> bool:
        """Whether anything has to be found out in the same transaction as the writes."""
        return bool(self._conditions or self._references or self._asked or self._patches)

    async def run(self, tx: Connection | None) -> list[Done]:
        """Carry it out. Without ``tx``, if there is nothing to look for, it shares commits with others."""
        replacements = await self._look(tx) if tx else {}
        targets = {entry.index: target for entry in self.writes if (target := self._target(entry))}
        named = {index: f"{target.type}/{target.id}" for index, target in targets.items()}
        more = {index: {f"{one.type}/{one.id}" for one in found} for index, found in self._deleted.items()}
        _refuse(duplicates(self._entries, {index: {name} for index, name in named.items()} | more))
        changes = await self._changes(tx, targets, full_urls(self._entries, named) | replacements)
        unit = [*changes.values(), *self._further_deletions(targets)]
        written = await (self._repository.write_in(tx, unit) if tx else self._repository.writer.write(unit))
        done: dict[int, Done] = dict(zip(changes, map(_result, unit, written), strict=False))
        for entry in self._asked:
            assert tx, "asking is looking"
            done[entry.index] = await self._addresses.ask(self._repository.within(tx), entry)
        return [done.get(entry.index) or self._untouched(entry) for entry in self._entries]

    async def _look(self, tx: Connection) -> dict[str, str]:
        """Find the matches of all conditions, under lock; returns what conditional references become."""
        await lock(tx, self._conditions.values())
        most = self._repository.settings.delete_matches
        deletions = {entry.index for entry in self.writes if entry.method == "DELETE" and most > 1}
        for index in deletions & self._conditions.keys():
            await self._look_for_deletion(tx, index, most)
        single = {index: query for index, query in self._conditions.items() if index not in deletions}
        self._matches |= await match_each(self._repository, tx, self._access, single)
        found: dict[str, str] = {}
        for text, condition in self._references.items():
            query = read_condition(self._repository, condition)
            target = await match(self._repository, tx, self._access, query)
            if target:
                found[text] = f"{target.target.type}/{target.target.id}"
        return found

    async def _look_for_deletion(self, tx: Connection, index: int, most: int) -> None:
        """As many matches as outside a Bundle; the answer tells of the first."""
        found = await matches(self._repository, tx, self._access, self._conditions[index], most)
        self._matches[index] = found[0] if found else None
        self._deleted[index] = [stored.target for stored in found]

    def _further_deletions(self, targets: Mapping[int, LocalId]) -> list[tuple[Change, Rows]]:
        found = (one for index, deleted in self._deleted.items() for one in deleted if one != targets[index])
        return [(Change(target, None, self._access), NO_ROWS) for target in found]

    def _target(self, entry: Entry) -> LocalId | None:
        """The resource an entry is about; None for a deletion that matches nothing."""
        found = self._matches.get(entry.index)
        given = entry.resource.get("id") if entry.resource and entry.method == "PUT" else None
        if found and given not in {None, found.target.id}:
            place = FieldError(
                f"{entry.place}.resource.id", "value", "must be the id of the matching resource"
            )
            raise BadInput("The body's id is not that of the resource.", errors=(place,))
        if found:
            return found.target
        if entry.method == "PATCH" and not entry.id:
            raise NotFound(f"Nothing matches the condition of {entry.place}.")
        if entry.method == "DELETE" and not entry.id:
            return None
        return LocalId(entry.type, entry.id or given or self._repository.context.new_id())

    async def _changes(
        self, tx: Connection | None, targets: Mapping[int, LocalId], replacements: Mapping[str, str]
    ) -> dict[int, tuple[Change, Rows]]:
        """What is to be written, by index of the entry: nothing for a create whose condition has a match."""
        writing = [entry for entry in self.writes if self._is_change(entry, targets)]
        if tx and self._patches:  # in one order, before the first of them is looked at
            named = {targets[entry.index] for entry in writing if entry.method != "POST"}
            await states.lock(tx, self._repository.dictionary, named)
        bodies = [entry for entry in writing if entry.resource]
        _refuse(
            [issue for entry in bodies for issue in rewrite(entry, self._links[entry.index], replacements)]
        )
        drafts: dict[int, Draft] = {}
        for start in range(0, len(bodies), BREATH):
            drafts |= await aside(self._drafts, bodies[start : start + BREATH], targets)
            await asyncio.sleep(0)
        for entry in self._patches:
            drafts[entry.index] = await self._modified(tx, entry, targets[entry.index])
        await expect_own(self._repository, self._access, list(drafts.values()))
        rows = dict(zip(drafts, await self._repository.rows_of(drafts.values()), strict=True))
        return {
            entry.index: (
                self._change(entry, targets[entry.index], drafts.get(entry.index)),
                rows.get(entry.index, NO_ROWS),
            )
            for entry in writing
        }

    def _drafts(self, entries: Sequence[Entry], targets: Mapping[int, LocalId]) -> dict[int, Draft]:
        return {
            entry.index: draft_of(self._repository, entry.resource, targets[entry.index])
            for entry in entries
            if entry.resource and entry.method != "PATCH"
        }

    async def _modified(self, tx: Connection | None, entry: Entry, target: LocalId) -> Draft:
        assert tx, "patching is looking"
        expected = expected_versions(entry.if_match)
        return await modified(self._repository, tx, self._access, target, made_by(entry), expected)

    def _is_change(self, entry: Entry, targets: Mapping[int, LocalId]) -> bool:
        exists = entry.method == "POST" and self._matches.get(entry.index) is not None
        return entry.index in targets and not exists

    def _change(self, entry: Entry, target: LocalId, draft: Draft | None) -> Change:
        chosen = bool(entry.resource and entry.method == "PUT" and entry.resource.get("id"))
        unmatched = entry.index in self._conditions and self._matches.get(entry.index) is None
        return Change(
            target,
            draft,
            self._access,
            minted=entry.method == "POST" or (unmatched and not chosen),
            expected=expected_versions(entry.if_match),
            only_new=entry.if_none_match == "*" or (unmatched and chosen),
            upsert=self._repository.settings.update_create,
            verb=Verb[entry.method],
        )

    def _untouched(self, entry: Entry) -> Result:
        found = self._matches.get(entry.index)
        if found:
            return as_found(found)
        return nothing(entry.type, self._repository.context.clock.now())


def _result(write: tuple[Change, Rows], written: Written) -> Result:
    change, _ = write
    return Result(written, change.draft.content if change.draft else None)


def _refuse(issues: Sequence[Issue]) -> None:
    if issues:
        raise Unprocessable("The transaction cannot be carried out.", errors=outcome.field_errors(issues))
