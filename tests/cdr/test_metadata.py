"""The CapabilityStatement says what the service does: every claim is tried, and what is not claimed too."""

import pytest

from smartbear.cdr.routes.operations import OPERATIONS
from smartbear.fhir import definitions, json
from smartbear.fhir.search.parameters import parameters
from smartbear.fhir.validation import validate
from tests.cdr.conftest import observation, patient

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
OF_SYSTEM = {
    "transaction": [("POST", "")],
    "batch": [("POST", "")],
    "search-system": [("GET", ""), ("POST", "_search")],
    "history-system": [("GET", "_history")],
}
OF_TYPE = {
    "read": [("GET", "{}/x")],
    "vread": [("GET", "{}/x/_history/1")],
    "update": [("PUT", "{}/x")],
    "patch": [("PATCH", "{}/x"), ("PATCH", "{}")],
    "delete": [("DELETE", "{}/x")],
    "history-instance": [("GET", "{}/x/_history")],
    "history-type": [("GET", "{}/_history")],
    "create": [("POST", "{}")],
    "search-type": [("GET", "{}"), ("POST", "{}/_search")],
}


async def statement_of(fhir):
    statement = await fhir.get("metadata")
    [rest] = statement["rest"]
    return statement, rest, {one["type"]: one for one in rest["resource"]}


async def offers(fhir, method, path):
    """Whether there is something at an address for a method, whatever it answers to nonsense."""
    answer = await fhir.send(method, path, [] if method not in ("GET", "HEAD") else None)
    if answer.status_code == 405:
        assert method not in answer.headers["allow"].split(", ")
        return False
    if answer.status_code != 404 or method == "HEAD":
        return answer.status_code != 404 or await offers(fhir, "GET", path)
    return "There is nothing at this address" not in answer.text


async def expect_exactly(fhir, claimed, paths):
    """That each address takes the methods claimed for it, with HEAD beside every GET, and no other."""
    claimed |= {("HEAD", path) for method, path in claimed if method == "GET"}
    for path in paths:
        for method in METHODS:
            assert await offers(fhir, method, path) is ((method, path) in claimed), (method, path)


async def test_the_statement_is_a_valid_resource(fhir):
    statement = await fhir.get("metadata")
    assert validate(statement) == ()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert statement["implementation"]["url"] == "http://localhost:8080/fhir"


async def test_every_type_is_there_with_what_it_claims(fhir):
    _, _, resources = await statement_of(fhir)
    assert resources.keys() == definitions.resource_types()
    varying = {"type", "searchInclude", "searchRevInclude", "searchParam", "operation"}
    claims = [json.encode({k: v for k, v in one.items() if k not in varying}) for one in resources.values()]
    assert len(set(claims)) == 1


@pytest.mark.parametrize("kind", ["Observation", "Patient", "Binary", "Basic"])
async def test_what_a_type_claims_is_offered_and_nothing_else(fhir, kind):
    _, _, resources = await statement_of(fhir)
    told = resources[kind]
    named = {one["code"] for one in told["interaction"]}
    assert named <= OF_TYPE.keys()
    claimed = {(method, path.format(kind)) for code in named for method, path in OF_TYPE[code]}
    claimed |= {("PUT", kind)} if told["conditionalUpdate"] else set()
    claimed |= {("DELETE", kind)} if told["conditionalDelete"] != "not-supported" else set()
    places = ("{}", "{}/_search", "{}/_history", "{}/x", "{}/x/_history", "{}/x/_history/1", "{}/x/_search")
    await expect_exactly(fhir, claimed, [place.format(kind) for place in places])


async def test_what_the_system_claims_is_offered_and_nothing_else(fhir):
    _, rest, _ = await statement_of(fhir)
    named = {one["code"] for one in rest["interaction"]}
    assert named <= OF_SYSTEM.keys()
    claimed = {place for code in named for place in OF_SYSTEM[code]} | {("GET", "metadata")}
    await expect_exactly(fhir, claimed, ["", "_search", "_history", "_history/1", "metadata", "Nonsense"])


async def test_every_operation_is_named_with_its_definition_and_no_other(fhir):
    _, rest, resources = await statement_of(fhir)
    shapes = [shape for shape in OPERATIONS if shape[-1].startswith("$")]
    for place, told in [("", rest), *resources.items()]:
        listed = {one["name"]: one["definition"] for one in told.get("operation", ())}
        own = [s for s in shapes if (s[0] if len(s) > 1 else "") in ({place, "type"} if place else {""})]
        assert listed.keys() == {shape[-1][1:] for shape in own}
        assert len(set(listed.values())) == len(listed)
    for shape, methods in OPERATIONS.items():
        path = "/".join({"type": "Basic", "id": "x"}.get(segment, segment) for segment in shape)
        claimed = {(method, path) for method in methods}
        if shape[-1].startswith("$"):
            await expect_exactly(fhir, claimed, [path])
    assert not await offers(fhir, "GET", "$nothing")
    assert not await offers(fhir, "POST", "Patient/x/$nothing")


async def test_every_patch_format_is_taken_and_no_other(fhir):
    statement, _, _ = await statement_of(fhir)
    assert len(statement["patchFormat"]) == 5
    stored = await fhir.create(observation())
    bodies = {
        "application/json-patch+json": b"[]",
        "application/xml-patch+xml": b'<diff><replace sel="Observation/status/@value">final</replace></diff>',
        "application/merge-patch+json": b"{}",
        "application/fhir+json": b'{"resourceType":"Parameters"}',
    }
    xml = b'<Parameters xmlns="http://hl7.org/fhir"/>'
    for kind in [*statement["patchFormat"], "text/x-patch", "text/plain"]:
        body = bodies.get(kind, xml)
        answer = await fhir.send("PATCH", f"Observation/{stored['id']}", body, content_type=kind)
        assert answer.status_code == (200 if kind in statement["patchFormat"] else 415), (kind, answer.text)


async def test_every_format_is_answered_and_no_other(fhir):
    statement, _, _ = await statement_of(fhir)
    for kind in [*statement["format"], "ttl", "application/fhir+turtle"]:
        answer = await fhir.send("GET", f"Basic?_count=1&_format={kind}".replace("+", "%2B"))
        assert answer.status_code == (200 if kind in statement["format"] else 406), kind


async def test_conditions_are_those_it_claims(service, fhir):
    _, _, resources = await statement_of(fhir)
    told = resources["Patient"]
    assert (told["conditionalCreate"], told["conditionalRead"]) == (True, "full-support")
    stored = await fhir.create(patient(identifier=[{"system": "urn:m", "value": "1"}]))
    again = await fhir.send("POST", "Patient", patient(), if_none_exist="identifier=urn:m|1")
    assert again.status_code == 200
    path = f"Patient/{stored['id']}"
    assert (await fhir.send("GET", path, if_none_match='W/"1"')).status_code == 304
    since = (await fhir.send("GET", path)).headers["last-modified"]
    assert (await fhir.send("GET", path, if_modified_since=since)).status_code == 304
    assert (told["updateCreate"], told["conditionalDelete"]) == (True, "single")


async def test_settings_change_what_is_claimed(service):
    for name, value in {"update_create": False, "delete_matches": 9}.items():
        object.__setattr__(service.app._repository.settings, name, value)
    _, _, resources = await statement_of(await service.caller())
    told = resources["Patient"]
    assert (told["updateCreate"], told["conditionalDelete"]) == (False, "multiple")


async def test_every_compartment_can_be_searched_and_no_other(fhir):
    _, rest, resources = await statement_of(fhir)
    told = {address.rpartition("/")[2] for address in rest["compartment"]}
    assert told == {"patient", "encounter", "relatedperson", "practitioner", "device"}
    for kind in resources:
        assert await offers(fhir, "GET", f"{kind}/x/*") is (kind.lower() in told), kind


async def test_every_parameter_it_lists_is_one_a_search_knows(fhir):
    _, rest, resources = await statement_of(fhir)
    for kind, told in resources.items():
        assert {one["name"] for one in told["searchParam"]} == set(parameters(kind))
    for place, told in (("Observation", resources["Observation"]), ("", rest)):
        for parameter in told["searchParam"]:
            if parameter["name"] == "_list":  # what is in no list has no value to miss
                continue
            query = f"{place}?{parameter['name']}:missing=true&_count=1"
            strict = await fhir.send("GET", query, prefer="handling=strict")
            assert strict.status_code == 200, (parameter, strict.text)
    defined = [one for told in resources.values() for one in told["searchParam"] if one["name"] != "_list"]
    assert all(one["definition"].startswith("http://hl7.org/fhir/SearchParameter/") for one in defined)


async def test_every_include_it_lists_is_one_a_search_knows(fhir):
    _, _, resources = await statement_of(fhir)
    told = resources["Encounter"]
    for name, values in (("_include", told["searchInclude"]), ("_revinclude", told["searchRevInclude"])):
        assert len(values) > 10
        for value in values[:40]:
            answer = await fhir.send("GET", f"Encounter?_id=none&{name}={value}", prefer="handling=strict")
            assert answer.status_code == 200, (name, value, answer.text)


async def test_the_service_names_itself_as_it_was_called(service):
    caller = await service.caller()
    answer = await caller.send("POST", "Observation", observation(), host="127.0.0.1:8080")
    assert answer.headers["location"].startswith("http://127.0.0.1:8080/fhir/Observation/")
    stranger = await caller.send("POST", "Observation", observation(), host="evil.example")
    assert stranger.headers["location"].startswith("http://localhost:8080/fhir/Observation/")
