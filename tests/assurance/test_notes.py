"""Signed notes, checkpoints and requests to witnesses, right and wrong."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from smartbear.assurance.model.checkpoints import Checkpoint
from smartbear.assurance.model.merkle import EMPTY_ROOT, Range, leaf_hash
from smartbear.assurance.model.notes import LOG, WITNESS, BadNote, Note, Signer, Verifier, signature_lines
from smartbear.assurance.model.tiles import Tiles, tiles_of
from smartbear.assurance.model.witnessing import BadProof, Request, body_of

AT = datetime(2026, 6, 14, 8, 2, tzinfo=UTC)
SIGNER = Signer("bear.example/audit", LOG, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WATCHER = Signer("other.example/w", WITNESS, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def checkpoint(size=0, root=EMPTY_ROOT):
    return Checkpoint(SIGNER.name, size, root, AT)


def test_a_known_verifier_key_and_note_are_read_as_the_specification_writes_them():
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    verifier = Verifier.parse(key)
    assert str(verifier) == key
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6Ryy"
        "BwJnAM=\n"
    )
    assert verifier.signed_at(Note.parse(note)) == 0
    assert verifier.signed_at(Note.parse(note.replace("problem", "prob1em"))) is None


def test_a_witness_says_when_it_signed():
    note = SIGNER.sign(str(checkpoint()))
    both = Note.parse(note + WATCHER.signature(Note.parse(note).text, 1_700_000_000))
    assert SIGNER.verifier.signed_at(both) == 0
    assert WATCHER.verifier.signed_at(both) == 1_700_000_000
    assert Signer("other.example/w", WITNESS, SIGNER.key).verifier.signed_at(both) is None


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size, root):
    written = checkpoint(size, root)
    assert Checkpoint.of(Note.parse(SIGNER.sign(str(written)))) == written


@given(st.text(), st.text())
def test_a_changed_note_is_no_note_or_not_signed(before, after):
    note = SIGNER.sign(str(checkpoint()))
    text = Note.parse(note).text
    changed = note.replace(text, before + text + after, 1)
    try:
        read = Note.parse(changed)
    except BadNote:
        return
    assert read.text == text or SIGNER.verifier.signed_at(read) is None


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a+b",
        "a+00000000+AAAA",
        "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "a+b+!",
        "++",
    ],
)
def test_what_is_no_verifier_key_is_refused(key):
    with pytest.raises(BadNote):
        Verifier.parse(key)


@pytest.mark.parametrize(
    "note", ["", "text\n", "a\n\nb", "a\n\n- b c\n", "a\n\n— b c\n", "a\r\n\n— b AAAAAAA=\n"]
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(BadNote):
        Note.parse(note)


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\nAAAA\n", f"a\n-1\n{'A' * 43}=\n", f"a\n1\n{'A' * 42}B=\n", f"a b\n1\n{'A' * 43}=\n"],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.of(Note(text, ()))


def trees(old, size):
    leaves = [leaf_hash(bytes([number % 256])) for number in range(size)]
    (before, _), (tree, nodes) = Range().extend(leaves[:old]), Range().extend(leaves)
    return before, tree, Tiles(tiles_of(nodes)).consistency(old, size)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_witness_follows_a_tree_that_grows(old, more):
    before, tree, proof = trees(old, old + more)
    request = Request.parse(body_of(old, proof, SIGNER.sign(str(checkpoint(tree.size, tree.root)))))
    request.check(checkpoint(old, before.root) if old else None)
    with pytest.raises(BadProof):
        request.check(checkpoint(old, leaf_hash(b"forged")))


@given(st.text())
def test_any_text_is_a_request_or_refused(text):
    try:
        Request.parse(text)
    except BadNote:
        return
    raise AssertionError("such a text carries no signature")


@pytest.mark.parametrize("first", ["old", "old -1", "old 01", "old ٣", "new 1", "old 2", f"old {'9' * 5000}"])
def test_a_request_whose_first_line_is_wrong_is_refused(first):
    _, tree, _ = trees(0, 1)
    with pytest.raises(BadNote):
        Request.parse(f"{first}\n\n{SIGNER.sign(str(checkpoint(1, tree.root)))}")


@pytest.mark.parametrize("line", ["", "AAAA", "ä", "!" * 44])
def test_a_proof_whose_line_is_no_hash_is_refused(line):
    with pytest.raises(BadNote):
        Request.parse(f"old 0\n{line}\n\n{SIGNER.sign(str(checkpoint()))}")


def test_a_line_is_a_signature_only_if_it_is_written_like_one():
    assert signature_lines([WATCHER.signature("text\n", 1).rstrip("\n")])
