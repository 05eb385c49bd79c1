"""gzip (RFC 1952) as it comes, of one member or several, never unpacked further than is allowed."""

import zlib
from collections.abc import Iterator

from smartbear.kit.errors import BadInput, TooLarge

MAGIC = b"\x1f\x8b"
"""What gzip begins with, and no line of JSON."""
_PIECE = 1 << 18  # bytes unpacked at a time: a small chunk may hold a thousand times as much


class Gunzip:
    """Bytes in, at most ``limit`` bytes out altogether."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit
        self._member = _member()
        self._is_begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What the chunk holds, in small pieces; TooLarge beyond the limit, BadInput if it is no gzip."""
        while chunk:
            self._is_begun = True
            try:
                piece = self._member.decompress(chunk, _PIECE)
            except zlib.error:
                raise BadInput("The body is not what gzip makes.") from None
            self._left -= len(piece)
            if self._left < 0:
                raise TooLarge(f"The body may have at most {self._limit} bytes when it is unpacked.")
            if piece:
                yield piece
            chunk = self._member.unconsumed_tail
            if self._member.eof:
                chunk, self._member, self._is_begun = self._member.unused_data, _member(), False

    def close(self) -> None:
        """BadInput if the last member has no end."""
        if self._is_begun:
            raise BadInput("The body breaks off.")


def _member() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
