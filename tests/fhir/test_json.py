import json as stdlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.kit.errors import BadInput

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(LETTERS)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(LETTERS), inner), max_leaves=20
)


def refusal(data: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        json.decode(data)
    return caught.value


@given(VALUES)
def test_decoding_what_was_encoded_gives_the_same_value(value):
    assert json.decode(json.encode(value)) == value


@given(VALUES, st.sampled_from([None, 1, 4]))
def test_layout_and_escapes_make_no_difference(value, indent):
    plain = stdlib.loads(json.encode(value))
    text = stdlib.dumps(plain, indent=indent, ensure_ascii=True)
    assert json.decode(text.encode()) == json.decode(stdlib.dumps(plain, ensure_ascii=False).encode())


@given(st.dictionaries(st.text(LETTERS), SCALARS, min_size=1), st.data())
def test_a_name_given_twice_is_always_refused(members, data):
    again = data.draw(st.sampled_from(sorted(members)))
    pairs = [*members.items(), (again, data.draw(SCALARS))]
    order = data.draw(st.permutations(pairs))
    escapes = data.draw(st.booleans())
    separator = data.draw(st.sampled_from([":", " : ", "\n:"]))
    names = [stdlib.dumps(name, ensure_ascii=escapes) for name, _ in order]
    values = [json.encode(value).decode() for _, value in order]
    text = "{" + ",".join(n + separator + v for n, v in zip(names, values, strict=True)) + "}"
    assert [error.code for error in refusal(text.encode()).errors] == ["structure"]


def test_a_repeated_name_is_located_as_fhirpath_would():
    data = b'{"resourceType":"Observation","component":[{"code":{"text":"a","text":"b"}}]}'
    assert [error.path for error in refusal(data).errors] == ["Observation.component[0].code.text"]


def test_every_repeated_name_and_impossible_number_is_reported():
    data = b'{"resourceType":"Observation","status":"final","status":"x","valueQuantity":{"value":1e999}}'
    assert [error.path for error in refusal(data).errors] == [
        "Observation.status",
        "Observation.valueQuantity.value",
    ]


def test_names_that_no_element_has_are_not_repeated_to_the_caller():
    assert [error.path for error in refusal(b'{"<script>":1,"<script>":2}').errors] == ["$this.?"]


def test_decimals_keep_their_precision():
    assert json.encode(json.decode(b'{"value":1.50,"other":-0.0,"small":0.000000001}')) == (
        b'{"value":1.50,"other":-0.0,"small":1E-9}'
    )
    assert json.decode(b"1.50") == Decimal("1.50")
    assert str(json.decode(b"120.0")) == "120.0"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (b'{"a":NaN}', "byte 5"),
        (b'{"a":-Infinity}', "byte 6"),
        (b'{"a":1}x', "byte 8"),
        (b'{"a":01}', "byte 6"),
        (b"[1,]", "byte 3"),
        (b'{"a":\n  1,}', "line 2, column 5 (byte 10)"),
        (b"\xef\xbb\xbf{}", "byte 0"),
        (b'"\\ud800 alone"', "byte 7"),
        (b'"\\udc00\\ud800"', "byte 7"),
        (b'"tab\tinside"', "byte 4"),
        (b'"ab\xff"', "not UTF-8: line 1, column 4 (byte 3)"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"1" * 5000, "out of range"),
    ],
)
def test_text_that_is_not_json_is_refused_with_the_place(data, reason):
    assert reason in refusal(data).detail


@pytest.mark.parametrize("number", [b"1e999", b"-2e308", b"1e-400", b"1e99999999999999999999"])
def test_numbers_no_double_can_hold_are_refused(number):
    assert [error.code for error in refusal(b'{"a":' + number + b"}").errors] == ["value"]


@pytest.mark.parametrize("rest", [b"", b",", b',"b":[}', b',"b":"\xff"}', b',"b":' + b"[" * 5000])
def test_text_that_breaks_off_after_such_a_number_is_refused_too(rest):
    assert refusal(b'{"a":1e999' + rest).detail


@pytest.mark.parametrize("digits", [4299, 4300, 4301, 10_000])
def test_long_integers_are_read_or_refused_and_nothing_else(digits):
    text = b'{"a":[' + b"7" * digits + b'],"b":"\\u0041"}'
    if digits <= 4300:
        assert json.decode(text)["b"] == "A"
    else:
        assert "out of range" in refusal(text).detail


@pytest.mark.parametrize("escape", [b"\\u0000", b"\\b", b"\\f", b"\\u001f", b"\\\\\\u0007"])
def test_control_characters_are_refused(escape):
    assert [error.path for error in refusal(b'{"a":"x' + escape + b'"}').errors] == ["$this.a"]


def test_control_characters_are_refused_in_names_too():
    assert [error.path for error in refusal(b'{"a":{"b\\u0000":1}}').errors] == ["$this.a.?"]


def test_an_escaped_backslash_before_a_letter_is_no_control_character():
    assert json.decode(b'"C:\\\\b\\\\u0000"') == "C:\\b\\u0000"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_64_levels_are_read_and_65_are_not(opening, closing):
    json.decode(opening * 64 + b"1" + closing * 64)
    assert "64 levels" in refusal(opening * 65 + b"1" + closing * 65).detail
    assert "64 levels" in refusal(opening * 100_000 + b"1" + closing * 100_000).detail


def test_brackets_inside_strings_are_not_levels():
    assert json.decode(b'["' + b"[" * 200 + b'",[]]') == ["[" * 200, []]


def test_many_siblings_are_not_levels():
    text = b"[" + b",".join([b'{"a":[{}]}'] * 500) + b"]"
    assert len(json.decode(text)) == 500
