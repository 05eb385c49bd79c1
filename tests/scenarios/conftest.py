"""The platform as its users start it, and a real browser; both shared by all scenarios of a run."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import expect

from browsers import PATIENCE, Browser, chromium, window
from platform_under_test import PlatformUnderTest, data_directory
from split_platform import SplitPlatform

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def platform() -> Iterator[PlatformUnderTest]:
    """``smartbear demo``, seeded."""
    with data_directory() as home:
        running = PlatformUnderTest(home)
        running.start()
        try:
            running.wait_until_ready()
            running.wait_until_seeded()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def split() -> Iterator[SplitPlatform]:
    """The same platform, its components in processes of their own."""
    with data_directory() as home, SplitPlatform(home).running() as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def open_window(browser):
    """``await open_window(size, theme)``; every window is closed at the end."""
    opened = []

    async def make(*choices):
        opened.append(await window(browser, *choices))
        return opened[-1]

    yield make
    for context in opened:
        await context.close()
