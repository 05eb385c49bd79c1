"""A participant changes the mind in the app; the case manager's pages follow at once."""

import pytest
from playwright.async_api import expect

from browsers import DESK, PHONE, Desk, Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_who_withdraws_in_the_app_is_seen_by_the_case_manager_as_withdrawn_and_no_more(
    platform, open_window
):
    phone = await Phone.open(await open_window(PHONE, "light"), platform, "participant_2")
    desk = await Desk.open(await open_window(DESK, "light"), platform)
    record = f"{platform.address}/participants/SB-0002"
    await desk.home.goto(record)
    await expect(desk.home.get_by_text("Consent valid")).to_be_visible()
    await phone.page.goto(f"{platform.address}/app/me")
    await phone.page.get_by_role("link", name="What I agreed to").click()
    care = phone.page.get_by_role("region", name="My care team")
    try:
        await care.get_by_role("button", name="Withdraw").click()
        await expect(care.get_by_text("sees nothing about your health")).to_be_visible()
        await care.get_by_role("button", name="Yes, withdraw now").click()
        await expect(phone.page.get_by_text("It holds from now on.")).to_be_visible()
        await desk.home.goto(record)
        await expect(desk.home.get_by_text("Consent withdrawn")).to_be_visible()
        await expect(desk.home.get_by_text("mmHg")).to_have_count(0)
    finally:
        await care.get_by_role("button", name="I agree").click()
    await expect(care.get_by_text("You agreed on")).to_be_visible()
    await desk.home.goto(record)
    await expect(desk.home.get_by_text("Consent valid")).to_be_visible()
