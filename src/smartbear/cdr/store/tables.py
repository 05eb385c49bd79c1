"""The tables writes go to, and the one statement that writes a group's rows into all of them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from smartbear.kit import audit

Column = tuple[str, str]

_PART = (("param", "int"), ("part", "smallint"))
_SPAN = (("t0", "timestamptz"), ("t1", "timestamptz"))
_RANGE = (("low", "float8"), ("high", "float8"))
_CANONICAL = (("canonical_low", "float8"), ("canonical_high", "float8"))
_RID = ("rid", "bigint")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "resource": (
        _RID,
        ("type_id", "int"),
        ("id", "text"),
        ("ver", "int"),
        ("upd", "timestamptz"),
        ("patient", "bigint"),
        ("deleted", "bool"),
        ("organisation", "text"),
        ("digest", "bytea"),
    ),
    "body": (
        _RID,
        ("ver", "int"),
        ("method", "smallint"),
        ("upd", "timestamptz"),
        ("patient", "bigint"),
        ("content", "bytea"),
    ),
    "obs": (
        ("patient", "bigint"),
        ("traits", "bigint"),
        *_SPAN,
        ("code", "text"),
        ("system", "int"),
        ("words", "text"),
        ("unit", "int"),
        *_RANGE,
        *_CANONICAL,
        ("canonical", "int"),
        ("component", "bool"),
        ("lead", "bool"),
        ("once", "bool"),
        _RID,
    ),
    "ix_token": (*_PART, ("system", "int"), ("code", "text"), ("words", "text"), _RID),
    "ix_ref": (*_PART, ("target", "bigint"), ("url", "text"), ("version", "text"), _RID),
    "ix_date": (*_PART, *_SPAN, _RID),
    "ix_text": (*_PART, ("folded", "text"), ("exact", "text"), _RID),
    "ix_number": (*_PART, *_RANGE, _RID),
    "ix_quantity": (*_PART, ("unit", "int"), ("canonical", "int"), *_RANGE, *_CANONICAL, _RID),
    "ix_uri": (*_PART, ("uri", "text"), _RID),
    "ix_position": (("param", "int"), ("latitude", "float8"), ("longitude", "float8"), _RID),
    "ix_subscription": (("access", "text"), _RID),
    "ix_code_system": (
        ("url", "text"),
        ("version", "text"),
        ("name", "text"),
        ("case_sensitive", "bool"),
        _RID,
    ),
    "ix_concept": (
        ("position", "int"),
        ("code", "text"),
        ("above", "text"),
        ("lead", "bool"),
        ("inactive", "bool"),
        ("abstract", "bool"),
        ("display", "text"),
        ("detail", "text"),
        _RID,
    ),
    "ix_words": (("narrative", "text"), ("content", "text"), _RID),
    "type_delta": (("type_id", "int"), ("delta", "bigint")),
}
INDEXES = ("obs", *(table for table in COLUMNS if table.startswith("ix_")))


_SUPERSEDED = tuple(column for column in COLUMNS["resource"] if column[0] not in {"type_id", "id"})
"""What another version changes in a row that is there, and which row it is."""


@cache
def insertion(tables: tuple[str, ...], *, superseding: bool = False, recorded: bool = False) -> str:
    """One statement that takes each column of ``tables`` as an array; there are as few as kinds of groups.

    Before those come, if it is ``superseding``, the arrays of what becomes of rows that are there, and the
    rids whose index rows go first. After those come, if it is ``recorded``, the arrays of records of the
    audit trail. The last argument is the generation of the catalogue of search parameters that the rows were
    made by: the statement fails if there is a newer one.
    """
    parts, source, position = [], "", 0
    if superseding:
        kinds = [kind for _, kind in _SUPERSEDED] + ["bigint"]
        position = len(kinds)
        arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(kinds, 1))
        parts.append(f"held AS MATERIALIZED (SELECT supersede({arrays}))")
        source = "held, "  # nothing is inserted before what it replaces has gone
    for table in tables:
        names = ", ".join(name for name, _ in COLUMNS[table])
        arrays = ", ".join(f"${position + n}::{kind}[]" for n, (_, kind) in enumerate(COLUMNS[table], 1))
        position += len(COLUMNS[table])
        rows = f"SELECT n.* FROM {source}unnest({arrays}) AS n"  # noqa: S608 - kinds from the table above
        parts.append(f"in_{table} AS (INSERT INTO {table} ({names}) {rows})")
    if recorded:
        parts.append(f"recorded AS ({audit.insertion(position + 1)})")
        position += 2
    return f"WITH {', '.join(parts)} {_CHECK.format(position + 1)}"


_CHECK = "SELECT refuse_old_catalogue() FROM catalogue WHERE generation <> ${}::int"


def columns(rows: Mapping[str, Sequence[tuple[Any, ...]]], tables: tuple[str, ...]) -> list[list[Any]]:
    """The arguments of ``insertion(tables)``."""
    return [list(column) for table in tables for column in zip(*rows[table], strict=True)]


DISCARD = "SELECT discard($1::bigint[])"
"""Removes everything that the resources in $1 were found by."""

DISCARD_CONTENT = "SELECT discard_content($1::bigint[])"
"""Removes what the resources in $1 were found by for what is in them."""
