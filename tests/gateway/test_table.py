"""Every cell of role, route and method, from the table itself."""

import pytest

from smartbear import system
from smartbear.contracts.scope import PARTICIPANT, STAFF, SYSTEM
from smartbear.gateway.model.table import OWN, TABLE, find
from tests.gateway.conftest import METHODS

ROLES = [*STAFF, PARTICIPANT, SYSTEM, "anonymous"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.path)
async def test_a_role_enters_where_the_table_lets_it_and_nowhere_else(http, as_role, row, role):
    headers = as_role(role)
    for method in METHODS:
        answer = await http.request(method, f"{row.path}/below", headers=headers)
        if method not in row.methods:
            expected = 405
        elif row.roles is not None and role == "anonymous":
            expected = 401
        elif row.roles is not None and role not in row.roles:
            expected = 403
        else:
            expected = 404 if row.component == OWN else 200  # the front door has nothing below its addresses
        assert answer.status_code == expected, (method, answer.text)


def test_every_row_leads_to_a_component_that_exists():
    assert {row.component for row in TABLE} <= set(system.NAMES)


def test_the_longest_path_wins():
    assert find("/fhir/metadata").roles is None
    assert find("/fhir/metadata-of-others").path == "/fhir"
    assert find("/fhirs") is None


@pytest.mark.parametrize(
    "path",
    [
        "/internal",
        "/internal/accounts/a-1",
        "/api",
        "/api/",
        "/api/unknown",
        "/api/participantsX",
        "/openapi.json.",
        "/x.php",
    ],
)
async def test_what_is_not_in_the_table_is_not_there(http, as_role, path):
    answer = await http.get(path, headers=as_role("SysAdmin"))
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_components_own_routes_below_api_are_all_in_the_table(database_url, settings):
    async with system.assemble(settings, database_url) as running:
        front = running.apps["gateway"]
        for name, app in running.apps.items():
            if app is front:
                continue
            inner = app._app
            paths = [getattr(route, "path", "") for route in getattr(inner, "routes", [])]
            outside = [path for path in paths if path.startswith("/api/") and not find(path)]
            assert outside == [], name
