"""The typed client against the real component."""

import pytest

from smartbear.contracts.notifications import NotificationsClient
from smartbear.contracts.scope import AccessScope, ScopeMiddleware
from smartbear.kit.errors import Forbidden
from tests.conftest import test_key


@pytest.fixture
async def notifications(world, make_context):
    guarded = ScopeMiddleware(world.app, test_key("scope"), world.clock)
    async with (
        make_context("mobile", neighbours={"notifications": guarded}) as context,
        NotificationsClient(context) as client,
    ):
        yield client


async def test_a_participants_open_items_are_fetched_in_the_participants_name(world, notifications):
    repeat = await world.raise_notice("repeat_asked")
    red = await world.raise_notice()

    page = await notifications.open_items(world.participant, size=1)

    assert ([item.id for item in page.items], page.total) == ([red.notice_id], 2)
    seen = {d["channel"]: d["state"] for d in (await world.get(world.ccm, f"/{red.notice_id}"))["deliveries"]}
    unseen = (await world.get(world.ccm, f"/{repeat.notice_id}"))["deliveries"]
    assert (seen["app"], unseen[0]["state"]) == ("delivered", "pending")


async def test_who_has_no_inbox_is_refused_as_a_member_of_the_family(notifications):
    with pytest.raises(Forbidden):
        await notifications.open_items(AccessScope(role="Tech"))
