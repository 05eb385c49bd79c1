"""A group of writes as one statement.

Writes that name an existing resource look at its row first. In a transaction they lock it, so that it stays
as they saw it; outside one the statement itself fails if another version has come in between.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from smartbear.cdr.model import consent
from smartbear.cdr.model.access import BY_CREATOR
from smartbear.cdr.model.change import Change, Outcome, State, Written, outcome_of
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.rid import RidMaker
from smartbear.cdr.store import consents, parameters, reindexing, states
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import NOTHING, pack
from smartbear.cdr.store.parameters import DEFINING, AddedParameters
from smartbear.cdr.store.recording import Events, Telling
from smartbear.cdr.store.rids import Rids
from smartbear.cdr.store.rows import Row, Rows
from smartbear.cdr.store.tables import COLUMNS, DISCARD_CONTENT, columns, insertion
from smartbear.cdr.store.verbs import with_verb
from smartbear.fhir import json
from smartbear.fhir.definitions import SearchParameter
from smartbear.fhir.search.definition import defines, definition, faults
from smartbear.kit.audit import Sealed, required
from smartbear.kit.db import Connection
from smartbear.kit.errors import PlatformError

_HOLD = """
    INSERT INTO resource (rid, type_id, id, ver, upd, deleted)
    SELECT n.rid, n.type_id, n.id, 0, $4, true
    FROM unnest($1::bigint[], $2::int[], $3::text[]) AS n (rid, type_id, id)
    ON CONFLICT DO NOTHING"""  # in one order everywhere, so that no two writers wait for each other

Unit = Sequence[tuple[Change, Rows]]
"""Changes that stand or fall together, each with its index rows (none for a deletion)."""

Result = list[Written] | Exception


class _Step(NamedTuple):
    """A change that writes: where to, as which version, and whose record it is in."""

    change: Change
    rows: Rows
    rid: int
    state: State | None
    written: Written
    owner: LocalId | None
    organisation: str | None
    """Of a Patient or a Subscription: see ``model.access.Owner``."""

    def targets(self) -> frozenset[LocalId]:
        """Every resource the change's rows refer to."""
        return self.rows.targets | {self.owner} if self.owner else self.rows.targets

    def settled(self) -> frozenset[LocalId]:
        """Of a Consent: the patients it is and was about."""
        if self.change.target.type != consent.TYPE:
            return frozenset()
        before = self.state.owner if self.state else None
        return frozenset(filter(None, (self.owner, before and LocalId(before.type, before.id))))


class Writing:
    """What a group of writes needs to know beyond the changes themselves."""

    def __init__(self, dictionary: Dictionary, rids: Rids, make: RidMaker, added: AddedParameters) -> None:
        self._dictionary, self._rids, self._make, self._added = dictionary, rids, make, added

    async def apply(
        self,
        connection: Connection,
        units: Sequence[Unit],
        now: datetime,
        told: Sequence[Telling],
        events: Events,
    ) -> list[Result]:
        """Write every unit that its preconditions allow; the others' errors are in their place.

        Of what a unit writes its own one of ``told`` is told; ``events`` are written with it.
        Outside a transaction asyncpg.SerializationError means that somebody else has written one of the
        resources meanwhile, and that nothing has been written here.
        """
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as precise as it is shown
        named = {change.target for unit in units for change, _ in unit if not change.minted}
        look = states.lock if connection.is_in_transaction() else states.find
        met = await look(connection, self._dictionary, named) if named else {}
        steps: list[_Step] = []
        results: list[Result] = []
        for unit, tell in zip(units, told, strict=True):
            try:
                planned = [self._step(change, rows, met.get(change.target), now) for change, rows in unit]
            except PlatformError as error:
                results.append(error)
                continue
            written = [step for step in planned if step.written.outcome not in _IDLE]
            if written:
                steps += written
                tell((step.change.target, step.owner) for step in written)
            results.append([step.written for step in planned])
        if steps:
            await self._write(connection, steps, now, events)
        return results

    def _step(self, change: Change, rows: Rows, state: State | None, now: datetime) -> _Step:
        outcome = outcome_of(change, state)
        if outcome in _IDLE:
            version, updated = (state.version, state.updated) if state else (0, now)
        else:  # the row may have been waited for: no version is older than the one before it
            version, updated = (state.version + 1, max(now, state.updated)) if state else (1, now)
        rid = state.rid if state else self._make.next()
        written = Written(change.target, outcome, version, updated)
        return _Step(change, rows, rid, state, written, *_owner(change, state))

    async def _write(
        self, connection: Connection, steps: Sequence[_Step], now: datetime, events: Events
    ) -> None:
        own = {step.change.target: step.rid for step in steps}
        settled = frozenset(patient for step in steps for patient in step.settled())
        named = frozenset(target for step in steps for target in step.targets())
        wanted = (named | settled) - own.keys()
        known = await self._rids.find(connection, wanted)
        if len(known) < len(wanted):
            known |= await self._held(connection, sorted(wanted - known.keys()), now)
        group = _Group(self._dictionary.types, own | known)
        for step in steps:
            group.add(step)
        group.close()
        records = await events.records()
        await self._insert(connection, group, (step.rows for step in steps), records)
        if settled:
            rids = own | known
            await consents.settle(connection, self._dictionary, {rids[one] for one in settled})
        defined = {step.rid: _definition(step) for step in steps if step.change.target.type == DEFINING}
        if defined and (changed := await parameters.record(connection, defined)):
            await reindexing.start(connection, self._dictionary, changed.types, changed.generation)
            self._added.have_changed()

    async def _insert(
        self, connection: Connection, group: "_Group", made: Iterable[Rows], records: Sequence[Sealed] = ()
    ) -> None:
        generations = {rows.generation for rows in made if rows.generation is not None}
        known = min(generations, default=None)
        tables = tuple(table for table in COLUMNS if group.rows.get(table))
        before = (
            [*map(list, zip(*group.superseded, strict=True)), group.discarded] if group.superseded else ()
        )
        recorded = [list(column) for column in zip(*records, strict=True)]
        statement = insertion(tables, superseding=bool(group.superseded), recorded=bool(records))
        try:
            with required():
                await connection.execute(statement, *before, *columns(group.rows, tables), *recorded, known)
        except asyncpg.ObjectNotInPrerequisiteStateError:
            self._added.have_changed()
            raise

    async def index_anew(self, tx: Connection, found: Sequence[tuple[int, Rows]], now: datetime) -> None:
        """Replace what existing resources, by rid, are found by; ``tx`` has their rows locked."""
        wanted = frozenset(target for _, rows in found for target in rows.targets)
        known = await self._rids.find(tx, wanted)
        if len(known) < len(wanted):
            known |= await self._held(tx, sorted(wanted - known.keys()), now)
        group = _Group(self._dictionary.types, known)
        for rid, rows in found:
            group.index(rid, rows)
        await tx.execute(DISCARD_CONTENT, [rid for rid, _ in found])
        if group.rows:
            await self._insert(tx, group, (rows for _, rows in found))

    async def _held(
        self, connection: Connection, targets: Sequence[LocalId], now: datetime
    ) -> dict[LocalId, int]:
        """Rids of resources that are only referred to so far: rows of version 0 hold their places."""
        types = [self._dictionary.types[target.type] for target in targets]
        rids = [self._make.next() for _ in targets]
        await connection.execute(_HOLD, rids, types, [target.id for target in targets], now)
        return await self._rids.find(connection, targets)


def _owner(change: Change, state: State | None) -> tuple[LocalId | None, str | None]:
    """Whose the resource is, and who keeps a Patient or Subscription; a deletion changes neither."""
    target, draft, before = change.target, change.draft, state.owner if state else None
    if draft is None:
        owner, keeper = (LocalId(before.type, before.id), before.keeper) if before else (None, None)
    elif target.type == BY_CREATOR:
        owner, keeper = target, change.access.caller
    else:
        owner, keeper = draft.owner, draft.organisation
    return owner, keeper if owner == target else None


def _definition(step: _Step) -> SearchParameter | None:
    resource = json.decode(step.change.draft.content) if step.change.draft else {}
    return definition(resource) if defines(resource) and not faults(resource, {}) else None


_DELTAS = {Outcome.CREATED: 1, Outcome.DELETED: -1}
_IDLE = frozenset({Outcome.UNCHANGED, Outcome.ABSENT})


class _Group:
    """The rows of a group, table by table."""

    def __init__(self, types: Mapping[str, int], rids: Mapping[LocalId, int]) -> None:
        self._types, self._rids = types, rids
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.superseded: list[Row] = []
        self.discarded: list[int] = []
        self._deltas: Counter[str] = Counter()

    def add(self, step: _Step) -> None:
        """The rows of one change."""
        self._add_resource(step)
        self._add_body(step)
        self.index(step.rid, step.rows)
        if step.change.target.type == BY_CREATOR and step.change.draft:
            self.rows["ix_subscription"].append((json.encode(step.change.access).decode(), step.rid))
        if step.state and not step.state.deleted:
            self.discarded.append(step.rid)

    def index(self, rid: int, rows: Rows) -> None:
        """What one resource is found by."""
        for table, some in rows.completed(rid, self._rids):
            self.rows[table] += some

    def close(self) -> None:
        """What is known only once all changes are in."""
        for name, delta in self._deltas.items():
            if delta:
                self.rows["type_delta"].append((self._types[name], delta))
        self.rows.get("resource", []).sort(key=lambda row: row[1:3])  # in the order of locks

    def _add_resource(self, step: _Step) -> None:
        draft, written = step.change.draft, step.written
        patient = step.owner and self._rids[step.owner]
        content = (patient, draft is None, step.organisation, draft and draft.digest)
        if step.state:
            self.superseded.append((step.rid, written.version, written.updated, *content))
        else:
            target = step.change.target
            row = (step.rid, self._types[target.type], target.id, written.version, written.updated, *content)
            self.rows["resource"].append(row)
        self._deltas[step.change.target.type] += _DELTAS.get(written.outcome, 0)

    def _add_body(self, step: _Step) -> None:
        draft = step.change.draft
        packing, packed = pack(draft.content) if draft else NOTHING
        patient = step.owner and self._rids[step.owner]
        written = step.written
        method = with_verb(packing, step.change.verb, new=written.outcome is Outcome.CREATED)
        self.rows["body"].append((step.rid, written.version, method, written.updated, patient, packed))
