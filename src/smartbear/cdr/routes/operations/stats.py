"""``$stats`` over HTTP."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from smartbear.cdr.actions.stats import Series, series
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.measurement import Coding, Measurement
from smartbear.cdr.model.statistics import PLAIN, STATISTICS, TOTAL, statistic
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.search import grammar
from smartbear.fhir.search.escapes import escape
from smartbear.fhir.search.query import Query

_SYSTEM = "http://terminology.hl7.org/CodeSystem/observation-statistics"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_KNOWN = frozenset(
    {"subject", "code", "system", "coding", "duration", "period", "statistic", "include", "limit"}
)
_MOST_CODES = 20
_HOURS = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)
_MOST_SOURCES = 1000


async def stats_route(repository: Repository, call: Call) -> Answer:
    """``[base]/Observation/$stats``: Parameters with ``statistics`` and, where asked for, ``source``."""
    given = await given_to(repository, call)
    given.expect_among(_KNOWN)
    subject, wanted = given.text("subject"), _statistics(given)
    if subject is None:
        raise refused("subject", "required", "name the subject")
    period, kept = _period(repository, given), _sources(given)
    members: list[dict[str, Any]] = []
    sources: dict[str, bytes] = {}
    for coding in _codings(given):
        query = _query(repository, subject, coding, period)
        found = await series(repository, call.access, query, coding, kept)
        told = _observations(found, wanted, coding, subject, period)
        members += [{"name": "statistics", "resource": one} for one in told]
        sources |= {one.target.id: one.json() for one in found.sources}
    parts = [json.encode(one) for one in members]
    parts += [b'{"name":"source","resource":' + one + b"}" for one in list(sources.values())[:kept]]
    return Answer(200, b'{"resourceType":"Parameters","parameter":[' + b",".join(parts) + b"]}")


def _query(repository: Repository, subject: str, coding: Coding, period: dict[str, str]) -> Query:
    system, code = coding
    token = escape(code) if system is None else f"{escape(system)}|{escape(code)}"
    criteria = [("subject", escape(subject)), ("combo-code", token), ("status:not", "entered-in-error")]
    criteria += [("date", f"{'ge' if end == 'start' else 'le'}{moment}") for end, moment in period.items()]
    return grammar.parse("Observation", criteria, now=repository.context.clock.now())


def _observations(
    found: Series, wanted: Sequence[str], coding: Coding, subject: str, period: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """One for each unit in which the values are given, since values of different units do not add up."""
    by_unit: dict[tuple[str | None, str], list[Measurement]] = defaultdict(list)
    for one in found.measurements:
        by_unit[one.system, one.code].append(one)
    system, code = coding
    shared: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"code": code} | ({"system": system} if system else {})]},
        "subject": {"reference": subject},
    } | ({"effectivePeriod": period} if period else {})
    for some in by_unit.values() or [[]]:
        values = sorted(one.value for one in some)
        unit = some[0] if some else None
        yield shared | {"component": [_component(name, values, unit, found.number) for name in wanted]}


def _component(name: str, values: Sequence[Decimal], unit: Measurement | None, number: int) -> dict[str, Any]:
    code = {"code": {"coding": [{"system": _SYSTEM, "code": name}]}}
    value = Decimal(number) if name == TOTAL else statistic(name, values)
    if value is None:
        return code | {"dataAbsentReason": {"coding": [{"system": _ABSENT, "code": "not-applicable"}]}}
    if name in PLAIN or unit is None:
        return code | {"valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": "1"}}
    squared = "({})2" if name == "variance" else "{}"
    quantity = {"value": value, "unit": squared.format(unit.unit), "code": squared.format(unit.code)}
    return code | {"valueQuantity": quantity | ({"system": unit.system} if unit.system else {})}


def _statistics(given: Given) -> list[str]:
    names = list(dict.fromkeys(name for text in given.texts("statistic") for name in text.split(",")))
    if not names:
        raise refused("statistic", "required", "name at least one statistic")
    if any(name not in STATISTICS and name != TOTAL for name in names):
        raise refused("statistic", "not-supported", f"must be among {', '.join([*STATISTICS, TOTAL])}")
    return names


def _codings(given: Given) -> list[Coding]:
    system = given.text("system")
    found: list[Coding] = [(system, code) for code in given.texts("code")]
    structures = given.structures("coding")
    if not all("code" in one for one in structures):
        raise refused("coding", "required", "must have a code")
    found += [(one.get("system"), one["code"]) for one in structures]
    if not 0 < len(found) <= _MOST_CODES:
        raise refused("code", "required", f"name 1 to {_MOST_CODES} codes")
    return found


def _period(repository: Repository, given: Given) -> dict[str, str]:
    """The time asked for, as a FHIR Period; empty for all times."""
    periods, hours = given.structures("period"), given.text("duration")
    if len(periods) + (hours is not None) > 1:
        raise refused("period", "invalid", "name one period or one duration")
    if hours is None:
        return {end: one[end] for one in periods for end in ("start", "end") if end in one}
    if not _HOURS.fullmatch(hours):
        raise refused("duration", "value", "must be a number of hours, up to a century")
    return {"start": instant(repository.context.clock.now() - timedelta(hours=float(hours)))}


def _sources(given: Given) -> int:
    """How many of the observations to give back."""
    include, limit = given.text("include"), given.text("limit")
    if include not in {None, "true", "false"}:
        raise refused("include", "value", "must be true or false")
    if limit is not None and not (limit.isascii() and limit.isdigit() and int(limit[:20]) > 0):
        raise refused("limit", "value", "must be a whole number above 0")
    return min(int(limit) if limit else _MOST_SOURCES, _MOST_SOURCES) if include == "true" else 0


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("Observation", "$stats"): {"GET": stats_route, "POST": stats_route},
}
"""Shape of an address → method → interaction."""
