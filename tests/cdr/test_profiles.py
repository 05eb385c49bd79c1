"""Profiles that are stored here, and profiles that are not."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from smartbear.cdr.app import serve
from tests.cdr.conftest import Fhir, Resource, Service, client_of, issues, observation, patient

BASE = "http://hl7.org/fhir/StructureDefinition/"
BP = f"{BASE}bp"


def definition(url: str, *elements: Resource, base: str = f"{BASE}Patient", **more: Any) -> Resource:
    """A profile on Patient, by its differential."""
    root = base.rpartition("/")[2]
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "name": "CaredFor",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": [{"id": one["path"], **one} for one in elements or ({"path": root},)]},
    } | more


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """The address of a profile of this test's own."""
    return f"https://guide.example/StructureDefinition/{request.node.name}"


NAMED = {"path": "Patient.name", "min": 1}


def claiming(*profiles: str, **more: Any) -> Resource:
    return patient(meta={"profile": list(profiles)}, **more)


async def refusal(fhir: Fhir, resource: Resource) -> list[tuple[str, str]]:
    answer = await fhir.send("POST", resource["resourceType"], resource)
    assert answer.status_code == 422, answer.text
    return issues(answer)


async def test_a_stored_profile_holds_for_whoever_claims_it(fhir: Fhir, url: str) -> None:
    await fhir.create(definition(url, NAMED))
    assert await refusal(fhir, claiming(url)) == [("required", "Patient.name")]
    await fhir.create(claiming(url, name=[{"text": "x"}]))
    await fhir.create(patient())


async def test_a_profile_is_what_its_newest_version_says(service: Service, fhir: Fhir, url: str) -> None:
    stored = await fhir.create(definition(url, NAMED))
    kept = await fhir.create(claiming(url, name=[{"text": "x"}]))
    born = {"path": "Patient.birthDate", "min": 1}
    await fhir.put(definition(url, born) | {"id": stored["id"]})
    assert await refusal(fhir, claiming(url)) == [("required", "Patient.birthDate")]
    answer = await fhir.send("PUT", f"Patient/{kept['id']}", kept | {"active": True})
    assert issues(answer) == [("required", "Patient.birthDate")]
    await fhir.send("DELETE", f"StructureDefinition/{stored['id']}")
    await fhir.create(claiming(url))


async def test_another_process_learns_of_a_change_at_once(service: Service, fhir: Fhir, url: str) -> None:
    async with serve(service.context) as other, AsyncExitStack() as clients:
        neighbour = Fhir(await clients.enter_async_context(client_of(other, service.clock, None)))
        stored = await neighbour.create(definition(url))
        await fhir.create(claiming(url))
        await neighbour.put(definition(url, NAMED) | {"id": stored["id"]})
        assert await refusal(fhir, claiming(url)) == [("required", "Patient.name")]


async def test_a_profile_stands_on_others_that_are_stored(fhir: Fhir, url: str) -> None:
    base = f"{url}/base"
    await fhir.create(definition(url, {"path": "Patient.birthDate", "min": 1}, base=base))
    await fhir.create(definition(base, NAMED))
    assert await refusal(fhir, claiming(url)) == [
        ("required", "Patient.name"),
        ("required", "Patient.birthDate"),
    ]


async def test_a_version_of_a_profile_can_be_named(fhir: Fhir, url: str) -> None:
    await fhir.create(definition(url, NAMED, version="1"))
    await fhir.create(definition(url, version="2"))
    assert await refusal(fhir, claiming(f"{url}|1")) == [("required", "Patient.name")]
    await fhir.create(claiming(f"{url}|2"))
    await fhir.create(claiming(url))


async def test_a_claim_nobody_can_check_is_accepted_with_a_warning(fhir: Fhir, url: str) -> None:
    answer = await fhir.send("POST", "Patient", claiming(url), prefer="return=OperationOutcome")
    assert answer.status_code == 201
    assert issues(answer)[1:] == [("not-found", "Patient.meta.profile[0]")]


@pytest.fixture
async def strict(
    make_context: Callable[..., Any], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Fhir]:
    """A caller of a service that refuses claims it cannot check."""
    monkeypatch.setenv("SMARTBEAR_CDR_UNKNOWN_PROFILES", "refuse")
    async with make_context("cdr") as context, serve(context) as app, client_of(app, clock, None) as client:
        yield Fhir(client)


async def test_a_claim_nobody_can_check_is_refused_where_that_is_set(strict: Fhir, url: str) -> None:
    assert await refusal(strict, claiming(url)) == [("not-found", "Patient.meta.profile[0]")]
    await strict.create(claiming(f"{BASE}Patient"))


async def test_the_type_itself_may_be_claimed_and_another_may_not(fhir: Fhir) -> None:
    await fhir.create(claiming(f"{BASE}Patient"))
    assert await refusal(fhir, claiming(f"{BASE}Observation")) == [("invalid", "Patient.meta.profile[0]")]


async def test_vital_signs_obey_the_profiles_of_r4_and_nobody_replaces_those(fhir: Fhir) -> None:
    await fhir.create(definition(BP, type="Observation", base=f"{BASE}Observation"))
    found = await refusal(fhir, observation(meta={"profile": [BP]}))
    assert ("required", "Observation.component") in found
    assert ("required", "Observation.category") in found


async def test_a_transaction_says_which_entry_does_not_obey(fhir: Fhir, url: str) -> None:
    await fhir.create(definition(url, NAMED))
    entries = [
        {"resource": one, "request": {"method": "POST", "url": "Patient"}}
        for one in (patient(), claiming(url))
    ]
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 422
    assert issues(answer) == [("required", "Bundle.entry[1].resource.name")]


async def test_codes_are_looked_up_in_the_value_sets_that_are_stored(fhir: Fhir, url: str) -> None:
    colours = {
        "resourceType": "ValueSet",
        "url": f"{url}/colours",
        "status": "active",
        "compose": {"include": [{"system": "http://colours.example", "concept": [{"code": "red"}]}]},
    }
    binding = {"strength": "required", "valueSet": colours["url"]}
    await fhir.create(definition(url, {"path": "Patient.maritalStatus", "binding": binding}))

    def coloured(code: str) -> Resource:
        coding = {"system": "http://colours.example", "code": code}
        return claiming(url, maritalStatus={"coding": [coding]})

    await fhir.create(coloured("green"))  # nobody knows better
    await fhir.create(colours)
    await fhir.create(coloured("red"))
    assert await refusal(fhir, coloured("green")) == [("code-invalid", "Patient.maritalStatus")]


async def test_a_patch_cannot_break_a_profile(fhir: Fhir, url: str) -> None:
    await fhir.create(definition(url, NAMED))
    kept = await fhir.create(claiming(url, name=[{"text": "x"}]))
    patch = b'[{"op": "remove", "path": "/name"}]'
    answer = await fhir.send(
        "PATCH", f"Patient/{kept['id']}", patch, content_type="application/json-patch+json"
    )
    assert issues(answer) == [("required", "Patient.name")]
