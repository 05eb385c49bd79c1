"""A red alert nobody has acknowledged in time goes to the colleagues."""

from tests.notifications.conftest import MINUTES, manager

ESCALATE = "notifications.alert.escalate"


async def test_an_alert_says_when_it_goes_further_and_then_does(mailing_world, post):
    world = mailing_world
    event = await world.raise_notice()
    await world.send_letters()
    due = world.clock.now() + 10 * MINUTES
    world.clock.advance(10 * MINUTES)

    assert await world.do_jobs(ESCALATE) == [due]
    await world.send_letters()

    assert [message["to"] for message in post.messages] == ["cm-07@example.org", "cm-04@example.org"]
    assert post.messages[1]["subject"] == f"Nobody has taken this red alert yet: {world.participant_id}"
    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert item["escalate_at"] == item["escalated_at"]
    assert item["state"] == "pending"


async def test_an_acknowledged_alert_goes_nowhere(mailing_world, post):
    world = mailing_world
    event = await world.raise_notice()
    await world.post(world.ccm, f"/{event.notice_id}/acknowledge")

    await world.do_jobs(ESCALATE)

    assert (await world.get(world.ccm, f"/{event.notice_id}"))["escalated_at"] is None


async def test_that_the_participant_has_read_it_does_not_stop_the_escalation(mailing_world, post):
    world = mailing_world
    event = await world.raise_notice()
    await world.post(world.participant, f"/{event.notice_id}/acknowledge")

    await world.do_jobs(ESCALATE)

    assert (await world.get(world.ccm, f"/{event.notice_id}"))["escalated_at"] is not None


async def test_escalating_twice_tells_the_colleagues_once(mailing_world, post):
    world = mailing_world
    event = await world.raise_notice()
    await world.send_letters()

    for _ in range(2):
        await world.handlers[ESCALATE]({"notice_id": event.notice_id})
    await world.send_letters()

    assert len(post.messages) == 2


async def test_where_there_are_no_colleagues_the_case_managers_are_reminded(mailing_world, post):
    world = mailing_world
    world.change(case_managers=(manager("CM-01"),), colleagues=())
    await world.raise_notice()
    await world.do_jobs(ESCALATE)

    await world.send_letters()

    assert [message["to"] for message in post.messages] == ["cm-01@example.org"] * 2


async def test_only_red_alerts_escalate(world):
    for kind in ("repeat_asked", "no_repeat", "cleared"):
        await world.raise_notice(kind)

    assert await world.do_jobs(ESCALATE) == []


async def test_a_muted_alert_does_not_escalate(world):
    world.change(muted_conditions=("38341003", "703272007"))
    await world.raise_notice()

    assert await world.do_jobs(ESCALATE) == []


async def test_without_a_mail_server_the_alert_is_marked_all_the_same(world):
    event = await world.raise_notice()

    await world.do_jobs(ESCALATE)

    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert item["escalated_at"] is not None
    assert [delivery["channel"] for delivery in item["deliveries"]] == ["app", "dashboard"]
