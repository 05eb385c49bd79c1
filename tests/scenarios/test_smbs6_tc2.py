"""SMBS6_TC2 of D6.5: intervention creation and delivery from a blood pressure, as two people see it."""

import pytest
from playwright.async_api import expect

from browsers import DESK, PHONE, Desk, Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ASKED, RED, CLEARED = "Asked to measure again", "Blood pressure very high, twice", "The repeat was in range"


async def until_the_alert(desk, phone, participant):
    """200/130 twice: a question on both sides, then a red alert on both sides, without a reload."""
    await phone.measure(200, 130)
    await expect(phone.page.get_by_role("heading", name="Please measure again")).to_be_visible()
    await expect(desk.row(participant, ASKED)).to_be_visible()
    await expect(desk.need(participant, ASKED)).to_be_visible()
    await phone.measure_again(200, 130)
    await expect(phone.alert).to_contain_text("Your blood pressure is very high")
    await expect(phone.alert).to_contain_text("Please seek medical review now.")
    await expect(desk.row(participant, RED)).to_be_visible()
    await expect(desk.need(participant, "Red alert")).to_be_visible()
    await expect(desk.row(participant, ASKED)).to_have_count(0)


async def until_it_is_read(desk, phone, participant):
    await expect(desk.need(participant, "has not read it yet")).to_be_visible()
    await phone.page.get_by_role("button", name="I have read this").click()
    await expect(phone.alert).to_have_count(0)
    await expect(desk.need(participant, "The participant read the alert")).to_be_visible()


async def acknowledge(desk, participant):
    await desk.row(participant, RED).click()
    await desk.inbox.get_by_text("Called the participant").click()
    await desk.inbox.get_by_label("Note for the team").fill("Sat down, no pain, sees the doctor today.")
    await desk.inbox.get_by_role("button", name="Acknowledge alert").click()


async def test_two_extreme_readings_become_a_red_alert_that_both_sides_see_through(platform, open_window):
    desk = await Desk.open(await open_window(DESK), platform)
    colleague = await Desk.open(await open_window(DESK), platform, "second_clinician")
    phone = await Phone.open(await open_window(PHONE), platform, "participant")
    await until_the_alert(desk, phone, "SB-0001")
    await expect(colleague.row("SB-0001", RED)).to_be_visible()
    await until_it_is_read(desk, phone, "SB-0001")
    await acknowledge(desk, "SB-0001")
    record = desk.inbox.get_by_role("article")
    await expect(record).to_contain_text("Acknowledged by Case manager CM-07")
    await expect(record).to_contain_text("Sat down, no pain, sees the doctor today.")
    for each in (desk, colleague):
        await expect(each.row("SB-0001", RED)).to_have_count(0)
        await expect(each.need("SB-0001", "Red alert")).to_have_count(0)
    await colleague.home.goto(f"{platform.address}/participants/SB-0001")
    await expect(colleague.home.get_by_text("Red alert, acknowledged").first).to_be_visible()
    await phone.page.goto(f"{platform.address}/app/")
    await expect(phone.page.get_by_role("heading", name="Good ")).to_be_visible()
    await expect(phone.alert).to_have_count(0)


async def test_the_alert_leaves_room_for_nothing_else_on_the_phone_until_it_is_read(platform, open_window):
    """HpF5: the same for heart failure with preserved ejection fraction."""
    desk = await Desk.open(await open_window(DESK), platform)
    phone = await Phone.open(await open_window(PHONE), platform, "participant_2")
    await until_the_alert(desk, phone, "SB-0002")
    await expect(phone.page.get_by_role("navigation")).to_have_count(0)
    await phone.page.reload()
    await expect(phone.alert).to_be_visible()
    covered = await phone.page.get_by_role("main").bounding_box()
    assert covered is not None
    assert (covered["width"], covered["height"] >= 844) == (390, True)
    await desk.row("SB-0002", RED).click()
    await expect(desk.inbox.get_by_role("article")).to_contain_text("Rule HpF5")
    await until_it_is_read(desk, phone, "SB-0002")


async def test_a_normal_repeat_clears_the_question_on_both_sides(platform, open_window):
    desk = await Desk.open(await open_window(DESK), platform)
    phone = await Phone.open(await open_window(PHONE), platform, "participant_3")
    await phone.measure(200, 130)
    await expect(desk.row("SB-0008", ASKED)).to_be_visible()
    await phone.measure_again(128, 76)
    await expect(phone.page.get_by_role("heading", name="In range")).to_be_visible()
    await expect(desk.row("SB-0008", ASKED)).to_have_count(0)
    await expect(desk.need("SB-0008", ASKED)).to_have_count(0)
    await expect(phone.page.get_by_role("heading", name="Please measure again")).to_have_count(0)
    assert await phone.alert.count() == 0
    await desk.inbox.get_by_role("link", name="Closed").click()
    await expect(desk.row("SB-0008", ASKED)).to_be_visible()
    await expect(desk.row("SB-0008", CLEARED)).to_be_visible()


async def test_the_scenario_is_the_same_with_every_component_in_a_process_of_its_own(split, open_window):
    desk = await Desk.open(await open_window(DESK), split)
    phone = await Phone.open(await open_window(PHONE), split, "participant")
    await until_the_alert(desk, phone, "SB-0001")
    await until_it_is_read(desk, phone, "SB-0001")
    await acknowledge(desk, "SB-0001")
    await expect(desk.inbox.get_by_role("article")).to_contain_text("Acknowledged by Case manager CM-07")
    await expect(desk.need("SB-0001", "Red alert")).to_have_count(0)
