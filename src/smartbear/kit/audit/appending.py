"""Appending records, in whatever transaction the caller is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import asyncpg

from smartbear.kit.audit.sealing import MARK
from smartbear.kit.db import Connection
from smartbear.kit.errors import Unavailable

_REFUSED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
)
_MESSAGE = "What is done here cannot be recorded at the moment."


class Sealed(NamedTuple):
    """A record as it is kept, and the marks of those it is about, one after another."""

    record: bytes
    marks: bytes


def inserting(records: str, marks: str) -> str:
    """A statement, or a part of one, that appends what two expressions of type ``bytea[]`` give."""
    return f"""INSERT INTO audit.event (record, about)
        SELECT n.record, CASE length(n.marks) WHEN 0 THEN NULL WHEN {MARK} THEN ARRAY[n.marks] ELSE ARRAY(
            SELECT substr(n.marks, i, {MARK}) FROM generate_series(1, length(n.marks), {MARK}) AS i) END
        FROM unnest({records}, {marks}) AS n (record, marks)"""  # noqa: S608 - names and numbers


def insertion(first: int) -> str:
    """``inserting`` the records in ``$first`` with the marks in the next."""
    return inserting(f"${first}::bytea[]", f"${first + 1}::bytea[]")


_APPEND = insertion(1)


async def append(connection: Connection, sealed: Sequence[Sealed]) -> None:
    """Append records in the caller's transaction. Unavailable if it cannot be done: no record, no access."""
    with required():
        await connection.execute(_APPEND, [one.record for one in sealed], [one.marks for one in sealed])


@contextmanager
def required() -> Iterator[None]:
    """Unavailable for what goes wrong inside because the trail is not there or may not be written."""
    try:
        yield
    except _REFUSED as error:
        raise Unavailable(_MESSAGE) from error
    except asyncpg.CheckViolationError as error:
        if error.schema_name != "audit":
            raise
        raise Unavailable(_MESSAGE) from error  # there is no partition for today
