"""Formats and codings over HTTP: what a caller asks for is what it gets, or is told that it cannot."""

import gzip
import zlib

import pytest
import zstandard

from smartbear.cdr.routes import compression
from smartbear.fhir import json, xml
from tests.cdr.conftest import issues, observation, patient

JSON, XML = "application/fhir+json", "application/fhir+xml"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def kind(answer):
    return answer.headers["content-type"].partition(";")[0]


@pytest.fixture
async def stored(fhir):
    return await fhir.create(observation(value=json.decode(b"72.50")))


async def test_a_resource_is_read_in_the_format_that_is_asked_for(fhir, stored):
    path = f"Observation/{stored['id']}"
    as_json = await fhir.send("GET", path)
    as_xml = await fhir.send("GET", path, accept=XML)
    assert (kind(as_json), kind(as_xml)) == (JSON, XML)
    assert as_xml.headers["etag"] == as_json.headers["etag"]
    assert as_xml.headers["vary"] == "Accept, Accept-Encoding"
    assert xml.decode(as_xml.content) == json.decode(as_json.content) == stored
    assert b'<value value="72.50"/>' in as_xml.content


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", "application/json"),
        ("text/json", "text/json"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("application/json, text/plain, */*", JSON),
        (f"{JSON};q=0.8, {XML}", XML),
        (f"{XML};q=0.1, {JSON};q=0.2", JSON),
        (f"{XML}, */*;q=0.5", XML),
        (f"{JSON};q=0, */*", "application/json"),
        ("APPLICATION/FHIR+XML; charset=UTF-8", XML),
        (f"{XML}; fhirVersion=4.0", XML),
        (f'{XML}; fhirVersion="3.0", */*;q=0.1', JSON),
        (f"{XML};q=nonsense, {JSON};q=0.1", JSON),
        (BROWSER, "application/xml"),
    ],
)
async def test_an_accept_header_is_weighed_as_http_says(fhir, stored, accept, expected):
    answer = await fhir.send("GET", f"Observation/{stored['id']}", accept=accept)
    assert (answer.status_code, kind(answer)) == (200, expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("json", JSON),
        ("xml", XML),
        ("application/json", JSON),
        ("text/xml", XML),
        ("application/fhir%2Bxml", XML),
        ("application/fhir+xml", XML),
        ("application/fhir%2Bxml;%20fhirVersion=4.0", XML),
        ("", "text/xml"),
    ],
)
async def test_format_outweighs_the_header(fhir, stored, asked, expected):
    answer = await fhir.send("GET", f"Observation?_id={stored['id']}&_format={asked}", accept="text/xml")
    assert (answer.status_code, kind(answer)) == (200, expected)


@pytest.mark.parametrize(
    ("query", "accept"),
    [("", "text/html"), ("?_format=ttl", "*/*"), ("", "*/*;q=0"), ("", ","), ("", f"{JSON};fhirVersion=5.0")],
)
async def test_what_is_not_offered_is_refused_before_anything_is_written(fhir, query, accept):
    before = await fhir.get("Basic?_summary=count")
    basic = {"resourceType": "Basic", "code": {"text": "x"}}
    for method, path, body in (("GET", "Patient", None), ("POST", "Basic", basic)):
        answer = await fhir.send(method, path + query, body, accept=accept)
        assert (answer.status_code, kind(answer)) == (406, JSON)
        assert issues(answer)
    assert (await fhir.get("Basic?_summary=count"))["total"] == before["total"]


async def test_errors_come_in_the_format_that_was_asked_for(fhir):
    answer = await fhir.send("GET", "Patient/nobody", accept=XML)
    outcome = xml.decode(answer.content)
    assert (answer.status_code, outcome["issue"][0]["code"]) == (404, "not-found")
    not_offered = await fhir.send("GET", "Patient/nobody", accept="image/png")
    assert (not_offered.status_code, kind(not_offered)) == (404, JSON)


async def test_pretty_answers_say_the_same(fhir, stored):
    for form in ("json", "xml"):
        answer = await fhir.send("GET", f"Observation/{stored['id']}?_pretty=true&_format={form}")
        assert answer.text.count("\n") > 10
        assert (xml if form == "xml" else json).decode(answer.content) == stored


async def test_xml_is_written_updated_and_searched_like_json(fhir):
    given = patient(name=[{"family": "F", "given": ["A", "B"]}], birthDate="1940-05-01")
    made = await fhir.send(
        "POST", "Patient", xml.encode(given), content_type=f"{XML}; charset=utf-8", accept=XML
    )
    assert made.status_code == 201
    resource = xml.decode(made.content)
    assert resource == given | {"id": resource["id"], "meta": resource["meta"]}
    resource["active"] = True
    path = f"Patient/{resource['id']}"
    changed = await fhir.send("PUT", path, xml.encode(resource), content_type="text/xml", accept=XML)
    assert xml.decode(changed.content)["meta"]["versionId"] == "2"
    found = await fhir.send("GET", f"Patient?_id={resource['id']}", accept=XML)
    bundle = xml.decode(found.content)
    assert bundle["entry"][0]["resource"]["active"] is True
    history = await fhir.send("GET", f"{path}/_history", accept=XML)
    assert len(xml.decode(history.content)["entry"]) == 2


async def test_a_transaction_is_taken_and_answered_in_xml(fhir):
    entry = {"resource": patient(), "request": {"method": "POST", "url": "Patient"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry, entry]}
    answer = await fhir.send("POST", "", xml.encode(bundle), content_type=XML, accept=XML)
    assert [one["response"]["status"] for one in xml.decode(answer.content)["entry"]] == ["201 Created"] * 2


async def test_xml_that_is_no_resource_is_refused_with_its_place(fhir):
    head = b'<Patient xmlns="http://hl7.org/fhir">'
    for body, place in (
        (head + b'<birthdate value="1940"/></Patient>', "Patient.birthdate"),
        (head + b'<birthDate value="1940-02-30"/></Patient>', "Patient.birthDate"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + head + b"</Patient>", ""),
        (head, ""),
    ):
        answer = await fhir.send("POST", "Patient", body, content_type=XML)
        assert answer.status_code in (400, 422)
        assert place in [where for _, where in issues(answer)]


@pytest.mark.parametrize(
    "sent",
    [
        "text/plain",
        "",
        f"{JSON}; charset=iso-8859-1",
        f"{JSON}; fhirVersion=3.0",
        "application/fhir+turtle",
        ";;=",
    ],
)
async def test_bodies_of_other_types_versions_and_character_sets_are_refused(fhir, sent):
    answer = await fhir.send("POST", "Patient", patient(), content_type=sent)
    assert (answer.status_code, issues(answer)) == (415, [("not-supported", "")])


async def test_a_read_may_ask_for_a_part(fhir, stored):
    path = f"Observation/{stored['id']}"
    whole, summary = await fhir.get(path), await fhir.get(f"{path}?_summary=text")
    assert "effectiveDateTime" in whole
    assert "effectiveDateTime" not in summary
    elements = await fhir.get(f"{path}?_elements=valueQuantity,value")
    assert elements.keys() == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert elements["meta"]["tag"][0]["code"] == "SUBSETTED"
    for wrong in ("count", "everything"):
        answer = await fhir.send("GET", f"{path}?_summary={wrong}")
        assert (answer.status_code, issues(answer)) == (400, [("invalid", "_summary")])


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "zstd, gzip;q=0.1", "*"])
async def test_long_answers_are_packed_and_short_ones_are_not(fhir, accepted):
    long = await fhir.create(patient(name=[{"text": "x" * 5000}]))
    short = await fhir.create(patient())
    packed = await fhir.send("GET", f"Patient/{long['id']}", accept_encoding=accepted)
    assert packed.headers["content-encoding"] == ("gzip" if accepted.startswith("gzip") else "zstd")
    assert int(packed.headers["content-length"]) < 1000
    assert json.decode(packed.content) == long
    plain = await fhir.send("GET", f"Patient/{short['id']}", accept_encoding=accepted)
    refused = await fhir.send("GET", f"Patient/{long['id']}", accept_encoding="gzip;q=0, br")
    for answer in (plain, refused):
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_an_answer_in_pieces_is_packed_piece_by_piece(coding):
    pieces = [b'{"resourceType":"Basic"}\n' * 4000, b"", b"end"]

    async def stream():
        for piece in pieces:
            yield piece

    packed = [piece async for piece in compression.packed_pieces(coding, stream())]
    unpacked = await compression.unpacked(coding, b"".join(packed), 1 << 20)
    assert unpacked == b"".join(pieces)
    assert sum(map(len, packed)) < 2000


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
async def test_packed_bodies_are_taken_but_never_become_larger_than_a_body_may_be(fhir, coding, pack):
    body = json.encode(patient())
    taken = await fhir.send("POST", "Patient", pack(body), content_encoding=coding)
    assert taken.status_code == 201
    bomb = pack(b" " * (64 << 20))
    assert len(bomb) < 1 << 20
    for content, status in ((bomb, 413), (pack(b""), 400), (b"nonsense", 400), (pack(body)[:-20], 400)):
        answer = await fhir.send("POST", "Patient", content, content_encoding=coding)
        assert (answer.status_code, bool(issues(answer))) == (status, True)


@pytest.mark.parametrize("coding", ["deflate", "gzip, gzip", "br", "x"])
async def test_other_codings_of_bodies_are_refused(fhir, coding):
    answer = await fhir.send("POST", "Patient", zlib.compress(b"{}"), content_encoding=coding)
    assert (answer.status_code, issues(answer)) == (415, [("not-supported", "")])


async def test_a_posted_form_says_what_form_the_answer_has(fhir, stored):
    form, base = "application/x-www-form-urlencoded", f"_id={stored['id']}&_format="
    for asked, accept, wanted in (
        ("xml", JSON, f"{XML}; charset=utf-8"),
        ("json", "text/html", f"{JSON}; charset=utf-8"),
        ("application/fhir%2Bxml&_pretty=true", "*/*", f"{XML}; charset=utf-8"),
    ):
        answer = await fhir.send(
            "POST", "Observation/_search", (base + asked).encode(), content_type=form, accept=accept
        )
        assert (answer.status_code, answer.headers["content-type"]) == (200, wanted)
        assert (b"\n  " in answer.content) == ("_pretty" in asked)
    for asked, accept in (("ttl", JSON), ("", "text/html")):
        answer = await fhir.send(
            "POST", "Observation/_search", (base + asked).encode(), content_type=form, accept=accept
        )
        assert answer.status_code == 406
