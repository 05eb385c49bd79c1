"""Pieces of files: whole lines, packed as one frame of zstd each.

A frame of a megabyte of like resources takes a tenth of it. To unpack one takes a millisecond; packing goes
on in a thread, beside what makes the next.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import zstandard

from smartbear.cdr.model.bulk import File, Purpose
from smartbear.kit.db import Connection, Database
from smartbear.kit.errors import Gone

_LEVEL = 1
_decompressor = zstandard.ZstdDecompressor()

_WRITE = """
    INSERT INTO bulk_piece (job, file, part, purpose, type, lines, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (job, file, part) DO UPDATE SET lines = excluded.lines, content = excluded.content"""
_READ = "SELECT content FROM bulk_piece WHERE job = $1 AND file = $2 AND part = $3"
_FILES = """
    SELECT file AS number, purpose, type, sum(lines)::bigint AS lines, array_agg(part ORDER BY part) AS parts
    FROM bulk_piece WHERE job = $1 GROUP BY file, purpose, type ORDER BY file"""
_SETTLE = "UPDATE bulk_piece SET lines = $4, content = '' WHERE job = $1 AND file = $2 AND part = $3"
_PARTS = "SELECT count(*) FROM bulk_piece WHERE job = $1 AND file = $2"


class Piece(NamedTuple):
    """Some lines of a file, and which part of it they are."""

    file: int
    part: int
    purpose: Purpose
    type: str
    lines: Sequence[bytes]


async def write(tx: Connection, job: str, piece: Piece) -> None:
    """Put a piece in its place; the same piece again replaces what was there."""
    *place, lines = piece
    content = await asyncio.to_thread(zstandard.compress, b"\n".join(lines) + b"\n", _LEVEL)
    await tx.execute(_WRITE, job, *place, len(lines), content)


async def read(connection: Connection, job: str, file: int, part: int) -> bytes | None:
    """The lines of a piece."""
    packed: bytes | None = await connection.fetchval(_READ, job, file, part)
    return packed and _decompressor.decompress(packed)


async def files(connection: Connection, job: str) -> list[File]:
    """The files of a job, by number."""
    return [File(**dict(row)) for row in await connection.fetch(_FILES, job)]


async def stream(db: Database, job: str, file: File) -> AsyncIterator[bytes]:
    """A file from beginning to end; Gone if it is removed meanwhile."""
    for part in file.parts:
        async with db.connection() as connection:
            piece = await read(connection, job, file.number, part)
        if piece is None:
            raise Gone("The file has been removed.")
        yield piece


async def settle(tx: Connection, job: str, file: int, part: int, lines: int) -> None:
    """A piece of an input is done with: what stays of it is how many of its lines were taken."""
    await tx.execute(_SETTLE, job, file, part, lines)


async def parts(connection: Connection, job: str, file: int) -> int:
    """How many pieces a file has."""
    found: int = await connection.fetchval(_PARTS, job, file)
    return found
