"""Attack 7: from a pseudonym to the person, by ids, references, addresses, headers and identifiers."""

import re

import pytest

from tests.attacks.canaries import IDS
from tests.attacks.records import told
from tests.whole import ORIGIN

PROJECT = "holobalance"
REFERENCE = re.compile(r'(?:"reference":"|"fullUrl":"http://[^"]*/fhir/)([A-Z][A-Za-z]+)/([^"/]+)')
LOINC = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}


@pytest.fixture
def person(platform):
    return platform.pseudonym("Patient", IDS[1])


async def test_every_id_and_reference_of_an_answer_is_a_token_of_the_project(platform, person):
    answer = await platform.fhir(PROJECT, "GET", f"Patient/{person}/$everything")
    named = REFERENCE.findall(answer.text)
    assert len(named) > 10
    for kind, token in named:
        assert platform.keyring.open(PROJECT, kind, token) is not None, (kind, token)


async def test_an_id_of_the_repository_is_nothing_to_a_project_wherever_it_is_put(platform):
    for path in ("Patient/{}", "Patient?_id={}", "Observation?subject=Patient/{}", "Observation?patient={}"):
        answers = []
        for one in (IDS[1], "5b1e9c4e-0b0f-4a38-9c6c-ffffffffffff"):
            answer = await platform.fhir(PROJECT, "GET", path.format(one))
            answers.append(told(answer))
            assert one not in answer.text
            assert answer.status_code in (200, 404)
        assert answers[0] == answers[1]


async def test_an_altered_token_is_nothing(platform, person):
    for place in range(1, len(person), 5):
        other = "A" if person[place] != "A" else "B"
        answer = await platform.fhir(PROJECT, "GET", f"Patient/{person[:place]}{other}{person[place + 1 :]}")
        assert answer.status_code == 404


async def test_nobodys_token_is_learnt_by_adding_something_with_a_guess_in_it(platform, person):
    new = {"resourceType": "Observation", "status": "final", "code": LOINC}
    guesses = (
        {"identifier": [{"system": "urn:CANARY-number", "value": "CANARY-number"}]},
        {"subject": {"reference": f"Patient/{IDS[1]}"}},
        {"subject": {"identifier": {"system": "urn:CANARY-number", "value": "CANARY-number"}}},
        {"subject": {"reference": "Patient?identifier=CANARY-number"}},
        {"subject": {"reference": f"Patient/{IDS[1]}/_history/a"}},
        {"subject": {"reference": f"Patient/{IDS[1]}#{'a' * 500}"}},
        {"subject": {"reference": f"{ORIGIN}/fhir/x/Patient/{IDS[1]}"}},
        {"contained": [{"resourceType": "Patient", "identifier": [{"value": "CANARY-number"}]}]},
    )
    for guess in guesses:
        answer = await platform.fhir(PROJECT, "POST", "Observation", new | guess)
        assert answer.status_code in (400, 422), answer.text
        assert "CANARY" not in answer.text


async def test_headers_of_a_new_resource_name_it_by_its_token(platform, person):
    new = {"resourceType": "Observation", "status": "final", "code": LOINC}
    new |= {"subject": {"reference": f"Patient/{person}"}}
    answer = await platform.fhir(PROJECT, "POST", "Observation", new)
    assert answer.status_code == 201, answer.text
    token = answer.json()["id"]
    assert f"/Observation/{token}" in answer.headers["location"]
    stored = platform.keyring.open(PROJECT, "Observation", token)
    assert stored is not None
    assert stored not in answer.text + str(answer.headers)
    assert answer.headers["etag"] == 'W/"1"'
    await platform.fhir("system", "DELETE", f"Observation/{stored}")
