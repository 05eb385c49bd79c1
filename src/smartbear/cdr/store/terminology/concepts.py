"""Concepts of stored code systems."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

import asyncpg

from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.sql import TRUE, exists, select
from smartbear.fhir.terminology.composition import Filter
from smartbear.fhir.terminology.concepts import Concept, Head
from smartbear.kit.db import Reader
from smartbear.kit.errors import FieldError, Unprocessable

_HEAD = itemgetter("url", "version", "name", "case_sensitive")
_CONCEPT = itemgetter("code", "display", "inactive", "abstract", "detail")
_FIND = """
    SELECT s.rid, s.url, s.version, s.name, s.case_sensitive
    FROM ix_code_system s JOIN resource r ON r.rid = s.rid
    WHERE left(s.url, 256) = left($1, 256) AND s.url = $1 AND ($2::text IS NULL OR s.version = $2)
    ORDER BY r.upd DESC, r.rid DESC LIMIT 1"""
_BY_ID = """
    SELECT s.rid, s.url, s.version, s.name, s.case_sensitive
    FROM ix_code_system s JOIN resource r ON r.rid = s.rid WHERE r.type_id = $1 AND r.id = $2"""
_LINKED = """
    WITH RECURSIVE tree (code) AS (
        SELECT {start} UNION SELECT e.code FROM tree CROSS JOIN LATERAL (
            SELECT lower(x.{there}) AS code FROM ix_concept x
            WHERE x.rid = {rid} AND lower(x.{here}) = tree.code AND x.{there} IS NOT NULL OFFSET 0) e)
    SELECT code FROM tree"""  # OFFSET: look up one after the other, whatever size the planner expects
_ABOVE = """
    SELECT above FROM ix_concept
    WHERE rid = $1 AND lower(code) = lower($2 COLLATE "C") AND above IS NOT NULL ORDER BY position"""
_BELOW = """
    SELECT code FROM ix_concept
    WHERE rid = $1 AND lower(above) = lower($2 COLLATE "C") ORDER BY position LIMIT $3"""
_TEXT = 'text COLLATE "C"'  # as the columns are, so that all are put in lower case alike
_NAMED = """
    (SELECT DISTINCT lower(g.code COLLATE "C") AS code FROM unnest({codes}) g (code)) n
    CROSS JOIN LATERAL (
        SELECT * FROM ix_concept x WHERE x.rid = {rid} AND lower(x.code) = n.code AND x.lead OFFSET 0) c"""
_CODE = frozenset({"concept", "code"})
_MOST_REGEX = 256  # characters


class System(NamedTuple):
    """A stored code system."""

    rid: int
    head: Head


async def find(connection: Reader, url: str, version: str | None) -> System | None:
    """The code system at this address, the newest if there are several; it belongs to no patient."""
    return _system(await connection.fetchrow(_FIND, url, version))


async def find_by_id(connection: Reader, type_number: int, resource_id: str) -> System | None:
    """The code system that is this resource."""
    return _system(await connection.fetchrow(_BY_ID, type_number, resource_id))


def _system(row: "asyncpg.Record | None") -> System | None:
    return System(row["rid"], Head(*_HEAD(row))) if row else None


async def chosen(
    connection: Reader,
    system: System,
    filters: Sequence[Filter] = (),
    codes: Iterable[str] | None = None,
    *,
    limit: int,
    detailed: bool = False,
) -> list[Concept]:
    """At most ``limit`` concepts that meet all filters, of the codes alone if some are given.

    Unprocessable for a regular expression that is none; a costly one ends with the statement's time.
    """
    arguments = Arguments()
    rid = arguments.add(system.rid, "bigint")
    conditions = [_condition(one, arguments, rid, few=codes is not None) for one in filters]
    if codes is None:
        source = "ix_concept c"
        conditions += [f"c.rid = {rid}", "c.lead"]
    else:
        source = _NAMED.format(codes=arguments.add(sorted(set(codes)), "text[]"), rid=rid)
    detail = "c.detail" if detailed else "NULL AS detail"
    columns = f"c.code, c.display, c.inactive, c.abstract, {detail}"
    rows_of = f"{select(columns, source, *conditions)} ORDER BY c.position"
    sql, values = arguments.bind(f"{rows_of} LIMIT {arguments.add(limit, 'bigint')}")
    try:
        rows = await connection.fetch(sql, *values)
    except asyncpg.InvalidRegularExpressionError:
        raise _refused("is no regular expression") from None
    wanted = None if codes is None or not system.head.case_sensitive else frozenset(codes)
    url, version = system.head.url, system.head.version
    return [Concept(url, version, *_CONCEPT(row)) for row in rows if wanted is None or row["code"] in wanted]


async def above(connection: Reader, system: System, code: str) -> list[str]:
    """Codes that are directly above a concept."""
    rows = await connection.fetch(_ABOVE, system.rid, code)
    return [row["above"] for row in rows]


async def below(connection: Reader, system: System, code: str, limit: int) -> list[str]:
    """Codes that are directly below a concept."""
    rows = await connection.fetch(_BELOW, system.rid, code, limit)
    return [row["code"] for row in rows]


async def relatives(connection: Reader, system: System, code: str, *, below: bool, limit: int) -> list[str]:
    """A code and everything below or above it, in lower case."""
    here, there = ("above", "code") if below else ("code", "above")
    sql = _LINKED.format(start=f"lower($2::{_TEXT})", rid="$1", here=here, there=there)
    rows = await connection.fetch(f"{sql} LIMIT $3", system.rid, code, limit)
    return [row["code"] for row in rows]


def _condition(one: Filter, arguments: Arguments, rid: str, *, few: bool) -> str:
    value = arguments.add(one.value, _TEXT)
    if one.operator in {"is-a", "is-not-a", "descendent-of", "generalizes"}:
        if one.property not in _CODE:
            raise _refused("an operator of the hierarchy is about the property «concept»")
        return _in_tree(one.operator, value, rid, few=few)
    if one.property == "parent" and one.operator == "=":
        same = f"e.rid = {rid}", "lower(e.code) = lower(c.code)", f"lower(e.above) = lower({value})"
        return exists(select("", "ix_concept e", *same))
    if one.property in _CODE or one.property == "display":
        return _compared(one, "c.display" if one.property == "display" else "c.code", value, arguments)
    name = arguments.add(one.property, "text")
    said = "coalesce(p->>'valueCode', p->>'valueString', p->'valueCoding'->>'code', p->>'valueBoolean', \
p->>'valueInteger', p->>'valueDecimal', p->>'valueDateTime')"
    source = "jsonb_array_elements(c.detail::jsonb->'property') p"
    if one.operator == "exists":
        there = exists(select("", source, f"p->>'code' = {name}"))
        return there if one.value == "true" else f"NOT {there}"
    of_name = f"p->>'code' = {name}"
    if one.operator == "not-in":
        inside = _compared(one._replace(operator="in"), said, value, arguments)
        return f"NOT {exists(select('', source, of_name, inside))}"
    return exists(select("", source, of_name, _compared(one, said, value, arguments)))


def _in_tree(operator: str, value: str, rid: str, *, few: bool) -> str:
    """Few concepts are asked what is above them, many are found by what is below the one named."""
    code = "lower(c.code)"
    itself = f"{code} = lower({value})"
    if operator == "generalizes":
        tree = _LINKED.format(start=f"lower({value})", rid=rid, here="code", there="above")
        return f"({code} IN ({tree})) IS TRUE"
    if few:
        tree = _LINKED.format(start=code, rid=rid, here="code", there="above")
        inside = f"lower({value}) IN ({tree})"
    else:
        tree = _LINKED.format(start=f"lower({value})", rid=rid, here="above", there="code")
        inside = f"({code} IN ({tree})) IS TRUE"  # so it is hashed, not joined
    if operator == "descendent-of":
        return f"NOT {itself} AND {inside}"
    return inside if operator == "is-a" else f"NOT {inside}"


def _compared(one: Filter, said: str, value: str, arguments: Arguments) -> str:
    match one.operator:
        case "=":
            return f"{said} = {value}"
        case "in" | "not-in":
            some = arguments.add([each.strip() for each in one.value.split(",")], "text[]")
            return f"{'NOT ' if one.operator == 'not-in' else ''}{said} = ANY({some})"
        case "regex":
            if len(one.value) > _MOST_REGEX:
                raise _refused("the regular expression is too long")
            return f"{said} ~ {arguments.add(f'^(?:{one.value})$', 'text')}"
        case "exists":
            return TRUE if one.value == "true" else "FALSE"
    raise _refused("this operator is not known for this property")


def _refused(reason: str) -> Unprocessable:
    fault = FieldError("ValueSet.compose.include.filter", "not-supported", reason)
    return Unprocessable("The value set has a filter that cannot be followed.", errors=(fault,))
