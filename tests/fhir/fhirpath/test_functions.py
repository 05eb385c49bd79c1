"""The functions of the language."""

import pytest

from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.frame import Environment


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{}.exists()", [False]), ("(1 | 2).exists($this > 1)", [True]), ("{}.all($this = 1)", [True]),
        ("(1 | 2).all($this > 1)", [False]), ("(true | false).allTrue()", [False]),
        ("(true | false).anyFalse()", [True]), ("{}.allFalse()", [True]), ("{}.anyTrue()", [False]),
        ("(1 | 2).subsetOf(1 | 2 | 3)", [True]), ("(1 | 2).supersetOf(1 | 3)", [False]),
        ("1.combine(1).isDistinct()", [False]), ("1.combine(1).distinct()", [1]), ("(1 | 2).count()", [2]),
        ("{}.empty()", [True]),
    ],
)  # fmt: skip
def test_existence(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(1 | 2 | 3).where($this > 1)", [2, 3]), ("(4 | 5).select($index)", [0, 1]),
        ("(1 | 2).select($this | 9)", [1, 9, 2, 9]), ("1.repeat($this + 1).take(1)", None),
        ("(1 | 2 | 3).repeat(iif($this < 5, $this + 1, {}))", [2, 3, 4, 5]),
        ("(1 | 2 | 3).aggregate($this + $total, 0)", [6]),
        ("(1 | 2).aggregate($total & $this.toString())", ["12"]), ("(3 | 1 | 2).sort()", [1, 2, 3]),
        ("('b' | 'a').sort(-$this)", ["b", "a"]), ("(1 | 2 | 3).first()", [1]), ("(1 | 2 | 3).last()", [3]),
        ("(1 | 2 | 3).tail()", [2, 3]), ("(1 | 2 | 3).skip(-1).count()", [3]),
        ("(1 | 2 | 3).take(2)", [1, 2]), ("{}.single()", []), ("(1 | 2).intersect(2 | 3)", [2]),
        ("1.combine(1 | 2).exclude(2)", [1, 1]), ("1.union(1 | 2)", [1, 2]),
    ],
)  # fmt: skip
def test_filtering_and_subsetting(evaluate, expression, expected):
    if expected is None:
        with pytest.raises(EvaluationError, match="more than 100000 items"):
            evaluate(expression)
    else:
        assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'YES'.toBoolean()", [True]), ("0.toBoolean()", [False]), ("2.toBoolean()", []),
        ("'x'.convertsToBoolean()", [False]), ("'7'.toInteger()", [7]), ("true.toInteger()", [1]),
        ("'7.0'.toInteger()", []), ("'9999999999'.toInteger()", []), ("'1.50'.toDecimal()", ["1.50"]),
        ("'x'.toDecimal()", []), ("1.50.toString()", ["1.50"]), ("true.toString()", ["true"]),
        ("'2024-05'.toDate()", ["2024-05"]), ("@2024-05-01T10:00:00Z.toDate()", ["2024-05-01"]),
        ("@2024-05.toDateTime()", ["2024-05"]), ("'10:30'.toTime()", ["10:30"]),
        ("1.convertsToTime()", [False]), ("'2 weeks'.toQuantity()", ["2 weeks"]),
        ("'2 \\'kg\\''.toQuantity('g')", ["2000 'g'"]), ("'2 kg'.toQuantity()", []),
        ("1.toQuantity('kg')", []), ("'a'.convertsToQuantity()", [False]),
        ("1.convertsToQuantity('1')", [True]), ("{}.toString()", []), ("{}.convertsToInteger()", []),
        ("1.toQuantity()", ["1 '1'"]),
    ],
)  # fmt: skip
def test_conversion(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'banana'.indexOf('na')", [2]), ("'banana'.lastIndexOf('na')", [4]), ("'abc'.substring(1)", ["bc"]),
        ("'abc'.substring(1, 1)", ["b"]), ("'abc'.substring(3)", []), ("'abc'.startsWith('ab')", [True]),
        ("'abc'.contains('bc')", [True]), ("'abc'.endsWith('')", [True]),
        ("'aB'.upper() & 'aB'.lower()", ["ABab"]), ("'ab'.toChars()", ["a", "b"]),
        ("' a '.trim().length()", [1]), ("'a,b'.split(',')", ["a", "b"]), ("('a' | 'b').join('-')", ["a-b"]),
        ("('a' | 'b').join()", ["ab"]), ("'aa'.replace('a', 'b')", ["bb"]), ("'a1'.matches('[0-9]')", [True]),
        ("'a1'.matchesFull('[0-9]')", [False]),
        ("'2024-05'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1')", ["05/2024"]),
        ("'x'.encode('hex').decode('hex')", ["x"]), ("'a?'.encode('urlbase64')", ["YT8="]),
        ("'x'.encode('rot13')", []), ("'zz'.decode('hex')", []),
        ("'<a>'.escape('html').unescape('html')", ["<a>"]), ("'\\\"'.escape('json')", ['\\"']),
        ("{}.upper()", []),
    ],
)  # fmt: skip
def test_text(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(-5).abs()", [5]), ("(-5 'mg').abs()", ["5 'mg'"]), ("1.1.ceiling()", [2]),
        ("(-1.1).floor()", [-2]), ("(-1.9).truncate()", [-1]), ("2.5.round()", ["3"]),
        ("2.345.round(2)", ["2.35"]), ("2.5.round(-1)", []), ("81.sqrt()", ["9"]), ("(-1).sqrt()", []),
        ("0.exp()", ["1"]), ("0.ln()", []), ("16.log(2)", ["4"]), ("2.power(10)", [1024]),
        ("2.power(-1)", ["0.5"]), ("2.power(999999999)", []), ("10.power(9.0)", ["1000000000"]),
    ],
)  # fmt: skip
def test_mathematics(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1.587.lowBoundary(4)", ["1.5865"]), ("(-1.587).highBoundary()", ["-1.58650000"]),
        ("1.lowBoundary(40)", []), ("1.5 'kg'.highBoundary(2)", ["1.55 'kg'"]),
        ("@2024-02.highBoundary(8)", ["2024-02-29"]), ("@2024.lowBoundary()", ["2024-01-01"]),
        ("@2024-05-01T10:30.highBoundary()", ["2024-05-01T10:30:59.999-12:00"]), ("@2024.lowBoundary(5)", []),
        ("@T10:30:05.highBoundary()", ["10:30:05.999"]), ("@T10:30:05.highBoundary(6)", ["10:30:05"]),
        ("@T10:30:05.25.lowBoundary()", ["10:30:05.250"]), ("1.250.precision()", [3]), ("7.precision()", [0]),
        ("@2024-05.precision()", [6]), ("@T10:30:00.precision()", [6]), ("1 'kg'.comparable(1 'm')", [False]),
        ("{}.lowBoundary()", []),
    ],
)  # fmt: skip
def test_boundaries_and_precision(evaluate, expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "(1 | 2).single()", "1.upper()", "'a'.abs()", "true.abs()", "'a'.lowBoundary()", "true.lowBoundary()",
        "'a'.matches('(')", "'a'.replaceMatches('a', '$7')", "(true | 1).allTrue()", "'x'.take('1')",
        "iif('x', 1, 2)", "(1 | 2).iif(true, 1)", "('a' | 1).sort()", "(@2024 | @2024-05).sort()",
        "(1 | 2).as(Integer)", f"{'9' * 27}.9.lowBoundary()",
    ],
)  # fmt: skip
def test_functions_refuse_what_they_do_not_take(evaluate, expression):
    with pytest.raises(EvaluationError):
        evaluate(expression)


def test_only_the_chosen_branch_of_iif_is_evaluated(evaluate):
    assert evaluate("iif(true, 1, (1 | 2).single())") == [1]
    assert evaluate("iif({}, 1)") == []
    assert evaluate("'context'.iif($this.length() > 3, $this, 'short')") == ["context"]


def test_the_present_is_the_callers_and_is_asked_for_in_vain_without(evaluate):
    assert evaluate("now() | today() | timeOfDay()") == [
        "2024-06-01T00:30:00.000+03:00",
        "2024-06-01",
        "00:30:00.000",
    ]
    with pytest.raises(EvaluationError):
        compiled("now()").evaluate(None)


def test_a_trace_reaches_the_caller_and_changes_nothing(evaluate):
    heard = []
    environment = {"trace": lambda name, items: heard.append((name, list(items)))}
    assert evaluate("(1 | 2).trace('all').trace('twice', $this * 2)", **environment) == [1, 2]
    assert heard == [("all", [1, 2]), ("twice", [2, 4])]


def test_as_picks_from_a_collection_only_where_the_caller_allows_it():
    expression = compiled("(1 | 'a').as(Integer)")
    assert expression.evaluate(None, Environment(as_filters=True)) == [1]


def test_texts_do_not_grow_without_bounds(evaluate):
    grown = "'aaaaaaaaaa'" + ".replace('', 'aaaaaaaaaa')" * 12
    with pytest.raises(EvaluationError, match="1000000 characters"):
        evaluate(grown)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a"),
        ("(a|a)*b", "a"),
        ("(x(a*))*", "a"),
        (r"(a)\\1", "a"),
        ("a*a*a*a*a*b", "a" * 50),
        ("a" * 600, "a"),
    ],
)
def test_patterns_that_may_take_forever_are_refused(evaluate, pattern, text):
    with pytest.raises(EvaluationError):
        evaluate(f"'{text}'.matches('{pattern}')")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[A-Z]([A-Za-z0-9_]){0,254}", "Name_1"),
        ("^[^(|)]+$", "abc"),
        ("(?<y>[0-9]{4})-(a|b)", "2024-b"),
        ("(ab)+[*+]", "abab*"),
    ],
)
def test_patterns_of_the_usual_kind_are_run(evaluate, pattern, text):
    assert evaluate(f"'{text}'.matchesFull('{pattern}')") == [True]


def test_items_sort_by_several_keys_and_those_without_come_last(evaluate, patient):
    assert evaluate("name.sort(family).first().use", patient) == ["official"]
    assert evaluate("name.sort(-family, given.first()).first().use", patient) == ["usual"]
