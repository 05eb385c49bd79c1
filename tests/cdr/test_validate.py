"""$validate says everything about a resource, and writes nothing."""

from typing import Any

import httpx
import pytest

from tests.cdr.conftest import Fhir, Resource, Service, issues, observation, patient
from tests.cdr.test_profiles import BP, NAMED, definition

PROFILE = "https://guide.example/StructureDefinition/validated"
FINE = ("informational", "")


async def ask(fhir: Fhir, body: Any, path: str = "Patient/$validate") -> list[tuple[str, str]]:
    """Code and place of everything found, but that there is no narrative."""
    answer = await fhir.send("POST", path, body)
    assert answer.status_code == 200, answer.text
    return [one for one in issues(answer) if one[1] not in ("Patient", "Observation")]


def wrapped(resource: Resource, **given: str) -> Resource:
    more = [{"name": name, "valueString": value} for name, value in given.items()]
    return {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}, *more]}


@pytest.mark.parametrize("wrap", [lambda resource: resource, wrapped])
async def test_a_resource_is_validated_bare_or_in_parameters(fhir: Fhir, wrap: Any) -> None:
    before = await fhir.ids("Patient")
    assert await ask(fhir, wrap(patient())) == []
    assert await ask(fhir, wrap(patient(gender="f", nonsense=1))) == [
        ("code-invalid", "Patient.gender"),
        ("structure", "Patient.nonsense"),
        FINE,
    ]
    assert await fhir.ids("Patient") == before


async def test_good_practice_is_a_warning(fhir: Fhir) -> None:
    answer = await fhir.send("POST", "Patient/$validate", patient())
    [issue] = answer.json()["issue"]
    assert issue["severity"] == "warning"
    assert issue["diagnostics"].startswith("dom-6")


async def test_a_profile_can_be_asked_for(fhir: Fhir) -> None:
    await fhir.create(definition(PROFILE, NAMED))
    assert await ask(fhir, patient(), f"Patient/$validate?profile={PROFILE}") == [
        ("required", "Patient.name")
    ]
    asked = wrapped(patient(), mode="profile", profile=PROFILE)
    assert await ask(fhir, asked) == [("required", "Patient.name")]
    found = await ask(fhir, observation(), f"Observation/$validate?profile={BP}")
    assert ("required", "Observation.component") in found


async def test_what_is_stored_can_be_validated(fhir: Fhir) -> None:
    await fhir.create(definition(PROFILE, NAMED))
    stored = await fhir.create(patient())
    found = await fhir.get(f"Patient/{stored['id']}/$validate?profile={PROFILE}")
    assert [one["expression"] for one in found["issue"]] == [["Patient.name"], ["Patient"]]
    assert (await fhir.send("GET", "Patient/none/$validate")).status_code == 404


async def test_a_write_can_be_tried(service: Service, fhir: Fhir) -> None:
    kept = await fhir.create(patient())
    reader = await service.machine("system/Patient.read")
    path = f"Patient/{kept['id']}/$validate"
    assert await ask(fhir, patient(), "Patient/$validate?mode=create") == []
    assert await ask(fhir, kept, f"{path}?mode=update") == []
    assert await ask(fhir, patient(id="other"), f"{path}?mode=update") == [("invalid", "Patient.id"), FINE]
    assert await ask(fhir, None, f"{path}?mode=delete") == [FINE]
    assert await ask(fhir, None, "Patient/none/$validate?mode=delete") == [("not-found", "")]
    assert await ask(reader, patient(), "Patient/$validate?mode=create") == [("forbidden", ""), FINE]


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("Patient/$validate", None, "resource"),
        ("Patient/$validate?mode=destroy", patient(), "mode"),
        ("Patient/$validate?mode=profile", patient(), "profile"),
        ("Patient/$validate?mode=delete", None, "mode"),
        ("Patient/$validate?colour=red", patient(), "colour"),
    ],
)
async def test_what_cannot_be_validated_is_refused_by_name(
    fhir: Fhir, path: str, body: Any, name: str
) -> None:
    answer: httpx.Response = await fhir.send("POST", path, body)
    assert answer.status_code == 400
    assert [place for _, place in issues(answer)] == [name]


@pytest.mark.parametrize("body", [[], 7, {}, {"resourceType": "Nonsense"}, {"resourceType": "Observation"}])
async def test_nonsense_is_told_as_an_outcome(fhir: Fhir, body: Any) -> None:
    answer = await fhir.send("POST", "Patient/$validate", body)
    assert answer.status_code == 200
    assert answer.json()["issue"][0]["severity"] == "error"


async def test_parameters_are_resources_too(fhir: Fhir) -> None:
    resource = {"resourceType": "Parameters", "parameter": [{"name": "x", "valueCode": "a"}]}
    assert await ask(fhir, resource, "Parameters/$validate") == [FINE]
    assert await ask(fhir, wrapped(resource), "Parameters/$validate") == [FINE]


async def test_who_may_neither_read_nor_write_a_type_learns_nothing(service: Service) -> None:
    stranger = await service.machine("system/Observation.read")
    assert (await stranger.send("POST", "Patient/$validate", patient())).status_code == 403
