from smartbear.cdr.routes.application import ROUTES
from smartbear.fhir.search.parameters import parameters
from smartbear.fhir.validation import validate
from tests.cdr.conftest import observation


async def test_the_statement_is_a_valid_resource(fhir):
    statement = await fhir.get("metadata")
    assert validate(statement) == ()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert statement["implementation"]["url"] == "http://localhost:8080/fhir"


async def test_it_lists_the_interactions_that_are_there(fhir):
    [rest] = (await fhir.get("metadata"))["rest"]
    seen = next(one for one in rest["resource"] if one["type"] == "Observation")
    told = {one["code"] for one in seen["interaction"]}
    assert told == {"read", "vread", "update", "delete", "history-instance", "create", "search-type"}
    assert {one["code"] for one in rest["interaction"]} == {"transaction", "batch", "search-system"}
    assert sum(len(methods) for methods in ROUTES.values()) == 12


async def test_every_parameter_it_lists_is_one_a_search_knows(fhir):
    [rest] = (await fhir.get("metadata"))["rest"]
    for resource in rest["resource"]:
        assert {one["name"] for one in resource["searchParam"]} == set(parameters(resource["type"]))
    seen = next(one for one in rest["resource"] if one["type"] == "Observation")
    for parameter in seen["searchParam"]:
        if parameter["name"] == "_list":  # what is in no list has no value to miss
            continue
        strict = await fhir.send(
            "GET", f"Observation?{parameter['name']}:missing=true&_count=1", prefer="handling=strict"
        )
        assert strict.status_code == 200, (parameter, strict.text)


async def test_the_service_names_itself_as_it_was_called(service):
    caller = await service.caller()
    answer = await caller.send("POST", "Observation", observation(), host="127.0.0.1:8080")
    assert answer.headers["location"].startswith("http://127.0.0.1:8080/fhir/Observation/")
    stranger = await caller.send("POST", "Observation", observation(), host="evil.example")
    assert stranger.headers["location"].startswith("http://localhost:8080/fhir/Observation/")
