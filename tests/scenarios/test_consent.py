"""A participant changes the mind, in the app or on paper; pages of others and projects follow at once."""

import json

import pytest
from playwright.async_api import expect

from browsers import DESK, PHONE, Desk, Phone
from clients import Client

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


class ProjectClient(Client):
    """A machine client that reads the patients of a project of its own."""

    def __init__(self, platform):
        super().__init__(platform.address)
        platform.cli("pseudonyms", "create", "paper")
        scopes = "project.paper system/Patient.rs"
        self._made = json.loads(platform.cli("client", "create", "paper-reader", "--scope", scopes))

    async def _fresh(self):
        return await self._tokens(grant_type="client_credentials", **self._made)

    async def patients(self):
        """The ids of all whom the project finds, in its own terms."""
        found = await self.get("/fhir/Patient", _count="500")
        return {entry["resource"]["id"] for entry in found["entry"]}


async def withdraw(page, research):
    """A case manager enters it, reads what happens, and says yes."""
    await research.get_by_role("button", name="Enter a withdrawal").click()
    await research.get_by_label("By telephone").check()
    await research.get_by_role("button", name="Continue").click()
    await expect(research.get_by_text("Give the date; today or earlier.")).to_be_visible()
    await expect(research.get_by_label("Date of the call")).to_be_focused()
    await research.get_by_label("Date of the call").fill("2026-10-05")
    await research.get_by_role("button", name="Continue").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("no longer find SB-0002")).to_be_visible()
    await dialog.get_by_role("button", name="Withdraw now").click()
    await expect(research.get_by_text("The withdrawal is recorded")).to_be_visible()


async def test_what_a_case_manager_enters_from_paper_and_telephone_holds_in_the_app_and_for_projects(
    platform, open_window
):
    phone = await Phone.open(await open_window(PHONE), platform, "participant_2")
    desk = await Desk.open(await open_window(DESK), platform)
    in_app = phone.page.get_by_role("region", name="Research")
    research = desk.home.get_by_role("region", name="Research")
    await desk.home.goto(f"{platform.address}/participants/SB-0002")
    await desk.home.get_by_role("navigation").get_by_role("link", name="Consent").click()
    async with ProjectClient(platform) as project:
        before = await project.patients()
        await withdraw(desk.home, research)
        after = await project.patients()
        (gone,) = before - after
        assert after < before
        assert (await project.request("GET", f"/fhir/Patient/{gone}")).status_code == 404
        await phone.page.goto(f"{platform.address}/app/consent")
        await expect(in_app.get_by_text("You withdrew this on 5 Oct 2026.")).to_be_visible()

        await research.get_by_role("button", name="Enter a signed consent").click()
        await research.get_by_label("Date on the paper").fill("2026-10-06")
        await research.get_by_label("Where the paper is").fill("Folder 7")
        await research.get_by_role("button", name="Record the consent").click()
        await expect(research.get_by_text("The consent is recorded")).to_be_visible()
        await expect(research.get_by_text("Folder 7")).to_be_visible()
        assert await project.patients() == before
        await phone.page.reload()
        await expect(in_app.get_by_text("You agreed on 6 Oct 2026.")).to_be_visible()
