"""axe on every page, in both themes, with real data: nothing may be found."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from browsers import DESK, PHONE, Desk, Phone, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
AXE = (Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NOT_OURS = {"heading-order", "region"}
"""Swagger UI goes from its title to the third level and leaves the title outside its landmarks; both are
rules of good practice, not of WCAG."""
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
DASHBOARD = {
    "/": "Needs you now",
    "/participants": "Participants",
    "/participants/SB-0002": "Newest values",
    "/participants/SB-0002/clinical": "SB-0002",
    "/participants/SB-0002/consent": "Research",
    "/inbox": "Inbox",
    "/nowhere": "There is no such page",
}
APP = {
    "": "Good ",
    "measure": "What do you want to measure?",
    "measure/blood_pressure": "Blood pressure",
    "messages": "Messages",
    "me": "Me",
    "consent": "What I agreed to",
    "seen": "Who saw my data",
}


async def faults(page):
    """What axe finds: address, rule, element."""
    await page.evaluate(AXE)
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    return [
        f"{page.url} {fault['id']}: {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


async def faults_in_both_themes(page):
    """Of a page that a reload would change; nothing in the app is drawn by other means than CSS."""
    found = []
    for theme in ("light", "dark"):
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        found += await faults(page)
    return found


async def found_on(page, origin, pages):
    found = []
    for path, heading in pages.items():
        await page.goto(f"{origin}{path}")
        await expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        if path != "/gallery":  # which shows what loading looks like, for ever
            await expect(page.locator(".loading")).to_have_count(0)
        found += await faults(page)
    return found


@THEMES
async def test_axe_finds_nothing_on_the_pages_of_a_case_manager(platform, open_window, theme):
    desk = await Desk.open(await open_window(DESK, theme), platform)
    found = await found_on(desk.home, platform.address, DASHBOARD)
    await desk.home.goto(f"{platform.address}/participants/SB-0002/consent")
    research = desk.home.get_by_role("region", name="Research")
    await research.get_by_role("button", name="Enter a withdrawal").click()
    await research.get_by_role("button", name="Continue").click()
    found += await faults(desk.home)
    await research.get_by_label("Date on the paper").fill("2026-10-05")
    await research.get_by_role("button", name="Continue").click()
    await expect(desk.home.get_by_role("heading", name="Withdraw SB-0002")).to_be_focused()
    assert found + await faults(desk.home) == []


@THEMES
async def test_axe_finds_nothing_on_the_pages_of_a_technician(platform, open_window, theme):
    page = await (await open_window(DESK, theme)).new_page()
    await sign_in(page, platform.address, "tech", platform.password())
    await expect(page.get_by_role("heading").first).to_be_visible()
    pages = {"/": "", "/participants": "Participants", "/participants/SB-0002": "You may not see this"}
    assert await found_on(page, platform.address, pages) == []


@THEMES
async def test_axe_finds_nothing_on_the_pages_of_an_administrator(platform, open_window, theme):
    page = await (await open_window(DESK, theme)).new_page()
    await sign_in(page, platform.address, "admin", platform.password())
    await expect(page.get_by_role("heading", name="Needs you now", exact=True)).to_be_visible()
    pages = {"/": "Needs you now", "/accounts": "Accounts", "/inbox": "You may not see this"}
    found = await found_on(page, platform.address, pages)
    await page.goto(f"{platform.address}/accounts/new")
    await page.get_by_role("button", name="Add the account").click()
    found += await faults(page)
    await page.goto(f"{platform.address}/accounts?role=Tech")
    await page.get_by_role("link", name="Technician T-02").click()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Delete the account of Technician T-02?")).to_be_focused()
    assert found + await faults(page) == []


@THEMES
async def test_axe_finds_nothing_on_the_pages_of_an_auditor(platform, open_window, theme):
    page = await (await open_window(DESK, theme)).new_page()
    await sign_in(page, platform.address, "auditor", platform.password())
    await expect(page.get_by_role("heading", name="Who looked at a participant?")).to_be_visible()
    pages = {
        "/": "Who looked at a participant?",
        "/audit?period=custom": "Access trail",
        "/audit?participant=SB-9999": "There is no participant SB-9999",
        "/audit/proof": "Newest checkpoints",
        "/audit?participant=SB-0002": "Who saw or changed what is about SB-0002",
        "/participants": "You may not see this",
    }
    found = await found_on(page, platform.address, pages)
    await page.goto(f"{platform.address}/audit?participant=SB-0002")
    await page.get_by_role("table", name="Accesses, newest first").get_by_role("button").first.click()
    await expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_focused()
    assert found + await faults(page) == []


async def test_axe_finds_nothing_in_the_app(platform, open_window):
    phone = await Phone.open(await open_window(PHONE), platform, "naples_participant")
    found = []
    for path, heading in APP.items():
        await phone.page.goto(f"{platform.address}/app/{path}")
        await expect(phone.page.get_by_role("heading", name=heading).first).to_be_visible()
        await expect(phone.page.locator(".loading")).to_have_count(0)
        found += await faults_in_both_themes(phone.page)
    for fold in ("What you did yourself", "What the platform did by itself"):
        await phone.page.get_by_role("button", name=fold).click()
    await expect(phone.page.get_by_role("heading", name="The platform, by itself")).not_to_have_count(0)
    found += await faults_in_both_themes(phone.page)
    await phone.measure(200, 130)
    await expect(phone.page.get_by_role("heading", name="Please measure again")).to_be_visible()
    found += await faults_in_both_themes(phone.page)
    await phone.measure_again(200, 130)
    await expect(phone.alert).to_be_visible()
    assert found + await faults_in_both_themes(phone.page) == []


@THEMES
async def test_axe_finds_nothing_where_nobody_is_signed_in(platform, open_window, theme):
    page = await (await open_window(DESK, theme)).new_page()
    pages = {
        "/": "Sign in",
        "/gallery": "Components",
        "/signed-out": "You are signed out",
        "/app/signed-out": "You are signed out",
    }
    assert await found_on(page, platform.address, pages) == []


@THEMES
async def test_axe_finds_nothing_in_the_documentation_of_the_api(platform, open_window, theme):
    page = await (await open_window(DESK, theme)).new_page()
    found = await found_on(page, platform.address, {"/api/docs": "organisations"})
    assert [fault for fault in found if fault.split()[1].rstrip(":") not in NOT_OURS] == []
