"""Candidates for the newest observations of each kind, out of those a search finds."""

from smartbear.cdr.model.newest import Candidate, Code
from smartbear.cdr.store.search import observation
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.plan import Plan
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.search.values import Values
from smartbear.fhir.search.query import Match, Query
from smartbear.kit.db import Connection

_OF_TEXT = -1  # in place of a system, where there are no codes

_CANDIDATES = """
    WITH found AS MATERIALIZED ({found}),
    ranked AS (
        SELECT rid, patient, system, code, dense_rank() OVER (ORDER BY t0 DESC) AS age,
            rank() OVER (PARTITION BY patient, system, code ORDER BY t0 DESC) AS place
        FROM found)
    (SELECT rid, patient, age, system, code, NULL::int AS other_system, NULL::text AS other_code
        FROM ranked WHERE place <= {most} LIMIT {limit})
    UNION ALL
    SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::bigint, a.system, a.code, b.system, b.code
        FROM found a JOIN found b ON b.rid = a.rid AND b.lead AND NOT a.lead"""


async def candidates(
    connection: Connection, plan: Plan, query: Query, lookups: Lookups, most: int, limit: int, seconds: float
) -> tuple[list[Candidate], list[tuple[Code, Code]]]:
    """The ``most`` newest under each code, at most ``limit`` in all, and the codes that occur together."""
    arguments = plan.arguments
    matching = select(f"{plan.order.rid} AS rid", plan.source, plan.where)
    values = Values(arguments, lookups)
    narrowed = [observation.test(values, "h", hot) for hot in _named_patients(query, lookups.bases)]
    system = f"CASE WHEN h.code IS NULL THEN {_OF_TEXT} ELSE h.system END AS system"
    columns = f"h.rid, h.patient, h.t0, h.lead, {system}, coalesce(h.code, h.words, '') AS code"
    found = select(columns, "obs h", "NOT h.component", *narrowed, f"h.rid IN ({matching})")
    statement = _CANDIDATES.format(
        found=found, most=arguments.add(most, "bigint"), limit=arguments.add(limit, "bigint")
    )
    sql, bound = arguments.bind(statement)
    rows = await connection.fetch(sql, *bound, timeout=seconds)
    newest = [
        Candidate(row["rid"], row["patient"], row["age"], (row["system"], row["code"]))
        for row in rows
        if row["rid"] is not None
    ]
    same = [
        ((row["system"], row["code"]), (row["other_system"], row["other_code"]))
        for row in rows
        if row["rid"] is None
    ]
    return newest, same


def _named_patients(query: Query, bases: tuple[str, ...]) -> list[Match]:
    """Criteria that name patients: they narrow the look at the codes too."""
    hot = (observation.served("Observation", criterion, bases) for criterion in query.criteria)
    return [one for one in hot if one and one.parameter.code in {"patient", "subject"}]
