"""Records in a file, one frame after another; what a crash has torn off at the end is no frame."""

import struct
import zlib
from collections.abc import Iterator

from smartbear.kit.audit.appending import Sealed

_HEAD = struct.Struct(">III")  # bytes of the record, bytes of the marks, CRC-32 of both


def framed(sealed: Sealed) -> bytes:
    """The frame of a record."""
    record, marks = sealed
    return b"".join(
        (_HEAD.pack(len(record), len(marks), zlib.crc32(marks, zlib.crc32(record))), record, marks)
    )


def frames_in(content: bytes, start: int) -> Iterator[tuple[int, Sealed]]:
    """Where each frame from ``start`` on ends, and what is in it; up to the first that is not whole."""
    while start + _HEAD.size <= len(content):
        size, more, checksum = _HEAD.unpack_from(content, start)
        middle = start + _HEAD.size + size
        end = middle + more
        record, marks = content[start + _HEAD.size : middle], content[middle:end]
        if end > len(content) or zlib.crc32(marks, zlib.crc32(record)) != checksum or not record:
            return
        yield end, Sealed(record, marks)
        start = end
