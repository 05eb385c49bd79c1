"""The Merkle tree of RFC 6962 §2.1: hashes of leaves and nodes, roots, and the checking of proofs.

A tree grows on the right only. Of a tree that grows, a ``Range`` keeps one hash for each perfect subtree, so
adding a leaf and computing the root take O(log n) time and memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(record: bytes) -> bytes:
    """The leaf of a record's bytes."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above two others."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a perfect subtree of 2**level leaves, the index-th of its level from the left."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Range:
    """A tree reduced to what is needed to go on: the roots of its perfect subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError("a range has as many peaks as its size has binary ones")

    @property
    def root(self) -> bytes:
        """The Merkle tree hash."""
        return fold(self.peaks)

    def extend(self, leaves: Iterable[bytes]) -> tuple["Range", list[Node]]:
        """The tree with more leaves, and every node that the leaves completed, the leaves among them."""
        size, peaks, completed = self.size, list(self.peaks), []
        for leaf in leaves:
            completed.append(Node(0, size, leaf))
            level, node = 0, leaf
            while size >> level & 1:
                level, node = level + 1, node_hash(peaks.pop(), node)
                completed.append(Node(level, size >> level, node))
            peaks.append(node)
            size += 1
        return Range(size, tuple(peaks)), completed


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root above perfect subtrees that stand side by side, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def includes(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows the leaf at a position of the tree with this root: RFC 9162 §2.1.3.2."""
    if not 0 <= position < size:
        return False
    first, last, found = position, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if first & 1 or first == last:
            found = node_hash(sibling, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        first, last = first >> 1, last >> 1
    return not last and found == root


def extends(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree (size, root) begins with the old one: RFC 9162 §2.1.4.2."""
    (old_size, old_root), (size, root) = old, new
    if not 0 <= old_size <= size:
        return False
    if old_size in (0, size):
        return not proof and old_root == (root if old_size else EMPTY_ROOT)
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return False
    return _climb(old_size - 1, size - 1, path) == (old_root, root)


def _climb(first: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of both trees that a consistency proof leads to; None if its length is wrong."""
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if not last:
            return None
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    return None if last else (old, new)
