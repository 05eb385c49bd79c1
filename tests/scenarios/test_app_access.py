"""The app for everybody: axe with AAA contrast, sizes of text and targets, down to the smallest phone."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, expect

from browsers import PHONE, Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
SMALL = ViewportSize(width=320, height=640)
SCREENS = [
    "",
    "measure",
    "measure/blood_pressure",
    "measure/weight",
    "messages",
    "me",
    "consent",
    "seen",
    "signed-out",
]
VIOLATIONS = """async () => {
  const found = await axe.run(document, { rules: { "color-contrast-enhanced": { enabled: true } } });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`);
}"""
# Source of both numbers: the house's design of the app, 18 px and 48 px.
TOO_SMALL = """() => {
  const seen = (node) => node.getClientRects().length && !node.closest(".sr");
  const all = (names) => [...document.querySelectorAll(names)].filter(seen);
  const says = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const text = all("#app *").filter((node) => says(node) && parseFloat(getComputedStyle(node).fontSize) < 18);
  const targets = all("a, button, input").filter((node) => {
    const { width, height } = node.getBoundingClientRect();
    return width < 47.9 || height < 47.9;
  });
  return [...text, ...targets].map((node) => node.outerHTML.slice(0, 120));
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["phone", "small"])
async def test_every_screen_of_the_app_can_be_read_and_touched(platform, open_window, size, theme):
    phone = await Phone.open(await open_window(size, theme), platform, "participant_2")
    for screen in SCREENS:
        await phone.page.goto(f"{platform.address}/app/{screen}")
        await expect(phone.page.locator("h1")).to_be_visible()
        await expect(phone.page.locator(".loading")).to_have_count(0)
        await phone.page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        await phone.page.evaluate(AXE.read_text())
        assert (screen, await phone.page.evaluate(VIOLATIONS)) == (screen, [])
        assert (screen, await phone.page.evaluate(TOO_SMALL)) == (screen, [])
        assert (screen, await phone.page.evaluate(SIDEWAYS)) == (screen, 0)
        assert (await phone.page.title()).endswith(" · SMART BEAR")


async def test_words_that_cannot_be_sent_stay_and_the_participant_is_told_to_call(platform, open_window):
    """The demo has no mail server."""
    phone = await Phone.open(await open_window(PHONE, "light"), platform, "participant_2")
    await phone.page.goto(f"{platform.address}/app/messages")
    words = phone.page.get_by_label("Write to your case manager")
    await words.fill("The new cuff hurts")
    await phone.page.get_by_role("button", name="Send").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("Please call your care team")
    await expect(words).to_have_value("The new cuff hurts")
