"""Judging a batch of readings: how the person stands, and what the rules make of blood pressures."""

from collections.abc import Sequence
from dataclasses import dataclass

from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.events import ReadingsAccepted
from smartbear.decisions.actions.rulebook import RuleBook
from smartbear.decisions.actions.settle import Case, settle
from smartbear.decisions.model import standing
from smartbear.decisions.model.limits import Limits
from smartbear.decisions.model.pressure import Judge, Pressure
from smartbear.decisions.store import episodes, limits, people, standings
from smartbear.decisions.store.episodes import Span
from smartbear.kit.context import Context


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs besides the readings."""

    context: Context
    book: RuleBook
    cdr: CdrClient


async def evaluate(bench: Bench, event: ReadingsAccepted) -> None:
    """Take a batch into account in one transaction; told again, it changes nothing.

    The person's conditions are asked for before, and only if a value could matter to a rule: the repository
    not answering means «try again later», never «no alert».
    """
    async with bench.context.db.connection() as connection:
        known = Limits(bench.book.limits, await limits.history(connection, event.subject))
    pressures = [pressure for reading in event.readings if (pressure := Pressure.of(reading))]
    conditions = await _conditions(bench, event.subject, pressures, known)
    newest, marks = standing.newest(event.readings, known), standing.marks(event.readings, known)
    async with bench.context.db.transaction() as tx:
        await people.lock(tx, event.subject)
        if newest:
            await standings.put(tx, event.subject, newest, marks)
        if pressures:
            now = bench.context.clock.now()
            await episodes.add_pressures(tx, event.subject, pressures)
            instants = [pressure.measured_at for pressure in pressures]
            case = Case(event.subject, Span(min(instants), max(instants)), conditions, known, now)
            await settle(tx, bench.context, bench.book, case)


async def _conditions(
    bench: Bench, subject: str, pressures: Sequence[Pressure], known: Limits
) -> frozenset[str]:
    """The person's SNOMED CT codes if any rule finds any of the pressures extreme, else none."""
    judges = [Judge(rule, known) for rule in bench.book.rules]
    if not any(judge.is_extreme(pressure) for judge in judges for pressure in pressures):
        return frozenset()
    return frozenset(condition.code for condition in await bench.cdr.conditions(subject))
