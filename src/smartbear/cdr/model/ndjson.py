"""NDJSON (https://hl7.org/fhir/R4/nd-json.html) as it comes: bytes in, whole lines out."""

from collections.abc import Iterator

from smartbear.kit.errors import TooLarge

PIECE = 1 << 20
"""Bytes from which lines make a piece. Where a piece ends depends on nothing but the text."""


class Lines:
    """Parts a text into pieces of whole lines, empty ones included, so that they can be counted."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = bytearray()
        self._lines: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[list[bytes]]:
        """The pieces that are full now; TooLarge for a line longer than may be."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            yield from self._add(bytes(self._rest) + chunk[start:end])
            self._rest.clear()
            start = end + 1
        self._rest += chunk[start:]
        self._expect_short(len(self._rest))

    def close(self) -> Iterator[list[bytes]]:
        """What is left; the last line need not end."""
        if self._rest:
            yield from self._add(bytes(self._rest))
        if self._lines:
            yield self._lines

    def _add(self, line: bytes) -> Iterator[list[bytes]]:
        self._expect_short(len(line))
        self._lines.append(line)
        self._size += len(line) + 1
        if self._size >= PIECE:
            yield self._lines
            self._lines, self._size = [], 0

    def _expect_short(self, length: int) -> None:
        if length > self._longest:
            raise TooLarge(f"A line may have at most {self._longest} bytes.")
