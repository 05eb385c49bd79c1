"""Folding of strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search.strings import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller", "muller"), ("  Ana \t María ", "ana maria"), ("ΑΘΉΝΑ", "αθηνα"), ("Straße", "strasse"),
        ("Ștefan", "stefan"), ("ﬁle", "file"),
    ],
)  # fmt: skip
def test_case_accents_and_width_of_spaces_do_not_count(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=["L"])))
def test_upper_and_lower_case_of_letters_fold_alike_where_unicode_has_a_way_back(text):
    if text.upper().lower() == text.lower():
        assert fold(text.upper()) == fold(text.lower())
