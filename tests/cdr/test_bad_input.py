"""What nobody means well by is answered with an OperationOutcome, soon, and never as a fault of ours."""

import time
from itertools import product
from urllib.parse import quote

import pytest

from smartbear.fhir import json, xml
from tests.cdr.conftest import issues, observation, patient

SOON = 20  # seconds, on a busy machine: growth with the square of these inputs would take hours
ALMOST_TOO_LARGE = 8 * 1024 * 1024 - 200  # bytes
HEAD = b'{"resourceType":"Patient","name":['
XML_HEAD = b'<Patient xmlns="http://hl7.org/fhir">'


async def refused(fhir, method, path, body=None, **headers):
    """The status of an answer, which is well or an OperationOutcome that finds fault with the caller."""
    answer = await fhir.send(method, path, body, **headers)
    assert answer.status_code < 500, (method, path[:80], answer.text)
    if answer.status_code >= 400 and answer.content:
        assert issues(answer)
        assert answer.json()["issue"][0]["code"] != "exception"
    return answer.status_code


NO_RESOURCE = [b"null", b"1", b'"x"', b"[]", b"{}", b'{"a":NaN}', b"\xef\xbb\xbf{}", b'"\\ud800"']
NO_RESOURCE += [b'{"resourceType":%b}' % kind for kind in (b"null", b'["Patient"]', b'"Unicorn"', b"{}")]
NO_RESOURCE += [b'{"resourceType":"Patient",%b}' % rest for rest in (b'"id":{}', b'"meta":[]', b'"_id":1')]
NO_RESOURCE += ['{"resourceType":"Patient"}'.encode("utf-16")]


@pytest.mark.parametrize("body", NO_RESOURCE, ids=repr)
async def test_bodies_that_are_no_resource_are_refused_by_every_interaction(fhir, body):
    places = ["Patient", "Patient/1", "Patient?name=x", "", "$validate", "Patient/$validate"]
    for method, path in product(("POST", "PUT", "PATCH"), places):
        assert await refused(fhir, method, path, body) >= 400 or "$validate" in path
    assert (
        await refused(fhir, "POST", "", b'{"resourceType":"Bundle","type":"batch","entry":[' + body + b"]}")
        >= 400
    )


ODD = [
    "",
    '"',
    "*",
    "W/",
    '"1","2"',
    'W/"99999999999999999999"',
    "x" * 5000,
    b"\xe4\xff",
    "\x01",
    "a=b;c",
    ",;,=",
]
CONDITIONAL = ["if_match", "if_none_match", "if_modified_since", "if_none_exist", "prefer"]
NEGOTIATING = ["accept", "accept_encoding", "content_type", "content_encoding"]


@pytest.mark.parametrize("name", CONDITIONAL + NEGOTIATING)
async def test_headers_that_say_nothing_are_survived(fhir, name):
    held = await fhir.create(patient())
    for value in ODD:
        await refused(fhir, "POST", "Patient", patient(), **{name: value})
        for method, body in (("GET", None), ("PUT", held), ("PATCH", b"[]"), ("DELETE", None)):
            await refused(fhir, method, f"Patient/{held['id']}", body, **{name: value})


@pytest.mark.parametrize(
    "moment", ["Mon, 99 Foo 99999 99:99:99 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "0" * 99]
)
async def test_dates_that_no_clock_shows_are_survived_in_headers(fhir, moment):
    held = await fhir.create(patient())
    assert await refused(fhir, "GET", f"Patient/{held['id']}", if_modified_since=moment) in (200, 304)


IDS = [
    "a" * 65,
    "%00",
    "a%20b",
    "ä",
    "%ff",
    "_x",
    "$x",
    "a%2fb",
    "a'b",
    "a;b",
    "a%0a",
    "%F0%9F%90%BB",
    "a%00",
]


@pytest.mark.parametrize("written", IDS)
async def test_ids_that_none_can_have_lead_nowhere(fhir, written):
    for method, body in (("GET", None), ("PUT", patient(id="x")), ("DELETE", None), ("PATCH", b"[]")):
        assert await refused(fhir, method, f"Patient/{written}", body) >= 400
    for tail in ("_history", "_history/1", "$everything", "Observation", "*"):
        assert await refused(fhir, "GET", f"Patient/{written}/{tail}") >= 400
    for version in ("x", "-1", "0", "1.0", written):
        assert await refused(fhir, "GET", f"Patient/x/_history/{version}") >= 400


NAMES = [
    "_sort",
    "_count",
    "_cursor",
    "_filter",
    "_elements",
    "_summary",
    "_total",
    "_include",
    "_revinclude",
]
NAMES += [
    "_include:iterate",
    "_list",
    "_text",
    "_content",
    "_tag",
    "_id",
    "_lastUpdated",
    "_since",
    "birthdate",
]
NAMES += ["_has:Observation:patient:code", "_has:::", "name:exact:exact", "name:", "identifier:of-type"]
NAMES += ["birthdate:missing", "gender:in", "gender:below", "organization.partof.partof.partof.name"]
VALUES = [
    "-1",
    "9" * 400,
    "\0",
    "a,b",
    "Patient:*",
    "-",
    "name," * 2000,
    "name eq (" * 300,
    "not " * 3000,
    "||||",
    "\\",
]
VALUES += [
    "2023-02-30",
    "gelt2020",
    "2020-01-01T25:00:00Z",
    "Patient/" + "x" * 70,
    "http://[",
    ",,,",
    "a" + ",a" * 9999,
]


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_values_of_search_parameters_are_answered(fhir, name):
    began = time.monotonic()
    for value in VALUES:
        assert await refused(fhir, "GET", f"Patient?{name}={quote(value)}") in (200, 400, 404)
    assert await refused(fhir, "GET", f"Patient?{name}=%ff") == 400
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    "asked", ["birthdate=2023-02-30", "birthdate=ge2023-02-30", "_lastUpdated=2023-02-30"]
)
async def test_days_of_no_calendar_are_refused_in_searches(fhir, asked):
    answer = await fhir.send("GET", f"Patient?{asked}")
    assert (answer.status_code, [where for _, where in issues(answer)]) == (400, [asked.partition("=")[0]])


async def test_methods_that_an_address_does_not_take_are_refused_with_those_it_does(fhir):
    for method in ("OPTIONS", "TRACE", "CONNECT", "FOO"):
        for path in ("", "Patient", "Patient/1", "metadata", "Patient/_search", "$export"):
            answer = await fhir.send(method, path)
            assert (answer.status_code, issues(answer)) == (405, [("not-supported", "")])
            assert answer.headers["allow"]


URLS = [
    "",
    "/",
    "?",
    "Patient/",
    "http://elsewhere/Patient/1",
    "Patient/a b",
    "metadata",
    "$export",
    "x" * 5000,
    "#",
]
URLS += [
    "Patient/x/$everything",
    "Patient?_cursor=x",
    "Patient?name=%ff",
    "Patient?name=%00",
    "Patient/../x",
    "ä",
]
REQUESTS = [
    {"method": method, "url": url} for method, url in product(("GET", "POST", "PUT", "PATCH", "DELETE"), URLS)
]
REQUESTS += [
    {"method": 1, "url": "Patient"},
    {"method": "TRACE", "url": "Patient"},
    {"method": "GET", "url": ["x"]},
]
REQUESTS += [
    {"method": "POST", "url": "Patient", "ifNoneExist": text}
    for text in (1, "?", "x=y", "name=%ff", "_sort=x")
]
REQUESTS += [{"method": "PUT", "url": "Patient/x", "ifMatch": text} for text in (1, "x", "*", {})]
CARRIED = [None, 1, [], {}, {"resourceType": []}, {"resourceType": "Unicorn"}, {"resourceType": "Bundle"}]
CARRIED += [
    {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": d}
    for d in ("!", "W10", "gA==")
]


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_entries_that_ask_for_nonsense_are_refused_each_or_all(fhir, kind):
    entries = [{"request": request, "resource": patient(id="x")} for request in REQUESTS]
    entries += [
        {"request": {"method": m, "url": "Patient/x"}, "resource": one}
        for m in ("PUT", "PATCH")
        for one in CARRIED
    ]
    entries += [{}, {"request": None}, {"request": "x"}, {"resource": patient()}, None, 1, []]  # fmt: skip
    for entry in entries:
        status = await refused(fhir, "POST", "", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
        assert status in (200, 400, 404, 405, 409, 412, 422)
    for odd in (None, 1, [], {}, "history", "searchset"):
        assert await refused(fhir, "POST", "", {"resourceType": "Bundle", "type": odd}) == 400


LARGE = {
    "spaces": b" " * ALMOST_TOO_LARGE,
    "arrays": HEAD + b"[]," * (ALMOST_TOO_LARGE // 3) + b"[]]}",
    "objects": HEAD + b"{}," * (ALMOST_TOO_LARGE // 3) + b"{}]}",
    "depth": b'{"a":' * (ALMOST_TOO_LARGE // 5),
    "names": b'{"resourceType":"Patient",' + b'"a":1,' * (ALMOST_TOO_LARGE // 6) + b'"b":1}',
    "digits": b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * ALMOST_TOO_LARGE + b"}",
    "brackets": HEAD + b'{"text":"' + b"[" * ALMOST_TOO_LARGE + b'"}]}',
    "escapes": HEAD + b'{"text":"' + b"\\u0000" * (ALMOST_TOO_LARGE // 6) + b'"}]}',
    "too large": b" " * (10 << 20),
}
LARGE_XML = {
    "attributes": b"<Patient " + b" ".join(b'a%d="1"' % number for number in range(500_000)) + b"/>",
    "depth": XML_HEAD + b"<extension>" * (ALMOST_TOO_LARGE // 11),
    "narrative": XML_HEAD
    + b'<text><div xmlns="http://www.w3.org/1999/xhtml">'
    + b"<p>" * (ALMOST_TOO_LARGE // 3),
    "elements": XML_HEAD + b"<name/>" * (ALMOST_TOO_LARGE // 7) + b"</Patient>",
}


@pytest.mark.parametrize("name", LARGE)
async def test_large_bodies_of_every_shape_are_refused_soon(fhir, name):
    began = time.monotonic()
    assert await refused(fhir, "POST", "Patient", LARGE[name]) in (400, 413, 422)
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize("name", LARGE_XML)
async def test_large_xml_of_every_shape_is_refused_soon(fhir, name):
    began = time.monotonic()
    assert await refused(fhir, "POST", "Patient", LARGE_XML[name], content_type="text/xml") == 400
    assert time.monotonic() - began < SOON


TEN_THOUSAND = range(10_000)
URN = "urn:uuid:0190a000-0000-7000-8000-%012d"
BUNDLES = {
    "invalid": [
        {"resource": {"resourceType": "Observation"}, "request": {"method": "POST", "url": "Observation"}}
    ],
    "one name": [
        {"fullUrl": URN % 1, "resource": patient(), "request": {"method": "POST", "url": "Patient"}}
    ],
    "one place": [{"resource": patient(id="x"), "request": {"method": "PUT", "url": "Patient/x"}}],
    "nowhere": [{"request": {"method": "GET", "url": "Unicorn"}}],
}


@pytest.mark.parametrize("name", BUNDLES)
async def test_transactions_of_ten_thousand_faulty_entries_are_refused_soon(fhir, name):
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": BUNDLES[name] * len(TEN_THOUSAND)}
    began = time.monotonic()
    answer = await fhir.send("POST", "", bundle)
    assert answer.status_code in (400, 404, 409, 422)
    assert len(issues(answer)) <= 101
    assert time.monotonic() - began < SOON


async def test_ten_thousand_entries_that_refer_to_one_another_in_a_circle_are_written(fhir):
    entries = [
        {
            "fullUrl": URN % number,
            "resource": observation(hasMember=[{"reference": URN % ((number + 1) % len(TEN_THOUSAND))}]),
            "request": {"method": "POST", "url": "Observation"},
        }
        for number in TEN_THOUSAND
    ]
    began = time.monotonic()
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200
    assert time.monotonic() - began < 2 * SOON


async def test_a_refusal_quotes_nothing_of_what_was_sent(fhir):
    secret = "not-for-anybody"
    for body in (json.encode(patient(gender=secret)), b'{"%b":1}' % secret.encode(), secret.encode()):
        assert secret not in (await fhir.send("POST", "Patient", body)).text
    told = await fhir.send("POST", "Patient", xml.encode(patient(gender=secret)), content_type="text/xml")
    assert secret not in told.text
