"""The laws of the tree, against the definition of RFC 6962 written down as it stands there."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.assurance.model.merkle import EMPTY_ROOT, Range, extends, includes, leaf_hash, node_hash
from smartbear.assurance.model.tiles import (
    Tiles,
    consistency_spans,
    inclusion_spans,
    needed,
    tiles_of,
)

SIZES = st.integers(1, 700)


def defined(leaves):
    """MTH of RFC 6962 §2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(defined(leaves[:half]), defined(leaves[half:]))


def leaves_of(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


def grown(leaves):
    tree, nodes = Range().extend(leaves)
    return tree, Tiles(tiles_of(nodes))


def test_the_hashes_are_those_of_certificate_transparency():
    # computed by hand from RFC 6962 §2.1: H(0x00), and the root of the leaves "" and 0x00
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    tree, _ = Range().extend([leaf_hash(b""), leaf_hash(b"\x00")])
    assert tree.root.hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"


@given(SIZES, st.data())
def test_a_tree_grown_in_steps_has_the_root_of_the_definition(size, data):
    leaves, tree, collected = leaves_of(size), Range(), {}
    while tree.size < size:
        step = data.draw(st.integers(1, size - tree.size))
        tree, nodes = tree.extend(leaves[tree.size : tree.size + step])
        for tile, hashes in tiles_of(nodes).items():
            collected[tile] = collected.get(tile, b"") + hashes
    assert tree.root == defined(leaves) == Tiles(collected).root(size)
    assert len(tree.peaks) == size.bit_count()


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(size, data):
    position = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    tree, tiles = grown(leaves)
    proof = tiles.inclusion(position, size)
    assert includes(leaves[position], position, size, proof, tree.root)
    assert not includes(leaf_hash(b"another"), position, size, proof, tree.root)
    elsewhere = data.draw(st.integers(-1, size + 1).filter(lambda other: other != position))
    assert not includes(leaves[position], elsewhere, size, proof, tree.root)
    assert not includes(leaves[position], position, size, [*proof, EMPTY_ROOT], tree.root)
    for place in range(len(proof)):
        assert not includes(leaves[position], position, size, proof[:place] + proof[place + 1 :], tree.root)


@given(SIZES, st.data())
def test_every_tree_is_proved_to_begin_with_each_earlier_one(size, data):
    old = data.draw(st.integers(0, size))
    leaves = leaves_of(size)
    (before, _), (tree, tiles) = grown(leaves[:old]), grown(leaves)
    proof = tiles.consistency(old, size)
    assert extends((old, before.root), (size, tree.root), proof)
    assert not extends((size + 1, tree.root), (size, tree.root), proof)
    if 0 < old < size:
        forged = defined([leaf_hash(b"forged"), *leaves[1:old]])
        assert not extends((old, forged), (size, tree.root), proof)
        assert not extends((old, before.root), (size, forged), proof)
        assert not extends((old, before.root), (size, tree.root), proof[:-1])
        assert not extends((old, before.root), (size, tree.root), [*proof, EMPTY_ROOT])


@given(st.integers(1, 70_000), st.data())
def test_the_tiles_that_a_proof_needs_are_named_beforehand(size, data):
    position, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    spans = [*inclusion_spans(position, size), *consistency_spans(old, size)]
    tiles = Tiles({tile: bytes(32 * 256) for tile in needed(spans)})  # every hash alike
    assert tiles.inclusion(position, size) is not None
    assert tiles.consistency(old, size) is not None


def test_a_tree_beyond_two_levels_of_tiles_is_proved_too():
    size = 66_000
    leaves = leaves_of(size)
    tree, tiles = grown(leaves)
    assert max(level for level, _ in tiles.found) == 2
    for position in (0, 65_535, 65_536, size - 1):
        assert includes(leaves[position], position, size, tiles.inclusion(position, size), tree.root)
    for old in (1, 65_536, 65_999):
        before, _ = grown(leaves[:old])
        assert extends((old, before.root), (size, tree.root), tiles.consistency(old, size))


def test_a_range_must_have_the_peaks_of_its_size():
    with pytest.raises(ValueError, match="peaks"):
        Range(3, (EMPTY_ROOT,))


def test_a_tile_that_is_too_short_is_missing():
    _, tiles = grown(leaves_of(3))
    with pytest.raises(KeyError):
        tiles.leaf(3)
