"""Pieces of SQL put together. Values are never among them: they travel as ``Arguments``."""

from collections.abc import Iterable

FALSE = "FALSE"
TRUE = "TRUE"


def any_of(conditions: Iterable[str]) -> str:
    """OR, without those that nothing meets; FALSE if none is left."""
    found = list(dict.fromkeys(condition for condition in conditions if condition != FALSE))
    return f"({' OR '.join(f'({condition})' for condition in found)})" if found else FALSE


def all_of(conditions: Iterable[str]) -> str:
    """AND, without those that everything meets; TRUE if none is left."""
    found = list(dict.fromkeys(condition for condition in conditions if condition != TRUE))
    return FALSE if FALSE in found else " AND ".join(found) or TRUE


def select(columns: str, source: str, *conditions: str) -> str:
    """A selection of the rows of a table, or of joined ones, that meet all conditions."""
    return " ".join(("SELECT", columns, "FROM", source, "WHERE", all_of(conditions)))


def exists(selection: str) -> str:
    """Whether a selection has a row."""
    return f"EXISTS ({selection})"
