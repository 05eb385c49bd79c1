"""What fits into no row, no page and no patience: refused or bounded, and never a fault of ours."""

import asyncio
import time
from urllib.parse import quote

import pytest

from smartbear.cdr.app import serve
from smartbear.cdr.routes import http
from tests.cdr.conftest import Fhir, client_of, issues, matches, observation, patient
from tests.cdr.test_bad_input import SOON, refused

OPERATIONS = [
    "CodeSystem/$lookup?system=%00&code=%00",
    "CodeSystem/$lookup?system=http://x&code=%00",
    "CodeSystem/$subsumes?system=%00&codeA=a&codeB=b",
    "CodeSystem/$validate-code?url=%00&code=a",
    "ValueSet/$expand?url=%00",
    "ValueSet/$expand?url=http://x&filter=%00",
    "ValueSet/$validate-code?url=http://x&code=%00&system=%00",
    "Observation/$lastn?patient=%00",
    "Observation/$stats?subject=%00",
    "Patient/$everything?_type=%00",
    "Patient/x/$everything?_since=%00",
    "$export?_type=%00",
    "$meta?%00=x",
]


@pytest.mark.parametrize("asked", OPERATIONS)
async def test_control_characters_are_refused_by_every_operation(fhir, asked):
    assert await refused(fhir, "GET", asked, prefer="respond-async") in (400, 404, 422)


def coded(system, count):
    return {"coding": [{"system": system, "code": f"c{number}"} for number in range(count)]}


TOO_MANY_VALUES = [
    patient(name=[{"family": f"n{number}"} for number in range(60_000)]),
    {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("http://a", 3000),
        "valueCodeableConcept": coded("http://b", 3000),
    },
    {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": f"Patient/{number}"}} for number in range(100_001)],
    },
]


@pytest.mark.parametrize(
    ("resource", "element", "parameter"),
    [
        (TOO_MANY_VALUES[0], "Patient.name", "name"),
        (TOO_MANY_VALUES[1], "Observation", "code-value-concept"),
        (TOO_MANY_VALUES[2], "Group.member.entity", "member"),
    ],
)
async def test_a_resource_with_too_many_values_to_be_found_by_is_refused_at_once(
    fhir, resource, element, parameter
):
    began = time.monotonic()
    answer = await fhir.send("POST", resource["resourceType"], resource)
    assert answer.status_code == 422
    [(code, place)] = issues(answer)
    assert (code, place.partition(".family")[0]) == ("too-costly", element)
    assert f"by {parameter}" in answer.text
    assert time.monotonic() - began < SOON


async def test_words_are_bounded_in_a_narrative_and_elsewhere(fhir):
    text = " ".join(f"w{number}x" for number in range(100_000))
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">first {text}</div>'
    began = time.monotonic()
    made = await fhir.create(
        patient(text={"status": "generated", "div": div}, contact=[{"name": {"text": f"last {text}"}}])
    )
    assert time.monotonic() - began < SOON
    assert await fhir.ids("Patient?_text=first w9x") == [made["id"]]
    assert await fhir.ids("Patient?_text=w99999x") == []
    assert await fhir.ids("Patient?_content=w99999x") == []


def codings(text, count):
    return {"coding": [{"code": f"{text}{number}"} for number in range(count)]}


async def test_composites_of_more_parts_than_rows_can_number_are_refused(fhir):
    crossed = observation(code=codings("c", 180), valueCodeableConcept=codings("v", 185))
    assert await refused(fhir, "POST", "Observation", crossed) == 422


def long_names(length):
    """Different characters of four bytes, which no index can pack."""
    return ["".join(chr(0x20000 + start + 7 * number) for number in range(length)) for start in range(3)]


@pytest.mark.parametrize("length", [190, 200, 256])
async def test_units_with_the_longest_names_are_stored_and_found(fhir, length):
    system, code, unit = long_names(length)
    measured = {"value": 1, "system": f"urn:{system}", "code": code, "unit": unit}
    held = await fhir.create(observation(valueQuantity=measured))
    asked = f"Observation?value-quantity={quote(f'1|urn:{system}|{code}')}"
    assert await fhir.ids(asked) == [held["id"]]


async def test_a_page_of_large_resources_ends_before_it_fills_the_memory(make_context, clock, monkeypatch):
    monkeypatch.setenv("SMARTBEAR_CDR_RESOURCE_BYTES", "250000")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        fhir = Fhir(client)
        large = patient(gender="other", contact=[{"name": {"text": "x" * 200_000}}])
        stored = [(await fhir.create(large))["id"] for _ in "12345"]
        assert len(matches(await fhir.get("Patient?gender=other&_count=1000"))) == 3
        assert sorted(await fhir.ids("Patient?gender=other&_count=1000")) == sorted(stored)
        told = [entry["resource"]["id"] for entry in (await fhir.get("Patient/_history"))["entry"]]
        assert told == stored[:1:-1]
        for _ in "123":
            await fhir.create(observation(stored[0], note=[{"text": "y" * 240_000}]))
        alone = await fhir.get(f"Observation?subject=Patient/{stored[0]}&_include=Observation:subject")
        assert len(matches(alone)) == 3
        assert matches(alone, "include") == []
        assert alone["entry"][-1]["resource"]["issue"][0]["code"] == "incomplete"


async def test_a_body_that_never_ends_is_not_waited_for(fhir, monkeypatch):
    monkeypatch.setattr(http, "_PATIENCE", 0.05)

    async def trickling():
        yield b'{"resourceType":'
        await asyncio.sleep(5)
        yield b'"Patient"}'

    began = time.monotonic()
    answer = await fhir.client.post("/fhir/Patient", content=trickling(), headers=fhir.headers)
    assert (answer.status_code, issues(answer)) == (400, [("invalid", "")])
    assert time.monotonic() - began < 5
