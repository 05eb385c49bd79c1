"""What happens when a rule raises a notice."""

import asyncio
import itertools
import uuid

import asyncpg
import pytest

from smartbear.kit.errors import NotFound


async def _open_of_episode(world, kinds, order):
    episode = str(uuid.uuid4())
    events = {kind: world.event(kind, episode_id=episode) for kind in kinds}
    for kind in order:
        await world.tell(events[kind])
    return await world.kinds(world.ccm), await world.kinds(world.participant)


async def test_a_notice_is_one_item_for_the_case_managers_and_one_for_the_participant(world):
    event = await world.raise_notice()

    for scope in (world.ccm, world.participant):
        page = await world.get(scope)
        assert [item["id"] for item in page["items"]] == [event.notice_id]
        assert page["counts"] == {
            "open": {"red": 1, "warning": 0, "other": 0},
            "acknowledged": 0,
            "closed": 0,
        }


async def test_an_item_carries_the_facts_a_person_needs(world):
    event = await world.raise_notice()

    item = await world.get(world.ccm, f"/{event.notice_id}")

    assert (item["kind"], item["level"], item["state"]) == ("red_alert", "red", "pending")
    assert (item["participant"], item["subject"]) == (world.participant_id, world.subject)
    assert (item["age"], item["sex"]) == (78, "female")
    assert item["conditions"] == [
        {"code": "38341003", "display": "Hypertension"},
        {"code": "703272007", "display": None},
    ]
    assert item["rule"] == {"id": "HF5", "version": 3}
    assert [(r["systolic"], r["diastolic"]) for r in item["readings"]] == [(200, 130)]
    assert item["limit"] == {"systolic": 180, "diastolic": 110}
    assert item["episode_id"] == event.episode_id
    assert (item["acknowledged"], item["read_by_participant_at"], item["resolved"]) == (None, None, None)


async def test_an_alert_does_not_wait_for_a_silent_repository(world):
    world.silent.add("cdr")

    event = await world.raise_notice()

    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert [condition["display"] for condition in item["conditions"]] == [None, None]


async def test_being_told_twice_of_a_notice_changes_nothing(world):
    event = await world.raise_notice()
    before = await world.get(world.ccm, f"/{event.notice_id}")

    await asyncio.gather(*(world.tell(event) for _ in range(4)))

    assert await world.get(world.ccm, f"/{event.notice_id}") == before
    assert (await world.get(world.ccm))["total"] == 1


async def test_of_many_simultaneous_deliveries_of_one_notice_one_is_filed(world):
    event = world.event()

    await asyncio.gather(*(world.tell(event) for _ in range(5)))

    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert len([d for d in item["deliveries"] if d["channel"] == "app"]) == 1


@pytest.mark.parametrize(
    ("kinds", "team", "person"),
    [
        (("repeat_asked", "red_alert"), ["red_alert"], ["red_alert"]),
        (("repeat_asked", "no_repeat"), ["no_repeat"], []),
        (("repeat_asked", "cleared"), [], ["cleared"]),
        (("repeat_asked", "reading_out_of_range"), ["reading_out_of_range"], ["reading_out_of_range"]),
        (("repeat_asked", "no_repeat", "red_alert"), ["red_alert"], ["red_alert"]),
        (("repeat_asked", "no_repeat", "cleared"), [], ["cleared"]),
    ],
)
async def test_an_episode_has_one_open_item_in_whatever_order_its_notices_arrive(world, kinds, team, person):
    for order in itertools.permutations(kinds):
        world.subject = world.move_in(organisation=str(uuid.uuid4()))
        world.organisation = world.people[world.subject].organisation
        assert await _open_of_episode(world, kinds, order) == (team, person)


async def test_notices_of_other_episodes_stay_open(world):
    await world.raise_notice("repeat_asked")
    await world.raise_notice("red_alert")

    assert await world.kinds(world.ccm) == ["red_alert", "repeat_asked"]


async def test_what_followed_is_the_outcome_of_a_superseded_request(world):
    event = await world.raise_notice("repeat_asked")
    await world.raise_notice("red_alert", episode_id=event.episode_id)

    resolved = (await world.get(world.ccm, f"/{event.notice_id}"))["resolved"]

    assert (resolved["outcome"], resolved["by"], resolved["name"]) == ("red_alert", None, None)


async def test_good_news_asks_nothing_of_the_care_team_and_is_a_message_to_the_participant(world):
    await world.raise_notice("cleared")

    assert await world.kinds(world.ccm) == []
    assert await world.kinds(world.ccm, "closed") == ["cleared"]
    assert await world.kinds(world.participant) == ["cleared"]


async def test_a_notice_for_the_case_managers_alone_is_not_shown_to_the_participant(world):
    event = await world.raise_notice("no_repeat")

    async with world.client(world.participant) as client:
        answer = await client.get(f"/api/inbox/{event.notice_id}")

    assert answer.status_code == 404
    assert await world.kinds(world.participant) == []


async def test_a_pilot_that_mutes_the_conditions_hides_the_notice_and_keeps_the_record(mailing_world, post):
    world = mailing_world
    world.change(external_email="outside@example.org")
    shown = await world.raise_notice()
    await world.send_letters()
    told = len(post.messages)
    world.change(muted_conditions=("38341003", "703272007", "49436004"))

    hidden = await world.raise_notice()
    await world.send_letters()

    assert told == 2
    assert len(post.messages) == told
    for scope in (world.ccm, world.participant):
        page = await world.get(scope)
        assert [item["id"] for item in page["items"]] == [shown.notice_id]
        assert page["counts"]["open"]["red"] == 1
    kept = (await world.get(world.ccm, box="muted"))["items"]
    assert [(item["id"], item["muted"], item["deliveries"]) for item in kept] == [
        (hidden.notice_id, True, [])
    ]


async def test_one_condition_that_is_not_muted_is_enough_to_be_told(world):
    world.change(muted_conditions=("38341003",))

    await world.raise_notice()

    assert await world.kinds(world.ccm) == ["red_alert"]


async def test_a_notice_without_conditions_cannot_be_muted(world):
    world.change(muted_conditions=("38341003",))

    await world.raise_notice(conditions=())

    assert await world.kinds(world.ccm) == ["red_alert"]


async def test_a_notice_about_nobody_is_left_to_the_quarantine_and_leaves_no_trace(world, database_url):
    event = world.event(subject=str(uuid.uuid4()))

    with pytest.raises(NotFound):
        await world.tell(event)

    connection = await asyncpg.connect(database_url)
    try:
        found = await connection.fetch("SELECT FROM notifications.notice WHERE id = $1", event.notice_id)
    finally:
        await connection.close()
    assert found == []
