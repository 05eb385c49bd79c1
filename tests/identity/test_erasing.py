"""``/internal/erasure``: for components alone, and for nothing that is not a person's names."""

import pytest

from smartbear.contracts.erasure import PATH, Erased
from smartbear.contracts.roles import PARTICIPANT, SERVICE
from smartbear.contracts.scope import AccessScope
from tests.conftest import client_of

GOOD = {"participant": "SB-0001", "subject": "s-1", "account": None}


@pytest.mark.parametrize("role", ["SysAdmin", PARTICIPANT, "anonymous", "system"])
async def test_nobody_but_a_component_has_an_account_erased(identity, clock, role):
    _, app = identity
    async with client_of(app, clock, AccessScope(role=role, service="users")) as client:
        assert (await client.post(PATH, json=GOOD)).status_code == 403


@pytest.mark.parametrize("body", [{}, GOOD | {"subject": None}, []])
async def test_what_names_nobody_is_refused(identity, clock, body):
    _, app = identity
    async with client_of(app, clock, AccessScope(role=SERVICE, service="users")) as client:
        assert (await client.post(PATH, json=body)).status_code == 400
        answer = await client.post(PATH, json=GOOD)
    assert Erased.model_validate_json(answer.content) == Erased(removed=0)
