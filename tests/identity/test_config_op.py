"""The intents of the Config OP module and of the discovery modules of the logout plans."""

from urllib.parse import urlsplit

import pytest
from joserfc.jwk import KeySet

from tests.identity.conftest import ORIGIN, PROTOCOL, asked

WHERE = "/realms/smartbear/.well-known/openid-configuration"


@pytest.fixture
async def told(http):
    answer = await http.get(WHERE)
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_what_is_needed_is_told_and_is_there__discovery_endpoint_verification(told, http):
    needed = {"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}
    assert needed <= told.keys()
    assert f"{told['issuer']}/.well-known/openid-configuration" == f"{ORIGIN}{WHERE}"
    assert {"code"} == set(told["response_types_supported"])
    assert "public" in told["subject_types_supported"]
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert "openid" in told["scopes_supported"]
    assert {"sub", "name", "email"} <= set(told["claims_supported"])


async def test_every_endpoint_told_of_answers_below_the_issuer(told, http):
    endpoints = [value for name, value in told.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) == 7
    for address in endpoints:
        assert address.startswith(f"{told['issuer']}/")
        assert (await http.get(urlsplit(address).path)).status_code in (200, 400, 401, 405)


async def test_the_keys_are_public_and_each_has_a_name(told, http):
    keys = (await http.get(urlsplit(told["jwks_uri"]).path)).json()
    assert {"kid", "kty", "use", "alg", "n", "e"} == set(keys["keys"][0])
    assert KeySet.import_key_set(keys).keys


async def test_signing_out_is_told_of__rp_initiated_logout_discovery_endpoint_verification(told):
    assert told["end_session_endpoint"] == f"{ORIGIN}{PROTOCOL}/logout"


async def test_telling_clients_is_told_of__backchannel_logout_discovery_endpoint_verification(told):
    assert told["backchannel_logout_supported"] is True
    assert told["backchannel_logout_session_supported"] is True


async def test_who_answers_is_part_of_the_answer(told, http):
    assert told["authorization_response_iss_parameter_supported"] is True
    answer = await http.get(f"{PROTOCOL}/auth", params=asked(prompt="none"))
    assert "iss=http%3A%2F%2Flocalhost%3A8080%2Frealms%2Fsmartbear" in answer.headers["location"]
