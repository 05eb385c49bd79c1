"""Operators over collections, with three-valued logic."""

import pytest

from smartbear.fhir.fhirpath.errors import EvaluationError


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and {}", []), ("{} and false", [False]), ("false or {}", []), ("{} or true", [True]),
        ("true xor {}", []), ("{} implies true", [True]), ("false implies {}", [True]),
        ("true implies {}", []), ("{}.not()", []), ("'text' and true", [True]),
    ],
)  # fmt: skip
def test_logic_has_three_values(evaluate, expression, expected):
    assert evaluate(expression) == expected


def test_a_settled_answer_does_not_evaluate_the_other_side(evaluate):
    assert evaluate("false and (1 | 2).single()") == [False]
    assert evaluate("true or (1 | 2).single()") == [True]
    assert evaluate("false implies (1 | 2).single()") == [True]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{} = {}", []), ("1 = 1.0", [True]), ("'a' = 'A'", [False]), ("1 = '1'", [False]),
        ("true = 1", [False]), ("(1 | 2) = (2 | 1)", [False]), ("(1 | 2) != (1 | 2 | 3)", [True]),
        ("1 'kg' = 1000 'g'", [True]), ("1 'kg' = 1 'm'", []), ("1 = 1 '1'", [True]),
        ("@2024 = @2024-05", []), ("@2024 = @2025-05", [False]), ("@T10 = @2024", [False]),
        ("1 year = 12 months", [True]), ("1 year = 1 'a'", []), ("7 days = 1 'wk'", [True]),
    ],
)  # fmt: skip
def test_equality_says_what_is_known(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{} ~ {}", True), ("1 ~ {}", False), ("' A  b' ~ 'a B'", True), ("(1 | 2) ~ (2 | 1)", True),
        ("0.667 ~ 0.67", True), ("@2024 ~ @2024-05", False), ("4 'g' ~ 4040 'mg'", True),
        ("1 'g' ~ 1 'm'", False), ("1 !~ 2", True),
    ],
)  # fmt: skip
def test_equivalence_is_generous_and_always_answers(evaluate, expression, expected):
    assert evaluate(expression) == [expected]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 < 1.5", [True]), ("'b' > 'a'", [True]), ("@2024-05 < @2024-05-01", []),
        ("@2024-05 < @2024-06-01", [True]), ("1 'g' >= 1000 'mg'", [True]), ("1 'g' < 1 'm'", []),
        ("{} < 1", []), ("@T10:30 <= @T10:30", [True]),
        ("@2024-05-01T10:00:00Z > @2024-05-01T09:00:00+02:00", [True]),
        ("@2024-05-01T10:00:00Z > @2024-05-01T12:00:00", []),
    ],
)  # fmt: skip
def test_order_says_what_is_known(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize("expression", ["1 < 'a'", "true > false", "@2024 < @T10", "(1 | 2) < 3", "1 < true"])
def test_what_has_no_order_is_an_error(evaluate, expression):
    with pytest.raises(EvaluationError):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2", [3]), ("1 / 2", ["0.5"]), ("5 div 2", [2]), ("-5 mod 2", [-1]), ("2.5 mod 1", ["0.5"]),
        ("1 / 0", []), ("5 div 0", []), ("2147483647 + 1", []), ("'a' + 'b'", ["ab"]),
        ("'a' & {} & 'b'", ["ab"]), ("1 + {}", []), ("-(1 'm')", ["-1 'm'"]), ("+3", [3]),
        ("1 'm' + 1 'cm'", ["1.01 'm'"]), ("2 'm' * 3 'm'", ["6 'm2'"]), ("6 'm' / 2 's'", ["3 'm.s-1'"]),
        ("1 'm' + 1 's'", []), ("2 * 3 'm'", ["6 'm'"]), ("6 'm' / 2", ["3 'm'"]), ("1 'm' / 0 's'", []),
        ("1 'foo' * 1 'm'", []),
    ],
)  # fmt: skip
def test_arithmetic_is_empty_where_there_is_no_result(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    "expression", ["1 + 'a'", "'a' - 'b'", "true + 1", "-'a'", "+'a'", "(1 | 2) + 1", "1 & 2"]
)
def test_types_that_do_not_mix_are_an_error(evaluate, expression):
    with pytest.raises(EvaluationError):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@2024-01-31 + 1 month", ["2024-02-29"]), ("@2024-03-31 - 1 month", ["2024-02-29"]),
        ("@2024-02-29 + 1 year", ["2025-02-28"]), ("@2024-12-31 + 1 day", ["2025-01-01"]),
        ("@2024 + 13 months", ["2025"]), ("@2024-05 + 40 days", ["2024-06"]), ("@2024 + 800 days", ["2026"]),
        ("@T23:30 + 1 hour", ["00:30"]), ("@T10:30 - 11 hours", ["23:30"]), ("@T10 + 30 minutes", ["10"]),
        ("@2024-05-01T10:00:00.000Z + 1.5 's'", ["2024-05-01T10:00:01.500Z"]),
        ("@2024-05-01 + 1.9 days", ["2024-05-02"]), ("@9999-12-31 + 1 day", []), ("@9999-12 + 1 month", []),
        ("@2024-05-01 + 25 hours", ["2024-05-02"]), ("@2024-05-01T10 - 1 day", ["2024-04-30T10"]),
        ("@2024-01-01T00:30:00-02:00 - 1 hour", ["2023-12-31T23:30:00-02:00"]),
    ],
)  # fmt: skip
def test_dates_move_by_the_calendar_and_keep_their_precision(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    "expression", ["@2024-05-01 + 1 'mo'", "@2024 + 1 'a'", "@2024 + 1 'm'", "@T10 + 1 month", "@2024 + 1"]
)
def test_dates_do_not_move_by_units_without_a_calendar_meaning(evaluate, expression):
    with pytest.raises(EvaluationError):
        evaluate(expression)


def test_union_and_membership_go_by_equality(evaluate):
    assert evaluate("1 | 1.0 | 2 | '2'") == [1, 2, "2"]
    assert evaluate("2 in (1 | 2)") == evaluate("(1 | 2) contains 2") == [True]
    assert evaluate("{} in (1 | 2)") == []
    assert evaluate("1 in {}") == [False]
    with pytest.raises(EvaluationError):
        evaluate("(1 | 2) in (1 | 2)")


def test_elements_are_equal_by_all_they_contain(evaluate, patient):
    assert evaluate("name = name and name ~ name and name.first() != name.last()", patient) == [True]
    assert evaluate("(name | name | name.first()).count()", patient) == [2]
    assert evaluate("name.first() in name", patient) == [True]


def test_dates_and_quantities_are_distinct_by_what_they_mean(evaluate):
    assert evaluate("(@2024-05-01T10:00:00Z | @2024-05-01T12:00:00+02:00 | @2024-05-01).count()") == [2]
    assert evaluate("(1 'kg' | 1000 'g' | 1 'foo' | 1 'foo').count()") == [2]


def test_an_index_is_one_integer(evaluate):
    assert evaluate("(4 | 5)[1]") == [5]
    assert evaluate("(4 | 5)[7]") == evaluate("(4 | 5)[-1]") == evaluate("(4 | 5)[{}]") == []
    with pytest.raises(EvaluationError):
        evaluate("(4 | 5)['1']")
