"""From a reading to an acknowledged alert, through the real component and its tables (SMBS6_TC2)."""

import asyncio
from datetime import timedelta

import pytest

from smartbear.kit.errors import NotFound, Unavailable
from tests.conftest import NOW, jobs_of
from tests.decisions.conftest import HFPEF, HYPERTENSION, minutes, pressure, uid


async def states(world):
    return [episode["state"] for episode in await world.episodes()]


async def events(world):
    (episode,) = await world.episodes()
    return [event["kind"] for event in episode["events"]]


async def test_an_extreme_reading_asks_for_a_repeat_within_ten_minutes(world):
    reading = await world.measure(200, 130)
    (notice,) = await world.notices()
    assert (notice["kind"], notice["level"]) == ("repeat_asked", "repeat")
    assert (notice["rule_id"], notice["rule_version"]) == ("HF5", 1)
    assert notice["conditions"] == ["38341003", "703272007"]
    assert notice["deadline"] == "2026-06-14T08:12:00Z"
    assert notice["readings"][0]["reading_id"] == reading.reading_id
    assert notice["limit"] == {"systolic": 140, "diastolic": 85}
    assert set(notice["audience"]) == {"participant", "ccm"}
    assert await states(world) == ["awaiting_repeat"]


async def test_a_second_extreme_reading_is_a_red_alert_until_the_ccm_acknowledges_and_closes_it(world):
    first = await world.measure(200, 130)
    world.clock.advance(minutes(5))
    second = await world.measure(200, 130)
    _, red = await world.notices()
    assert (red["kind"], red["level"], red["deadline"]) == ("red_alert", "red", None)
    assert [reading["reading_id"] for reading in red["readings"]] == [first.reading_id, second.reading_id]
    assert red["limit"] == {"systolic": 180, "diastolic": 110}
    world.clock.advance(minutes(2))
    await world.acknowledge(red, by="participant")
    assert await states(world) == ["red"]
    world.clock.advance(minutes(5))
    await world.acknowledge(red, action="called", note="The participant rests.")
    assert await states(world) == ["acknowledged"]
    await world.resolve(red)
    assert await states(world) == ["closed"]
    assert await events(world) == [
        "extreme_reading",
        "repeat_asked",
        "second_extreme",
        "red_alert",
        "read_by_participant",
        "acknowledged",
        "resolved",
    ]


async def test_a_normal_repeat_clears_the_question_and_both_hear_of_it(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(6))
    await world.measure(128, 76)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    assert await world.kinds() == ["repeat_asked", "cleared"]
    assert await states(world) == ["cleared"]
    assert await events(world) == ["extreme_reading", "repeat_asked", "normal_repeat"]


async def test_no_repeat_by_the_deadline_warns_the_ccm_alone_and_once(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    await world.pass_deadlines()
    _, warning = await world.notices()
    assert (warning["kind"], warning["level"], warning["audience"]) == ("no_repeat", "warning", ["ccm"])
    assert await states(world) == ["no_repeat"]


async def test_a_deadline_is_over_when_its_job_runs_even_if_the_clock_here_is_slow(world):
    await world.measure(200, 130)
    (payload,) = await ours(world, "decisions.deadline_reached")
    await world.tell("deadline_reached", payload)
    assert await world.kinds() == ["repeat_asked", "no_repeat"]


async def ours(world, task):
    return [payload for payload in await jobs_of(world.url, task) if payload["subject"] == world.subject]


async def test_a_deadline_before_its_time_changes_nothing_after_the_answer(world):
    await world.measure(200, 130)
    await world.measure(201, 131, device_id=None)  # the same minute, typed in: no repeat yet
    world.clock.advance(minutes(3))
    await world.measure(200, 130)
    for payload in await ours(world, "decisions.deadline_reached"):
        await world.tell("deadline_reached", payload)
    assert await world.kinds() == ["repeat_asked", "red_alert"]


async def test_a_repeat_that_comes_in_after_the_warning_is_still_a_red_alert(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    late = world.clock.now() + timedelta(seconds=30)
    await world.accept(pressure(200, 130, world.clock.now() - minutes(1), late))
    assert await world.kinds() == ["repeat_asked", "no_repeat", "red_alert"]
    assert await states(world) == ["red"]


async def test_a_warning_that_was_acknowledged_turns_red_all_the_same(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    await world.acknowledge((await world.notices())[1])
    assert await states(world) == ["acknowledged"]
    await world.accept(pressure(200, 130, world.clock.now() - minutes(1), world.clock.now()))
    assert await states(world) == ["red"]


async def test_a_redelivered_batch_raises_nothing_again(world):
    first = pressure(200, 130, NOW)
    second = pressure(200, 130, NOW + minutes(5))
    for _ in range(3):
        await world.accept(first)
        await world.accept(second, first)
    assert await world.kinds() == ["repeat_asked", "red_alert"]
    assert len(await world.episodes()) == 1


async def test_both_readings_in_one_batch_raise_the_alert_without_asking(world):
    await world.accept(pressure(200, 130, NOW - minutes(6)), pressure(200, 130, NOW - minutes(1)))
    assert await world.kinds() == ["red_alert"]


async def test_readings_that_arrive_in_the_wrong_order_raise_the_same_alert(world):
    first, second = pressure(200, 130, NOW - minutes(6)), pressure(200, 130, NOW - minutes(1))
    await world.accept(second)
    await world.accept(first)
    assert await world.kinds() == ["repeat_asked", "red_alert"]
    (episode,) = await world.episodes()
    assert episode["state"] == "red"
    assert episode["opened_at"] == "2026-06-14T07:56:00+00:00"


async def test_a_reading_between_two_episodes_makes_them_one_and_keeps_what_was_told(world):
    await world.accept(pressure(150, 90, NOW - minutes(16)))
    await world.accept(pressure(150, 90, NOW))
    assert len(await world.episodes()) == 2
    await world.accept(pressure(150, 90, NOW - minutes(8), NOW))
    (episode,) = await world.episodes()
    assert episode["state"] == "confirmed"
    unanswered, asked, warning = await world.notices()
    assert {event["kind"] for event in episode["events"]} >= {"deadline_passed", "repeat_asked"}
    await world.acknowledge(asked)  # raised for the episode that is gone
    await world.resolve(warning)
    assert (await events(world))[-2:] == ["acknowledged", "resolved"]
    assert await states(world) == ["closed"]
    assert unanswered["kind"] == "no_repeat"


async def test_an_alert_is_not_raised_again_when_its_episode_turns_out_to_have_begun_earlier(world):
    await world.accept(pressure(200, 130, NOW - minutes(18)))
    await world.accept(pressure(200, 130, NOW - minutes(2)), pressure(200, 130, NOW))
    await world.accept(pressure(200, 130, NOW - minutes(10), NOW))
    assert await world.kinds() == ["no_repeat", "red_alert"]
    assert await states(world) == ["red"]


async def test_nobody_is_told_that_all_is_well_who_was_not_asked(world):
    await world.accept(pressure(200, 130, NOW - minutes(6)), pressure(128, 76, NOW - minutes(1)))
    assert await world.kinds() == []
    assert await states(world) == ["cleared"]


async def test_a_redelivered_batch_leaves_what_a_person_has_done(world):
    first = await world.measure(200, 130)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    await world.acknowledge((await world.notices())[-1])
    await world.accept(first)
    assert await states(world) == ["acknowledged"]


async def test_an_extreme_repeat_below_the_red_floor_is_a_warning(world):
    await world.measure(150, 90)
    world.clock.advance(minutes(5))
    await world.measure(152, 91)
    _, warning = await world.notices()
    assert (warning["kind"], warning["level"]) == ("reading_out_of_range", "warning")
    assert await states(world) == ["confirmed"]
    world.clock.advance(minutes(2))
    await world.measure(185, 91)
    assert (await world.kinds())[-1] == "red_alert"


async def test_data_that_was_late_at_receipt_is_recorded_and_pages_nobody(world):
    yesterday = NOW - timedelta(days=1)
    await world.accept(pressure(200, 130, yesterday, NOW), pressure(200, 130, yesterday + minutes(5), NOW))
    assert await world.kinds() == []
    assert await states(world) == ["closed"]
    assert "recorded_late" in await events(world)


async def test_a_second_emergency_within_minutes_of_an_acknowledged_one_pages_again(world):
    for _ in range(2):
        await world.measure(200, 130)
        world.clock.advance(minutes(3))
    await world.acknowledge((await world.notices())[-1])
    for _ in range(2):
        await world.measure(210, 130)
        world.clock.advance(minutes(3))
    assert await world.kinds() == ["repeat_asked", "red_alert"] * 2
    assert await states(world) == ["red", "acknowledged"]


async def test_more_extreme_readings_of_an_open_alert_join_it_silently(world):
    for _ in range(6):
        await world.measure(200, 130)
        world.clock.advance(minutes(4))
    assert await world.kinds() == ["repeat_asked", "red_alert"]
    assert len(await world.episodes()) == 1


async def test_a_normal_reading_does_not_take_a_red_alert_back(world):
    for systolic in (200, 200, 120):
        await world.measure(systolic, 80)
        world.clock.advance(minutes(3))
    assert await states(world) == ["red"]


async def test_the_red_alert_of_one_person_is_not_about_another(world):
    await world.measure(200, 130)
    other, world.subject = world.subject, uid()
    world.cdr.conditions[world.subject] = [HYPERTENSION, HFPEF]
    await world.enrol()
    world.clock.advance(minutes(5))
    await world.measure(200, 130)
    (notice,) = await world.notices()
    assert (notice["kind"], notice["rule_id"]) == ("repeat_asked", "HpF5")
    world.subject = other
    assert await world.kinds() == ["repeat_asked"]


@pytest.mark.parametrize("conditions", [[], [HYPERTENSION], ["703272007"], [HFPEF]])
async def test_a_person_without_all_conditions_of_a_rule_is_not_judged_by_it(world, conditions):
    world.cdr.conditions[world.subject] = conditions
    await world.measure(200, 130)
    assert await world.kinds() == []
    assert await world.episodes() == []


async def test_conditions_are_asked_for_only_when_a_value_could_matter(world):
    await world.measure(128, 76)
    assert world.cdr.asked == 0
    await world.measure(200, 130)
    assert world.cdr.asked == 1


async def test_a_silent_repository_means_try_again_never_no_alert(world):
    world.cdr.silent = True
    reading = pressure(200, 130, NOW)
    with pytest.raises(Unavailable):
        await world.accept(reading)
    assert await world.kinds() == []
    world.cdr.silent = False
    await world.accept(reading)
    assert await world.kinds() == ["repeat_asked"]


async def test_two_workers_with_the_two_readings_raise_one_alert(world):
    readings = [pressure(200, 130, NOW), pressure(200, 130, NOW + minutes(4))]
    await asyncio.gather(*(world.accept(reading) for reading in readings * 4))
    kinds = await world.kinds()
    assert kinds.count("red_alert") == 1
    assert kinds.count("repeat_asked") <= 1
    assert len(await world.episodes()) == 1


async def test_the_word_of_a_participant_moves_no_episode(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    for notice in await world.notices():
        await world.acknowledge(notice, by="participant")
    assert await states(world) == ["no_repeat"]


async def test_closing_the_request_to_repeat_does_not_stop_the_deadline(world):
    await world.measure(200, 130)
    await world.resolve((await world.notices())[0])
    assert await states(world) == ["awaiting_repeat"]
    world.clock.advance(minutes(10))
    await world.pass_deadlines()
    assert await states(world) == ["no_repeat"]


async def test_the_care_team_sees_who_did_what_and_the_participant_that_it_was_done(world):
    await world.measure(200, 130)
    world.clock.advance(minutes(3))
    await world.measure(200, 130)
    await world.acknowledge((await world.notices())[-1], action="called", note="Sounds confused.")
    told = await last_event(world)
    assert (told["by"], told["action"], told["note"]) == ("CM-07", "called", "Sounds confused.")
    assert {"by", "action", "note"}.isdisjoint(await last_event(world, world.participant))
    world.cdr.silent = True
    assert (await last_event(world))["by"] is None


async def last_event(world, scope=None):
    (episode,) = await world.episodes(scope)
    return episode["events"][-1]


async def test_receipts_told_twice_or_in_the_wrong_order_end_the_same(world):
    for _ in range(2):
        await world.measure(200, 130)
        world.clock.advance(minutes(3))
    red = (await world.notices())[-1]
    await world.resolve(red)
    await world.acknowledge(red)
    await world.acknowledge(red)
    assert await states(world) == ["closed"]
    assert (await events(world)).count("acknowledged") == 1


async def test_a_receipt_for_a_notice_nobody_raised_is_not_swallowed(world):
    with pytest.raises(NotFound):
        await world.acknowledge({"notice_id": world.subject, "episode_id": world.subject})
