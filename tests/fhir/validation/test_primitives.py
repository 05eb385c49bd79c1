from decimal import Decimal

import pytest

from smartbear.fhir.validation.primitives import primitive_check

SOUND = [
    *[("id", value) for value in ("a", "A-1.b", "x" * 64)],
    *[("code", value) for value in ("final", "mm[Hg]", "two words", "blodtrykk-måling")],
    *[("uri", value) for value in ("http://loinc.org", "urn:uuid:1", "#x", "relative/path")],
    *[("oid", value) for value in ("urn:oid:1.2.3", "urn:oid:2.16.840.1.113883")],
    ("uuid", "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"),
    *[("date", value) for value in ("1948", "1948-05", "1948-05-31", "2024-02-29")],
    *[("dateTime", value) for value in ("2026", "2026-06-14T08:59:30+01:00", "2026-06-14T08:59:30.1234Z")],
    *[("instant", value) for value in ("2026-06-14T08:59:30Z", "2016-12-31T23:59:60Z")],
    *[("time", value) for value in ("08:59:30", "23:59:59.999")],
    *[("boolean", value) for value in (True, False)],
    *[("integer", value) for value in (0, -(2**31), 2**31 - 1)],
    *[("unsignedInt", value) for value in (0, 7)],
    ("positiveInt", 1),
    *[("decimal", value) for value in (0, -3, Decimal("1.50"), Decimal("1E-9"), 1.5)],
    *[("base64Binary", value) for value in ("aGk=", "aGVs\n bG8h", "AAAA" * 5000)],
    *[("string", value) for value in ("x", " ", "two\nlines", "ä" * 1024 * 1024)],
    ("markdown", "* a\n* b"),
]

BROKEN = [
    *[("id", value) for value in ("", "a b", "x" * 65, "a/b", "ä", 1)],
    *[("code", value) for value in ("", " final", "final ", "two  words", "a\tb\t")],
    *[("uri", value) for value in ("", "a b", "http://x y")],
    *[("oid", value) for value in ("1.2.3", "urn:oid:3.1", "urn:oid:1.02")],
    *[("uuid", value) for value in ("urn:uuid:61EBE359-BFDC-4613-8BF2-C5E300945F0A", "urn:uuid:1")],
    *[
        ("date", value)
        for value in ("0000", "26", "1948-13", "1948-5-31", "2023-02-29", "1948-04-31", "1948-05-31T")
    ],
    *[("dateTime", value) for value in ("2026-06-14T08:59", "2026-06-14T08:59:30", "2026-02-30T08:59:30Z")],
    *[("instant", value) for value in ("2026-06-14", "2026-06-14T24:00:00Z", "2026-06-14T08:59:30+15:00")],
    *[("time", value) for value in ("8:59:30", "08:59", "24:00:00", "08:59:30Z")],
    *[("boolean", value) for value in ("true", 1, None)],
    *[("integer", value) for value in (2**31, -(2**31) - 1, Decimal("1.0"), "1", True)],
    *[("unsignedInt", value) for value in (-1, 2**31)],
    ("positiveInt", 0),
    *[("decimal", value) for value in ("1.5", True, None, float("nan"), float("inf"), 10**400)],
    *[("base64Binary", value) for value in ("", "a", "aGk", "a=Gk", "aG-_", "    ", 7)],
    *[("string", value) for value in ("", 7, None, [], "x" * (1024 * 1024 + 1))],
]


@pytest.mark.parametrize(("name", "value"), SOUND)
def test_values_in_the_lexical_space_are_accepted(name, value):
    assert not primitive_check(name)(value)


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_values_outside_the_lexical_space_are_refused(name, value):
    faults = primitive_check(name)(value)
    assert faults is not None
    assert [fault.code in {"structure", "value"} for fault in faults] == [True]


def test_hostile_text_is_refused_in_linear_time():
    for name in ("code", "dateTime", "base64Binary", "uri", "oid"):
        assert primitive_check(name)("A  " * 200_000 + "!")
