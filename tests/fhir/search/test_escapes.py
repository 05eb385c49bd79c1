"""Separators and their escapes."""

from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search.escapes import escape, split, unescape

texts = st.text(alphabet="ab,$|\\ é")


@given(texts)
def test_an_escaped_text_is_one_value_and_comes_back(text):
    for separator in ",$|":
        assert [unescape(part) for part in split(escape(text), separator)] == [text]


@given(st.lists(texts, min_size=1), st.sampled_from(",$|"))
def test_joined_values_come_apart_again(values, separator):
    joined = separator.join(map(escape, values))
    assert [unescape(part) for part in split(joined, separator)] == values


def test_a_backslash_before_anything_else_is_itself():
    assert unescape(r"a\b\,c") == r"a\b,c"
    assert split("a\\", ",") == ["a\\"]
