"""What other components are told of those who are away."""

import pytest

from smartbear.contracts.identity import IdentityClient
from smartbear.contracts.scope import SYSTEM, AccessScope, ScopeMiddleware
from smartbear.identity.actions import NewClient, create_client
from smartbear.kit.errors import NotFound
from tests.conftest import client_of, test_key
from tests.identity.conftest import PLACES


@pytest.fixture
async def asking(identity, make_context, clock):
    """The client that the repository asks with."""
    _, app = identity
    guarded = ScopeMiddleware(app, test_key("scope"), clock)
    opened = make_context("cdr", neighbours={"identity": guarded})
    async with opened as context, IdentityClient(context) as client:
        yield client


async def account_of(context, **changes):
    async with context.db.connection() as c:
        for name, value in changes.items():
            await c.execute(f"UPDATE account SET {name} = $1 WHERE username = 'test_clinician'", value)
        return str(await c.fetchval("SELECT id FROM account WHERE username = 'test_clinician'"))


async def test_an_account_is_what_it_is_today(identity, asking):
    context, _ = identity
    account = await account_of(context)
    found = await asking.standing("CCM", account)
    assert found == AccessScope(
        role="CCM",
        account=account,
        username="test_clinician",
        organisations=(PLACES[0]["id"],),
        pilots=("p-1",),
    )
    await account_of(context, organisation="o-2")
    assert (await asking.standing("CCM", account)).organisations == ("o-2",)
    await account_of(context, organisation=None)
    assert (await asking.standing("CCM", account)).organisations == ()
    with pytest.raises(NotFound):
        await asking.standing("Tech", account)
    await account_of(context, disabled=True)
    with pytest.raises(NotFound):
        await asking.standing("CCM", account)
    await account_of(context, disabled=False, organisation=PLACES[0]["id"])


async def test_a_client_is_what_it_is_today_if_it_may_come_to_who_asks(identity, asking):
    context, _ = identity
    name, _ = await create_client(context, NewClient(name="told", scope="system/*.*", services=("cdr",)))
    other, _ = await create_client(context, NewClient(name="other", scope="system/*.*", services=("users",)))
    assert await asking.standing(SYSTEM, name) == AccessScope(
        role=SYSTEM, client=name, scopes=("system/*.*",)
    )
    for unknown in (other, "dashboard", "no-such-one", ""):
        with pytest.raises(NotFound):
            await asking.standing(SYSTEM, unknown)
    for unknown in ("no-such-one", "", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFound):
            await asking.standing("CCM", unknown)


async def test_only_components_are_told(identity, http, clock):
    _, app = identity
    for scope in (
        AccessScope(role="SysAdmin", account="a"),
        AccessScope(role=SYSTEM, scopes=("system/*.*",)),
    ):
        async with client_of(app, clock, scope) as client:
            assert (await client.get("/internal/standing?role=CCM&name=x")).status_code == 403
    assert (await http.get("/internal/standing?role=CCM&name=x")).status_code == 403
