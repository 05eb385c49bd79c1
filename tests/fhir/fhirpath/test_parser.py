"""Text → tree."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.fhirpath.errors import (
    EvaluationError,
    ExpressionSyntaxError,
    ExpressionTypeError,
    FHIRPathError,
)
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.parser import parse
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.tree import Binary, Call, Literal, Name, Sign, TypeTest


def test_operators_bind_as_the_specification_ranks_them():
    assert parse("1 + 2 * 3") == Binary("+", Literal(1), Binary("*", Literal(2), Literal(3)))
    assert parse("a | b is c = d") == Binary(
        "=", Binary("|", Name(None, "a"), TypeTest("is", Name(None, "b"), "c")), Name(None, "d")
    )
    assert parse("a implies b or c and d") == Binary(
        "implies",
        Name(None, "a"),
        Binary("or", Name(None, "b"), Binary("and", Name(None, "c"), Name(None, "d"))),
    )


def test_a_sign_takes_the_whole_path_behind_it():
    assert parse("-a.b()") == Sign("-", Call(Name(None, "a"), "b", ()))


def test_operators_of_one_rank_go_from_left_to_right():
    assert parse("1 - 2 - 3") == Binary("-", Binary("-", Literal(1), Literal(2)), Literal(3))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 days", Quantity(Decimal(7), "days")),
        ("4.50 'mg/dL'", Quantity(Decimal("4.50"), "mg/dL")),
        ("'it\\'s \\u00e9\\n'", "it's é\n"),
        ("0.10", Decimal("0.10")),
        ("{}", None),
        ("true", True),
    ],
)
def test_literals_are_read_to_values(text, value):
    assert parse(text) == Literal(value)


def test_two_escapes_may_be_one_character_and_half_of_one_is_refused():
    assert parse(r"'\ud83d\ude00'") == Literal("\N{GRINNING FACE}")
    with pytest.raises(ExpressionSyntaxError):
        parse(r"'\ud83d'")


def test_words_of_the_language_are_names_where_a_name_must_be():
    assert parse("a.contains.`div`.as") == Name(Name(Name(Name(None, "a"), "contains"), "div"), "as")


def test_comments_are_nothing():
    assert parse("1 /* one */ + // plus\n 2") == parse("1+2")


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "a..b", "(a", "a[1", "f(a b)", "'open", "/* open", "@2024-13", "@2023-02-29", "@T25",
        "99999999999", "a b", "'\\q'", "$that", "a is", "a.1", "#",
    ],
)  # fmt: skip
def test_what_is_not_fhirpath_is_refused(text):
    with pytest.raises(ExpressionSyntaxError):
        parse(text)


def test_functions_are_known_and_counted_before_anything_runs():
    for text in ("name.lenght()", "name.first(1)", "where()", "as(1)"):
        with pytest.raises(ExpressionTypeError):
            compiled(text)


def test_depth_and_length_are_bounded():
    for text in ("(" * 2000 + "1" + ")" * 2000, "1" + "+1" * 2400, "a" * 30_000):
        with pytest.raises((ExpressionSyntaxError, EvaluationError)):
            compiled(text).evaluate(None)


@given(st.text(alphabet="ab1.'`@T-:+*|()[]{}=~<>&,% $\\", max_size=30))
def test_any_text_is_an_expression_or_is_refused_as_one(text):
    try:
        compiled(text).evaluate({"resourceType": "Patient"})
    except FHIRPathError:
        return
