"""Tokens are deterministic, distinct, bound to their purpose, and turned back by their key alone."""

import re
import uuid

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smartbear.kit.pseudonyms.tokens import KEY_BYTES, LONGEST, Cipher

KEY = bytes(range(KEY_BYTES))
CIPHER = Cipher(KEY, b"purpose")
IDS = st.from_regex(r"[A-Za-z0-9.-]{1,40}", fullmatch=True)
UUIDS = st.uuids().map(str)
TEXTS = st.text(min_size=1, max_size=200) | IDS | UUIDS


@given(TEXTS)
def test_a_token_is_turned_back_into_its_text(text):
    assert CIPHER.open(CIPHER.seal(text)) == text


@given(TEXTS)
def test_the_same_text_has_the_same_token_wherever_it_is_made(text):
    assert CIPHER.seal(text) == Cipher(KEY, b"purpose").seal(text)


@given(TEXTS, TEXTS)
def test_different_texts_have_different_tokens(one, other):
    assume(one != other)
    assert CIPHER.seal(one) != CIPHER.seal(other)


@given(TEXTS)
def test_a_token_is_worth_nothing_for_another_purpose_or_key(text):
    token = CIPHER.seal(text)
    for other in (Cipher(KEY, b"another"), Cipher(KEY[::-1], b"purpose")):
        assert other.seal(text) != token
        assert other.open(token) is None


@given(IDS | UUIDS)
def test_the_token_of_an_id_is_an_id_of_fhir_and_begins_with_a_letter(text):
    assert re.fullmatch(r"p[A-Za-z0-9.-]{1,63}", CIPHER.seal(text))


@given(IDS, IDS)
def test_the_length_of_a_token_does_not_tell_the_length_of_the_id(one, other):
    assert len(CIPHER.seal(one)) == len(CIPHER.seal(other))


@given(UUIDS, st.integers(0, 44), st.characters(codec="ascii"))
def test_a_token_that_was_changed_is_none(text, place, sign):
    token = CIPHER.seal(text)
    changed = token[:place] + sign + token[place + 1 :]
    assume(changed != token)
    assert CIPHER.open(changed) is None


@given(st.text(max_size=80))
def test_what_nobody_sealed_is_not_opened(text):
    assert CIPHER.open(text) is None
    assert CIPHER.open("p" + text) is None


def test_a_token_can_be_written_in_one_way_only():
    token = CIPHER.seal("an-id")
    assert len(token) == 64
    variants = {
        token[:-1] + sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."
    }
    assert [each for each in variants if CIPHER.open(each)] == [token]
    assert CIPHER.open(token + "=") is None
    assert CIPHER.open(token.replace("-", "+").replace(".", "/") + "A") is None


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1), "é" * LONGEST])
def test_an_empty_or_very_long_text_has_no_token(text):
    assert CIPHER.seal(text) is None


def test_a_very_long_token_is_not_even_read():
    assert CIPHER.open("p" + "A" * 3 * LONGEST) is None


@pytest.mark.parametrize(
    "text", ["\ud800", str(uuid.UUID(int=0)).upper(), "ends-in\x80", "\0", "a" * 41, "a" * LONGEST]
)
def test_odd_texts_come_back_too(text):
    assert CIPHER.open(CIPHER.seal(text)) == text
