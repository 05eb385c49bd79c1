"""Hashes of a tree kept as tiles, and proofs computed from them.

A tile holds up to 256 hashes of one level, side by side; only levels 0, 8, 16 … are kept, as in C2SP
tlog-tiles. What lies between is computed. So a leaf costs 32 bytes and an eighth of a byte more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from smartbear.assurance.model.merkle import Node, fold, node_hash

HEIGHT = 8
"""Levels a tile spans."""
WIDTH = 1 << HEIGHT
"""Hashes a full tile holds."""
_HASH = 32

TileId = tuple[int, int]
"""Level of a tile (its hashes are of level 8 times this) and its number in the level."""

_Span = tuple[int, int]  # leaves from … up to, not including


def tiles_of(nodes: Iterable[Node]) -> dict[TileId, bytes]:
    """What nodes that were just completed add to the end of each tile."""
    added: defaultdict[TileId, list[bytes]] = defaultdict(list)
    for node in nodes:
        if node.level % HEIGHT == 0:
            added[node.level // HEIGHT, node.index // WIDTH].append(node.hash)
    return {tile: b"".join(hashes) for tile, hashes in added.items()}


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of one tree. A KeyError says that a tile is missing, or is too short."""

    found: Mapping[TileId, bytes]

    def node(self, level: int, index: int) -> bytes:
        """The root of the index-th perfect subtree of 2**level leaves."""
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        tile, offset = (tile_level, first // WIDTH), first % WIDTH
        hashes = self.found[tile][offset * _HASH : (offset + (1 << above)) * _HASH]
        if len(hashes) != _HASH << above:
            raise KeyError(tile)
        nodes = [hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH)]
        while len(nodes) > 1:
            nodes = [node_hash(*pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
        return nodes[0]

    def leaf(self, position: int) -> bytes:
        """The leaf at a position."""
        return self.node(0, position)

    def root(self, size: int) -> bytes:
        """The root of the tree of the first ``size`` leaves."""
        return self._hash((0, size))

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof that a leaf is in the tree of this size: RFC 6962 §2.1.1."""
        return [self._hash(span) for span in inclusion_spans(position, size)]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """The proof that the tree of this size begins with the old one: RFC 6962 §2.1.2."""
        return [self._hash(span) for span in consistency_spans(old, size)]

    def _hash(self, span: _Span) -> bytes:
        return fold([self.node(level, index) for level, index in _perfect(span)])


def inclusion_spans(position: int, size: int) -> list[_Span]:
    """Whose hashes make an inclusion proof, from the leaf upwards."""
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, size: int) -> list[_Span]:
    """Whose hashes make a consistency proof, from the bottom upwards; none from or to the same tree."""
    if old in (0, size):
        return []
    spans, start, end = [], 0, size
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [*([(start, end)] if start else []), *spans[::-1]]


def needed(spans: Iterable[_Span]) -> set[TileId]:
    """The tiles from which the hashes of spans are computed."""
    nodes = (node for span in spans for node in _perfect(span))
    return {(level // HEIGHT, (index << level % HEIGHT) // WIDTH) for level, index in nodes}


def _perfect(span: _Span) -> Iterator[tuple[int, int]]:
    """Level and index of the perfect subtrees of a span that starts where a subtree of its size would."""
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def leaves_of(tile: bytes) -> Sequence[bytes]:
    """The hashes of a tile."""
    return [tile[at : at + _HASH] for at in range(0, len(tile), _HASH)]
