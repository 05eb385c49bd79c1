"""What is JSON (RFC 8259) and what is not, both for FHIR and for the other interfaces."""

import json as stdlib

import pytest

from smartbear.fhir import json
from smartbear.kit.body import parse_json
from smartbear.kit.errors import BadInput

NOT_JSON = [
    *(b"", b" ", b"\n", b"\0", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}", b"\xc2\xa0{}", b"\x0c[]", b"[\x0b]"),
    b"\xe2\x81\xa0[]",
    # arrays and objects
    *(b"[", b"]", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1,,2]", b"[,]", b"[1 2]", b"[1:2]", b"[1}"),
    *(b"[1]]", b"[[1]", b"[1],"),
    *(b"{", b"}", b'{"a"', b'{"a":', b'{"a":1', b'{"a":1,', b'{"a":1,}', b'{,"a":1}', b'{"a":1,,"b":2}'),
    b'{"a" 1}',
    *(b'{"a"::1}', b'{"a",1}', b'{"a":1 "b":2}', b'{"a":1]', b'{"a":1}}', b'{"a":1}{', b"{a:1}"),
    *(b"{'a':1}", b"{1:1}", b"{null:1}"),
    *(b'{"a":1}#', b'{"a":1}//x', b'{"a":1}/**/', b'{"a":/*x*/1}', b"{[]:1}", b'{"a":1}\0', b"[1]\x00"),
    *(b"<a/>", b"#[]"),
    # names
    *(b"nul", b"nulll", b"tru", b"truee", b"True", b"NULL", b"None", b"undefined", b"[nul]"),
    *(b"[true false]", b"{true}"),
    # numbers
    *(b"+1", b"-", b"--1", b"01", b"-01", b"1.", b".1", b"-.1", b"1.e1", b"1e", b"1e+", b"1E-"),
    *(b"1.2.3", b"1e1.5", b"0x1", b"1_0"),
    *(b"NaN", b"-NaN", b"nan", b"Infinity", b"-Infinity", b"inf", b"1 000", b"1,0", b"0e", b"0e+"),
    *(b"- 1", b"1a", b"\xef\xbc\x91"),
    # strings
    *(b'"', b'"a', b"'a'", b'"a\nb"', b'"a\tb"', b'"a\0b"', b'"a\x1fb"', b'"\\x41"', b'"\\a"', b'"\\"'),
    *(b'"\\', b'"\\u"'),
    *(b'"\\u12"', b'"\\u123"', b'"\\u12g4"', b'"\\U0041"', b'"\\u 041"', b'"\\\n"', b'"a" "b"', b'a"b"'),
    *(b'"\\0"', b'"\\\xe5"'),
    # halves of surrogate pairs, and bytes that are not UTF-8
    *(b'"\\ud800"', b'"\\udc00"', b'"\\ud800\\ud800"', b'"\\ud800a"', b'"\\ud800\\n"'),
    *(b'"\\udbff\\u0041"', b'{"\\ud800":1}'),
    *(b'"\xff"', b'"\x80"', b'"\xc3"', b'"\xc0\xaf"', b'"\xe0\x80\xaf"', b'"\xf4\x90\x80\x80"'),
    *(b'"\xed\xa0\x80"', b'"\xf8\x88"', b"\xff"),
    *('{"a":"é"}'.encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")),
]  # fmt: skip
TOO_DEEP = [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 65 + b"]" * 65, b'[{"a":' * 40 + b"1" + b"}]" * 40]
AMBIGUOUS = [b'{"a":1,"a":1}', b'{"a":1,"b":{"c":1,"c":2}}', b'{"a":1,"\\u0061":2}']
TOO_LARGE = [b"[1e999]", b"[-1e400]", b"[9" + b"9" * 5000 + b"]"]
JSON = [
    *(b"{}", b"[]", b" [ ] ", b"\t{\n}\r", b"null", b"true", b"false", b'""', b'"a"', b"0", b"-0"),
    *(b"-1", b"123", b"1.5", b"1e2"),
    *(b"1E+2", b"1e-2", b"0.10", b"-0.0", b"[1,2]", b"[[],[[]]]", b'{"":0}', b'{"a":{"b":[null]}}'),
    *(b'"\\u0041"', b'"\\n\\r\\t"'),
    *(b'"\\"\\\\\\/"', b'"\\ud83d\\udc3b"', '"\U0001f43b é \u2028"'.encode(), b'"\x7f"', b'"{[}]"'),
    *(b'{"a":1,"A":2}', b"[" * 64 + b"]" * 64),
]  # fmt: skip


@pytest.mark.parametrize("read", [json.decode, parse_json])
@pytest.mark.parametrize(
    "data", [*NOT_JSON, *TOO_DEEP, *AMBIGUOUS, *TOO_LARGE], ids=lambda data: repr(data[:24])
)
def test_what_is_not_json_or_could_be_read_in_two_ways_is_refused(read, data):
    with pytest.raises(BadInput):
        read(data)


@pytest.mark.parametrize("read", [json.decode, parse_json])
@pytest.mark.parametrize("data", JSON, ids=lambda data: repr(data[:24]))
def test_what_is_json_is_read(read, data):
    assert stdlib.loads(json.encode(read(data))) == stdlib.loads(data)
