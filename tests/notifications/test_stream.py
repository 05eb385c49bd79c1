"""Live updates over a real socket: what arrives, for whom, after which interruption."""

import asyncio
import json
import uuid
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from smartbear.contracts.scope import HEADER, AccessScope, ScopeMiddleware, sign
from smartbear.kit.serving import listen, serving
from smartbear.notifications.actions import live
from smartbear.notifications.actions.live import Page, Update
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.store.changes import Change
from tests.conftest import NOW, eventually, test_key


class Stream:
    """What a page reads."""

    def __init__(self, response):
        self.response = response
        self._lines = response.aiter_lines()
        self.last_id = None

    async def event(self, within=5.0):
        """The next event's name and data; None when the stream has ended."""
        fields = {}
        async with asyncio.timeout(within):
            async for line in self._lines:
                if not line:
                    self.last_id = fields.get("id", self.last_id)
                    return fields["event"], json.loads(fields["data"])
                name, _, value = line.partition(": ")
                fields[name] = value
        return None

    async def notices(self, count):
        """The notices of the next ``count`` events that are not pings."""
        found = []
        while len(found) < count:
            event = await self.event()
            assert event is not None, "the stream ended early"
            if event[0] == "notice":
                found.append(event[1])
        return found


@asynccontextmanager
async def _served(world):
    listener = listen("127.0.0.1", 0)
    async with serving(ScopeMiddleware(world.app, test_key("scope"), world.clock), listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
async def address(world):
    async with _served(world) as address:
        yield address


@asynccontextmanager
async def _open(world, address, scope, last=None):
    headers = {HEADER: sign(scope, test_key("scope"), world.clock.now())}
    headers |= {"last-event-id": str(last)} if last is not None else {}
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("GET", f"{address}/api/inbox/stream", headers=headers) as response,
    ):
        stream = Stream(response)
        assert response.status_code == 200
        assert await stream.event() == ("ping", {})
        yield stream


async def test_a_page_is_told_at_once_of_a_new_notice_and_of_what_becomes_of_it(world, address):
    async with _open(world, address, world.ccm) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        event = await world.raise_notice()
        raised = (await stream.notices(1))[0]
        await world.post(world.ccm, f"/{event.notice_id}/acknowledge")
        taken = (await stream.notices(1))[0]
        await world.post(world.ccm, f"/{event.notice_id}/resolve", {"outcome": "treated_at_home"})
        closed = (await stream.notices(1))[0]

    assert raised | {"at": None} == {
        "id": event.notice_id,
        "kind": "red_alert",
        "level": "red",
        "state": "pending",
        "participant": world.participant_id,
        "at": None,
    }
    assert [each["state"] for each in (taken, closed)] == ["acknowledged", "resolved"]


async def test_a_page_hears_only_what_is_in_its_own_inbox(world, address):
    elsewhere = AccessScope(role="CCM", account=str(uuid.uuid4()), organisations=(str(uuid.uuid4()),))
    neighbour = world.people[world.move_in()].participant
    other = AccessScope(role="Participant", participant=neighbour)
    async with (
        _open(world, address, elsewhere) as foreign,
        _open(world, address, other) as beside,
        _open(world, address, world.participant) as mine,
    ):
        for_the_team = await world.raise_notice("no_repeat")
        for_both = await world.raise_notice()
        heard = await mine.notices(1)
        for stream in (foreign, beside):
            with pytest.raises(TimeoutError):
                await stream.event(within=0.3)

    assert for_the_team.notice_id != for_both.notice_id
    assert [each["id"] for each in heard] == [for_both.notice_id]


async def test_what_the_pilot_mutes_is_not_told(world, address):
    async with _open(world, address, world.ccm) as stream:
        world.change(muted_conditions=("38341003", "703272007"))
        await world.raise_notice()
        world.change(muted_conditions=())
        loud = await world.raise_notice()

        assert [each["id"] for each in await stream.notices(1)] == [loud.notice_id]


async def test_what_the_stream_has_handed_over_counts_as_delivered(world, address):
    async with _open(world, address, world.participant) as stream:
        event = await world.raise_notice()
        await stream.notices(1)

        async def delivered():
            item = await world.get(world.ccm, f"/{event.notice_id}")
            return {d["channel"]: d["state"] for d in item["deliveries"]}["app"] == "delivered"

        await eventually(delivered)


async def test_whoever_comes_back_is_first_told_what_was_missed(world, address):
    async with _open(world, address, world.ccm) as stream:
        seen = await world.raise_notice()
        await stream.notices(1)
        last = stream.last_id
    missed = [(await world.raise_notice()).notice_id for _ in range(3)]

    async with _open(world, address, world.ccm, last) as stream:
        new = await world.raise_notice()
        told = [each["id"] for each in await stream.notices(4)]

    assert told == [*missed, new.notice_id]
    assert seen.notice_id not in told


async def test_a_page_that_saw_nothing_yet_still_misses_nothing(world, address):
    async with _open(world, address, world.ccm) as stream:
        position = stream.last_id
    missed = await world.raise_notice()

    async with _open(world, address, world.ccm, position) as stream:
        assert [each["id"] for each in await stream.notices(1)] == [missed.notice_id]


async def test_a_position_from_a_future_that_was_restored_away_starts_from_now(world, address):
    async with _open(world, address, world.ccm, 1 << 62) as stream:
        event = await world.raise_notice()

        assert [each["id"] for each in await stream.notices(1)] == [event.notice_id]


async def test_nothing_is_missed_or_told_twice_while_notices_pour_in(world, address):
    async def pour():
        return [(await world.raise_notice("no_repeat")).notice_id for _ in range(25)]

    async with _open(world, address, world.ccm) as stream:
        pouring = [asyncio.create_task(pour()) for _ in range(3)]
        early = await stream.notices(10)
        last = stream.last_id
    async with _open(world, address, world.ccm, last) as stream:
        late = await stream.notices(65)
    raised = {notice for task in pouring for notice in await task}

    told = [each["id"] for each in early + late]
    assert len(told) == len(raised)
    assert set(told) == raised


async def test_a_lost_listener_is_replaced_and_the_gap_is_told(world, address, monkeypatch):
    monkeypatch.setattr(live, "_RECONNECT", 0.05)
    async with _open(world, address, world.ccm) as stream:
        admin = await asyncpg.connect(world.database_url)
        killed = await admin.fetchval(
            """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND query ILIKE '%change%' AND pid <> pg_backend_pid()"""
        )
        await admin.close()
        await asyncio.sleep(0.1)  # the pool has to notice too; a worker would do the job again
        event = await world.raise_notice()

        assert killed > 0
        assert [each["id"] for each in await stream.notices(1)] == [event.notice_id]


async def test_a_quiet_stream_says_that_it_lives(world, address, monkeypatch):
    monkeypatch.setattr(live, "PING", 0.05)

    async with _open(world, address, world.ccm) as stream:
        assert [await stream.event() for _ in range(3)] == [("ping", {})] * 3


async def test_a_stream_ends_when_the_token_it_began_with_would_have(world, address, monkeypatch):
    monkeypatch.setattr(live, "PING", 0.05)
    monkeypatch.setattr(live, "LIFETIME", 0.2)

    async with _open(world, address, world.ccm) as stream:
        async with asyncio.timeout(3):
            while await stream.event() is not None:
                pass


async def test_a_server_that_stops_ends_its_streams_at_once(world):
    loop = asyncio.get_running_loop()
    async with _served(world) as address:
        opened = _open(world, address, world.ccm)
        stream = await opened.__aenter__()
        began = loop.time()
    took = loop.time() - began

    assert await stream.event() is None
    assert took < 1.5  # well below the three seconds after which it would be cut off
    await opened.__aexit__(None, None, None)


async def test_a_page_that_goes_away_is_forgotten(world, address):
    hub = world.app.app.state.hub
    async with _open(world, address, world.ccm):
        assert len(hub._pages) == 1

    await eventually(lambda: not hub._pages)


def _update(number):
    change = Change(number, NOW, "n", "red_alert", "red", "o", "SB-0001", "pending", "pending")
    return Update(change, "pending")


async def test_a_page_that_does_not_keep_up_is_cut_off_without_a_gap():
    page = Page(Rows())
    for number in range(live.QUEUE + 5):
        page.tell(_update(number))

    told = []
    while update := await page.next():
        told.append(update.change.number)

    assert told == list(range(live.QUEUE))


@pytest.mark.parametrize("last", ["-1", "abc", str(1 << 63), "9" * 400])
async def test_a_position_nobody_was_given_is_refused(world, last):
    async with world.client(world.ccm) as client:
        answer = await client.get("/api/inbox/stream", headers={"last-event-id": last})

    assert answer.status_code == 422


@pytest.mark.parametrize("role", ["Tech", "SysAdmin", "anonymous", "service"])
async def test_the_stream_opens_to_nobody_without_an_inbox(world, role):
    async with world.client(AccessScope(role=role, service="mobile")) as client:
        answer = await client.get("/api/inbox/stream")

    assert answer.status_code == 403
