"""What SMART apps are told agrees with what the provider says of itself."""

import pytest

ISSUER = "/realms/smartbear"


@pytest.fixture(params=["/fhir", ISSUER])
async def told(request, http):
    answer = await http.get(f"{request.param}/.well-known/smart-configuration")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


async def test_a_smart_app_is_told_what_the_provider_says_of_itself(told, http):
    provider = (await http.get(f"{ISSUER}/.well-known/openid-configuration")).json()
    alike = told.keys() - {"capabilities", "scopes_supported"}
    assert {name: provider[name] for name in alike} == {name: told[name] for name in alike}
    more = set(told["scopes_supported"]) - set(provider["scopes_supported"])
    assert set(provider["scopes_supported"]) <= set(told["scopes_supported"])
    assert more == {"system/*.cruds", "system/*.rs", "system/*.cud"}


async def test_it_has_what_smart_requires_and_no_capability_that_is_not_there(told):
    required = {"authorization_endpoint", "token_endpoint", "grant_types_supported", "scopes_supported"}
    assert required < told.keys()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["capabilities"] == [
        "client-public",
        "client-confidential-symmetric",
        "client-confidential-asymmetric",
        "permission-offline",
    ]
    assert {"authorization_code", "client_credentials"} <= set(told["grant_types_supported"])


async def test_every_address_that_is_told_answers(told, http):
    ways = {"jwks_uri": "GET", "authorization_endpoint": "GET", "token_endpoint": "POST"}
    for name, method in (ways | {"revocation_endpoint": "POST", "introspection_endpoint": "POST"}).items():
        answer = await http.request(method, told[name].removeprefix("http://localhost:8080"))
        assert answer.status_code in (200, 400, 401), name
