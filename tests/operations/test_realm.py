"""The realm for Keycloak says what the embedded one does, and the file in ``deploy`` is up to date."""

import json
from pathlib import Path

import pytest

from smartbear.contracts.roles import PARTICIPANT, STAFF
from smartbear.identity.model.realm import realm
from smartbear.kit.errors import BadInput
from smartbear.operations.realm import described

DEPLOY = Path(__file__).parents[2] / "deploy" / "keycloak"


@pytest.fixture(scope="module")
def told():
    return json.loads(described(["https://care.example/"]))


@pytest.fixture(scope="module")
def clients(told):
    return {client["clientId"]: client for client in told["clients"]}


def test_the_file_in_deploy_is_what_the_command_prints():
    assert (DEPLOY / "smartbear-realm.json").read_bytes() == described(["http://localhost:8080"])


def test_roles_and_clients_are_those_of_the_declaration(told, clients):
    assert [role["name"] for role in told["roles"]["realm"]] == [*STAFF, PARTICIPANT]
    assert clients.keys() == realm().clients.keys()


def test_a_scope_that_several_machines_have_is_declared_once(told):
    names = [scope["name"] for scope in told["clientScopes"]]
    assert len(names) == len(set(names))


def test_clients_have_the_grants_they_need_and_no_other(clients):
    for name, client in clients.items():
        signs_in = "authorization_code" in realm().clients[name].grants
        assert client["standardFlowEnabled"] is signs_in
        assert client["serviceAccountsEnabled"] is not signs_in
        assert not client["implicitFlowEnabled"]
        assert not client["directAccessGrantsEnabled"]
        assert signs_in is (client["attributes"].get("pkce.code.challenge.method") == "S256")


def test_every_address_is_exact_and_of_the_deployment(clients):
    for client in clients.values():
        after = client["attributes"]["post.logout.redirect.uris"].split("##")
        for address in [*client["redirectUris"], *client["webOrigins"], *filter(None, after)]:
            assert address.startswith("https://care.example")
            assert not set("*+#") & set(address)


def test_tokens_name_the_same_services(clients):
    for name, client in clients.items():
        configs = [mapper["config"] for mapper in client["protocolMappers"]]
        services = [one["included.custom.audience"] for one in configs if "included.custom.audience" in one]
        assert tuple(services) == realm().clients[name].services


def test_nobody_writes_the_own_place(told):
    [component] = told["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(component["config"]["kc.user.profile.config"][0])
    edits = {one["name"]: one["permissions"]["edit"] for one in profile["attributes"]}
    assert {edits[name] == ["admin"] for name in ("organisation", "pilot", "participant")} == {True}


def test_the_file_holds_no_secret(told):
    assert "secret" not in json.dumps(told)
    assert told["smtpServer"]["password"].startswith("${")


@pytest.mark.parametrize(
    "addresses", [[], ["care.example"], ["http://care.example"], ["javascript:alert(1)"]]
)
def test_an_address_that_others_could_listen_to_is_refused(addresses):
    with pytest.raises(BadInput):
        described(addresses)


def test_the_theme_is_there(told):
    theme = DEPLOY / "themes" / told["loginTheme"]
    assert (theme / "login" / "theme.properties").exists()
    assert (theme / "email" / "theme.properties").exists()
