"""Attack 20: XML that reads files or swells, and bodies that unpack to more than anybody sent."""

import gzip
import time

import pytest

ROOT = '<Observation xmlns="http://hl7.org/fhir"><status value="{}"/></Observation>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCUMENTS = {
    "a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ROOT.format("&e;"),
    "an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:1/">]>' + ROOT.format("&e;"),
    "a parameter": '<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>' + ROOT.format("final"),
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>' + ROOT.format("&l9;"),
    "quadratic": f'<!DOCTYPE x [<!ENTITY l "{"x" * 50_000}">]>' + ROOT.format("&l;" * 5_000),
    "a definition alone": "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>" + ROOT.format("final"),
    "deep": "<Observation xmlns='http://hl7.org/fhir'>" + "<a>" * 50_000,
    "an inclusion": '<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></x>',
}


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_xml_that_reaches_out_or_swells_is_refused_soon(platform, document):
    began = time.process_time()
    answer = await platform.fhir(
        "system", "POST", "Observation", DOCUMENTS[document].encode(), content_type="application/fhir+xml"
    )
    assert answer.status_code in (400, 413, 422)
    assert "root:" not in answer.text
    assert time.process_time() - began < 1.5


async def test_a_body_may_not_unpack_to_more_than_may_be_sent(platform):
    for size in (9 << 20, 200 << 20):
        packed = gzip.compress(bytes(size), 9) if size < 10 << 20 else gzip.compress(b"[" + b" " * size, 9)
        began = time.process_time()
        answer = await platform.fhir("ccm_north", "POST", "Observation", packed, content_encoding="gzip")
        assert answer.status_code in (400, 413, 415), answer.text
        assert time.process_time() - began < 1.5
    twice = gzip.compress(gzip.compress(b"{}"))
    answer = await platform.fhir("ccm_north", "POST", "Observation", twice, content_encoding="gzip, gzip")
    assert answer.status_code in (400, 415)
