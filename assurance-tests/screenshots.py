"""``make screenshots``: the main pages in both themes, with the demo pilot's data, into docs/images.

The figures of the pilot come from a seeded generator; what is on the pictures happened on a platform started
for them, so that red alerts are open and have been read.
"""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, Page, expect
from rich.console import Console

from browsers import DESK, PHONE, Desk, Phone, chromium, sign_in, window
from platform_under_test import ROOT, PlatformUnderTest, data_directory

_IMAGES = ROOT / "docs" / "images"
_THEMES = ("light", "dark")
_console = Console()


def main() -> None:
    """Start a platform, let something happen, photograph it."""
    _IMAGES.mkdir(parents=True, exist_ok=True)
    with data_directory() as home:
        platform = PlatformUnderTest(home)
        try:
            with _console.status("Starting a platform with the demo pilot"):
                platform.start()
                platform.wait_until_ready()
                platform.wait_until_seeded()
            asyncio.run(photographs(platform))
        finally:
            platform.stop()


async def photographs(platform: PlatformUnderTest) -> None:
    """All of them; the alerts that the phones cause are on the desks' pages."""
    async with chromium() as browser:
        for theme in _THEMES:
            await public_pages(browser, platform, theme)
        await phone_pages(browser, platform)
        for theme in _THEMES:
            await desk_pages(browser, platform, theme)
            await seen_page(browser, platform, theme)
            await administrator_pages(browser, platform, theme)
            await auditor_pages(browser, platform, theme)


async def public_pages(browser: Browser, platform: PlatformUnderTest, theme: str) -> None:
    """Where nobody is signed in."""
    context = await window(browser, DESK, theme)
    page = await context.new_page()
    await page.goto(platform.address)
    await page.get_by_label("Username").wait_for()
    await photograph(page, "login", theme)
    await page.goto(f"{platform.address}/gallery")
    await photograph(page, "gallery", theme)
    await context.close()


async def phone_pages(browser: Browser, platform: PlatformUnderTest) -> None:
    """One participant in each theme: today, a result that asks to repeat, a red alert, messages."""
    for theme, username in zip(_THEMES, ("participant_2", "participant"), strict=True):
        context = await window(browser, PHONE, theme)
        phone = await Phone.open(context, platform, username)
        await photograph(phone.page, "app-today", theme)
        await phone.measure(200, 130)
        await expect(phone.page.get_by_role("heading", name="Please measure again")).to_be_visible()
        await photograph(phone.page, "app-result", theme)
        await phone.measure_again(200, 130)
        await phone.alert.wait_for()
        await photograph(phone.page, "app-red-alert", theme)
        await phone.page.get_by_role("button", name="I have read this").click()
        await phone.page.get_by_role("link", name="Messages").click()
        await phone.page.get_by_role("heading", name="Messages").wait_for()
        await photograph(phone.page, "app-messages", theme)
        await context.close()


async def seen_page(browser: Browser, platform: PlatformUnderTest, theme: str) -> None:
    """What the participant reads of the case manager's looks."""
    context = await window(browser, PHONE, theme)
    phone = await Phone.open(context, platform, "participant")
    await phone.page.goto(f"{platform.address}/app/seen")
    await phone.page.get_by_role("heading", name="test_clinician").first.wait_for()
    await photograph(phone.page, "app-seen", theme)
    await context.close()


async def desk_pages(browser: Browser, platform: PlatformUnderTest, theme: str) -> None:
    """A case manager while two red alerts are open."""
    context = await window(browser, DESK, theme)
    desk = await Desk.open(context, platform)
    await photograph(desk.home, "home", theme)
    await desk.inbox.get_by_role("button").filter(has_text="SB-0001").filter(has_text="twice").click()
    await desk.inbox.get_by_role("button", name="Acknowledge alert").wait_for()
    await photograph(desk.inbox, "inbox", theme)
    for name, path in (
        ("participants", "participants"),
        ("overview", "participants/SB-0001"),
        ("consent", "participants/SB-0001/consent"),
    ):
        await desk.home.goto(f"{platform.address}/{path}")
        await photograph(desk.home, name, theme)
    await desk.home.goto(f"{platform.address}/participants/SB-0001/clinical")
    await desk.home.get_by_role("button", name="Red alert").click()  # its minutes appear in the lens
    await photograph(desk.home, "clinical-data", theme)
    await context.close()


async def administrator_pages(browser: Browser, platform: PlatformUnderTest, theme: str) -> None:
    """The accounts of staff."""
    context = await window(browser, DESK, theme)
    page = await context.new_page()
    await sign_in(page, platform.address, "admin", platform.password())
    await page.get_by_role("heading", name="Needs you now", exact=True).wait_for()
    await page.goto(f"{platform.address}/accounts")
    await page.get_by_role("table").wait_for()
    await photograph(page, "accounts", theme)
    await context.close()


async def auditor_pages(browser: Browser, platform: PlatformUnderTest, theme: str) -> None:
    """Who looked at SB-0001, and the proof that the trail is intact."""
    context = await window(browser, DESK, theme)
    page = await context.new_page()
    await sign_in(page, platform.address, "auditor", platform.password())
    await page.get_by_role("heading", name="Who looked at a participant?").wait_for()
    await page.goto(f"{platform.address}/audit?participant=SB-0001&period=day")
    await page.get_by_role("heading", name="Who saw or changed").wait_for()
    await photograph(page, "audit", theme)
    await page.goto(f"{platform.address}/audit/proof")
    await page.get_by_role("button", name="Verify now").click()
    await page.get_by_text("The trail is intact").wait_for()
    await photograph(page, "audit-proof", theme)
    await context.close()


async def photograph(page: Page, name: str, theme: str) -> None:
    """The page once nothing is loading, its fonts are there, and nothing moves."""
    await page.get_by_role("heading").first.wait_for()
    if name != "gallery":  # which shows what loading looks like, for ever
        await expect(page.locator(".loading")).to_have_count(0)
    await page.evaluate("document.fonts.ready")
    before, picture = b"", await page.screenshot()
    while picture != before:  # charts take a while to come to rest
        await page.wait_for_timeout(700)
        before, picture = picture, await page.screenshot()
    (_IMAGES / f"{name}-{theme}.png").write_bytes(picture)
    _console.print(f"{name}, {theme}")


if __name__ == "__main__":
    main()
