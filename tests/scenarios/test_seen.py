"""A participant sees in the app who opened the record, and why, and nothing about anybody else."""

import re

import pytest
from playwright.async_api import expect

from browsers import DESK, PHONE, Desk, Phone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]
OWN = "**/api/audit/own*"


async def opened_record(desk, participant):
    await desk.home.goto(f"{desk.origin}/participants/{participant}/clinical")
    await expect(desk.home.get_by_text("mmHg").first).to_be_visible()


async def open_list(phone):
    """By the links that a participant follows; what the platform answered."""
    await phone.page.get_by_role("navigation").get_by_role("link", name="Me", exact=True).click()
    async with phone.page.expect_response(OWN) as answered:
        await phone.page.get_by_role("link", name="Who saw my data").click()
    return await (await answered.value).json()


async def test_a_participant_sees_who_opened_the_record_and_why_and_asks_about_it(platform, open_window):
    desk = await Desk.open(await open_window(DESK), platform)
    for participant in ("SB-0002", "SB-0008"):
        await opened_record(desk, participant)
    phone = await Phone.open(await open_window(PHONE), platform, "participant_3")
    answer = await open_list(phone)
    visit = phone.page.get_by_role("listitem").filter(has_text="test_clinician").first
    await expect(visit.get_by_text("Case manager, Funchal case management")).to_be_visible()
    await expect(visit.get_by_text("your profile").first).to_be_visible()
    await expect(visit.get_by_text("readings").first).to_be_visible()
    await expect(visit.get_by_text("Why: to look after you")).to_be_visible()
    assert {item["who"]["is_you"] for item in answer["items"]} == {False}
    known = {entity for item in answer["items"] for what in item["what"] for entity in what["entities"]}
    assert {one for one in known if one.startswith("Participant/")} == {"Participant/SB-0008"}
    await visit.get_by_role("link", name="Ask about this").click()
    words = phone.page.get_by_label("Write to your case manager")
    await expect(words).to_be_focused()
    await expect(words).to_have_value(re.compile(r"^My question is about .*, test_clinician: $"))


async def test_what_the_participant_and_the_platform_did_is_folded_away(platform, open_window):
    phone = await Phone.open(await open_window(PHONE), platform, "participant_3")
    await open_list(phone)
    await expect(phone.page.get_by_role("heading", name="The platform, by itself")).to_have_count(0)
    for fold, who in (("What you did yourself", "You"), ("What the platform did", "The platform, by itself")):
        await phone.page.get_by_role("button", name=fold).click()
        await expect(phone.page.get_by_role("heading", name=who, exact=True).first).to_be_visible()


async def test_older_ones_come_when_they_are_asked_for(platform, open_window):
    phone = await Phone.open(await open_window(PHONE), platform, "participant_3")

    async def few(route):
        await route.continue_(url=route.request.url.replace("limit=200", "limit=4"))

    await phone.page.route(OWN, few)
    seen = [item["id"] for item in (await open_list(phone))["items"]]
    assert len(seen) == 4
    oldest, more = (
        phone.page.get_by_text("Entered your devices"),
        phone.page.get_by_role("button", name="Show older"),
    )
    while not await oldest.count():  # others may have looked meanwhile
        async with phone.page.expect_response(OWN) as answered:
            await more.click()
        seen += [item["id"] for item in (await (await answered.value).json())["items"]]
    assert len(seen) > 4
    assert len({*seen}) == len(seen)


async def test_without_a_connection_the_last_list_is_there_and_the_rest_can_be_asked_for_later(
    platform, open_window
):
    context = await open_window(PHONE)
    phone = await Phone.open(context, platform, "participant_3")
    answer = await open_list(phone)
    await phone.page.get_by_role("navigation").get_by_role("link", name="Today").click()
    await context.set_offline(True)
    await phone.page.get_by_role("navigation").get_by_role("link", name="Me", exact=True).click()
    await phone.page.get_by_role("link", name="Who saw my data").click()
    await expect(phone.page.get_by_text("You are offline.")).to_be_visible()
    assert answer["items"]
    await expect(phone.page.get_by_role("heading", name="test_clinician").first).to_be_visible()
    await phone.page.get_by_role("button", name="What you did yourself").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("This could not be loaded.")
    await context.set_offline(False)
    await phone.page.get_by_role("button", name="Try again").click()
    await expect(phone.page.get_by_role("heading", name="You", exact=True).first).to_be_visible()
