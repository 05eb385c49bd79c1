"""Which rows a search starts from.

Two forms. *Resources*: rows of ``resource`` that meet every criterion; the planner starts from the most
selective one and sorts what is found. *Observations*: a walk along an index of ``obs`` in the order of time,
which stops when the page is full; for searches by patient, code, date and value, with what else is asked for
(a status, a category) looked up for each row met. The second must not be used where a criterion is far more
selective than the walk: then it would pass over thousands of rows to find one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search import observation
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.compartments import inside
from smartbear.cdr.store.search.criteria import Criteria
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.order import Key, Order, by_arrival, sorted_by
from smartbear.cdr.store.search.sql import FALSE, all_of, exists, select
from smartbear.cdr.store.search.values import Values
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.query import Chain, Criterion, Match, Missing, Query


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the matches are, which conditions they meet, and in which order they come."""

    source: str
    conditions: tuple[str, ...]
    order: Order
    arguments: Arguments
    is_broad: bool = False
    """Whether nothing but the type, or codes that many resources share, says which."""

    @property
    def where(self) -> str:
        """All conditions."""
        return all_of(self.conditions)


def plan(query: Query, access: Access, lookups: Lookups) -> Plan:
    """How to find the matches of a search."""
    arguments = Arguments()
    visibility = Visibility(access, arguments, lookups)
    criteria = Criteria(arguments, lookups, visibility, Values(arguments, lookups))
    types = {query.type} if query.type else set(query.types or definitions.resource_types())
    seen = sorted(lookups.type(kind) for kind in types & access.reads)
    if not seen:
        return Plan("resource r", (FALSE,), by_arrival(), arguments)
    if query.type == "Observation" and not query.within and _is_walk(query, lookups.bases):
        return _Walk(criteria).plan(query)
    kind = f"= {arguments.add(seen[0], 'int')}" if query.type else f"= ANY({arguments.add(seen, 'int[]')})"
    conditions = [f"r.type_id {kind}", "NOT r.deleted", visibility.of("r", types)]
    conditions += [criteria.condition("r", query.type, criterion) for criterion in query.criteria]
    if query.within:
        conditions.append(inside("r", query.within, types, lookups, arguments))
    everything = visibility.is_whole(query.type) and not query.criteria and not query.within
    order = by_arrival(all_of_type=everything)
    if query.sort:
        order = sorted_by(query.type, query.sort, lookups, arguments)
    broad = not query.criteria and not query.within
    return Plan("resource r", tuple(conditions), order, arguments, broad)


def _is_walk(query: Query, bases: tuple[str, ...]) -> bool:
    """Whether the order is that of time, and every criterion is either served by ``obs`` or a broad one."""
    by_date = [one.parameter.code for one in query.sort] in ([], ["date"])
    others = [criterion for criterion in query.criteria if not _is_hot(criterion, bases)]
    asked = bool(query.sort) or len(others) < len(query.criteria) or not query.criteria
    return by_date and asked and all(_is_broad(criterion) for criterion in others)


def _is_hot(criterion: Criterion, bases: tuple[str, ...]) -> bool:
    if isinstance(criterion, Chain):
        return observation.patients("Observation", criterion)
    return observation.served("Observation", criterion, bases) is not None


def _is_broad(criterion: Criterion) -> bool:
    """About codes that many resources share, such as status or category."""
    if not isinstance(criterion, Match):
        return isinstance(criterion, Missing)
    token = criterion.parameter.type is SearchType.TOKEN
    return token and criterion.parameter.code not in {"identifier", "_id"}


class _Walk:
    """Conditions on rows of ``obs``, alias ``o``, of which each match has exactly one."""

    def __init__(self, criteria: Criteria) -> None:
        self._criteria = criteria
        self._picked = False

    def plan(self, query: Query) -> Plan:
        """The walk for a query whose criteria are all hot or broad."""
        owners = [criterion for criterion in query.criteria if self._of_patient("o", criterion)]
        conditions = [self._criteria.visibility.of("o", {"Observation"})]
        conditions += [self._condition(criterion, owners) for criterion in query.criteria]
        if not self._picked:
            conditions.append("o.lead")
        chained = any(isinstance(criterion, Chain) for criterion in query.criteria)
        descending = query.sort[0].descending if query.sort else True
        # A chain is more selective than time: without a usable order the planner starts from the patients.
        time = Key("o.t0 + interval '0'" if chained else "o.t0", "timestamptz", descending)
        bases = self._criteria.lookups.bases
        broad = not any(_is_hot(criterion, bases) for criterion in query.criteria)
        return Plan("obs o", tuple(conditions), Order((time,), "o.rid"), self._criteria.arguments, broad)

    def _of_patient(self, alias: str, criterion: Criterion) -> str | None:
        """A condition that names patients, and so narrows every look at ``obs``."""
        if isinstance(criterion, Chain):
            return f"{alias}.patient IN ({self._criteria.targets(criterion)})"
        hot = self._hot(criterion)
        named = hot and hot.parameter.code in {"patient", "subject"}
        return observation.test(self._criteria.values, alias, hot) if hot and named else None

    def _condition(self, criterion: Criterion, owners: Sequence[Criterion]) -> str:
        if criterion in owners:
            return self._of_patient("o", criterion) or FALSE
        hot = self._hot(criterion)
        if hot is None:
            return self._looked_up(criterion)
        values = self._criteria.values
        if hot.parameter.code in observation.SHARED:
            return observation.test(values, "o", hot)
        picked = None if self._picked else observation.picks_one_row(values, "o", hot)
        if picked:
            self._picked = True
            return picked
        condition = observation.condition(values, "x", hot)
        if hot.modifier == "not":
            return f"NOT {exists(select('', 'obs x', 'x.rid = o.rid', condition))}"
        narrowed = [self._of_patient("x", owner) or FALSE for owner in owners]
        return f"o.rid IN ({select('x.rid', 'obs x', condition, *narrowed)})"

    def _looked_up(self, criterion: Criterion) -> str:
        """For each row of the walk: OFFSET 0 keeps the planner from starting at a code most rows have."""
        if isinstance(criterion, Match) and observation.is_trait("Observation", criterion.parameter.code):
            return self._criteria.has_trait("o", criterion)
        if isinstance(criterion, Match) and criterion.modifier != "not":
            found = self._criteria.rows("Observation", criterion, "x.rid = o.rid")
            return exists(f"{found} OFFSET 0")
        return self._criteria.condition("o", "Observation", criterion)

    def _hot(self, criterion: Criterion) -> Match | None:
        return observation.served("Observation", criterion, self._criteria.lookups.bases)
