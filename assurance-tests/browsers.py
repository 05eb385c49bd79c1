"""People in front of a real Chromium: a case manager at a desk, a participant with a phone.

The browser reaches the loopback addresses and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, async_playwright

from platform_under_test import PlatformUnderTest

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PATIENCE = 20_000.0  # milliseconds until what should appear has to be there
DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
_OFFLINE = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser, closed afterwards."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_OFFLINE))
        yield browser
        await browser.close()


async def window(browser: Browser, size: ViewportSize, theme: str = "light") -> BrowserContext:
    """A window with no memory of others; ``theme`` is what the machine prefers, «light» or «dark»."""
    context = await browser.new_context(
        viewport=size,
        locale="en-GB",
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="Atlantic/Madeira",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    return context


async def sign_in(page: Page, address: str, username: str, password: str) -> None:
    """Open an address that asks who one is, and say it."""
    await page.goto(address)
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


@dataclass(frozen=True)
class Desk:
    """A case manager with two pages open that are never reloaded: home and the inbox."""

    home: Page
    inbox: Page
    origin: str

    @classmethod
    async def open(
        cls, context: BrowserContext, platform: PlatformUnderTest, username: str = "test_clinician"
    ) -> Desk:
        """Sign in, and wait until both pages have loaded."""
        home = await context.new_page()
        await sign_in(home, platform.address, username, platform.password())
        await home.get_by_role("heading", name="Needs you now", exact=True).wait_for()
        inbox = await context.new_page()
        await inbox.goto(f"{platform.address}/inbox")
        await inbox.get_by_role("heading", name="Inbox").wait_for()
        return cls(home, inbox, platform.address)

    def row(self, participant: str, title: str) -> Locator:
        """A notice in the inbox's list."""
        return self.inbox.get_by_role("button").filter(has_text=participant).filter(has_text=title)

    def need(self, participant: str, title: str) -> Locator:
        """A notice on home."""
        return self.home.get_by_role("listitem").filter(has_text=participant).filter(has_text=title)


@dataclass(frozen=True)
class Phone:
    """A participant's phone with the app open."""

    page: Page
    origin: str

    @classmethod
    async def open(cls, context: BrowserContext, platform: PlatformUnderTest, username: str) -> Phone:
        """Sign in, and wait for today."""
        page = await context.new_page()
        await sign_in(page, f"{platform.address}/app/", username, platform.password())
        await page.get_by_role("heading", name="Good ").wait_for()
        return cls(page, platform.address)

    async def measure(self, systolic: int, diastolic: int) -> None:
        """Choose blood pressure, type it in and save it."""
        await self.page.get_by_role("navigation").get_by_role("link", name="Measure").click()
        await self.page.get_by_role("link", name="Blood pressure").click()
        await self._enter(systolic, diastolic)

    async def measure_again(self, systolic: int, diastolic: int) -> None:
        """Do what the result asks for, in another second: two readings of one instant are one."""
        await self.page.wait_for_timeout(1_000)
        await self.page.get_by_role("link", name="Measure again").click()
        await self._enter(systolic, diastolic)

    async def _enter(self, systolic: int, diastolic: int) -> None:
        await self.page.get_by_label("Upper number").fill(str(systolic))
        await self.page.get_by_label("Lower number").fill(str(diastolic))
        await self.page.get_by_role("button", name="Save").click()

    @property
    def alert(self) -> Locator:
        """The red alert, which leaves room for nothing else."""
        return self.page.get_by_role("alertdialog")
