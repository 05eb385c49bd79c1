"""The participant's app without a connection: it opens, keeps what is entered, and sends it once."""

import pytest
from playwright.async_api import expect

from browsers import PHONE, Phone
from clients import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
expect.set_options(timeout=20_000)

PRIVATE_WINDOW = "in-incognito"  # every window of a test is one
WORKER_HAS_THE_PAGE = "() => navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
KEPT_ADDRESSES = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const kept = await Promise.all(caches_.map((cache) => cache.keys()));
  return kept.flat().map((request) => new URL(request.url).pathname);
}"""


async def ready_for_the_road(context, platform, username):
    """Signed in, the app's files on the phone."""
    phone = await Phone.open(context, platform, username)
    await phone.page.wait_for_function(WORKER_HAS_THE_PAGE)
    return phone


def watch_sending(page):
    """Readings that the platform answered: idempotency key and status."""
    keys: list[tuple[str, int]] = []

    def note(response):
        request = response.request
        if request.method == "POST" and request.url.endswith("/api/measurements"):
            keys.append((request.headers["idempotency-key"], response.status))

    page.on("response", note)
    return keys


async def test_a_reading_entered_offline_outlives_a_reload_and_is_sent_exactly_once(platform, open_window):
    context = await open_window(PHONE)
    phone = await ready_for_the_road(context, platform, "participant_2")
    sent = watch_sending(phone.page)
    await context.set_offline(True)
    await phone.page.reload()
    await expect(phone.page.get_by_role("heading", name="Good ")).to_be_visible()
    await phone.measure(127, 74)
    await expect(phone.page.get_by_role("status")).to_contain_text("Saved on this phone. We will send it.")
    await phone.page.reload()
    await expect(phone.page.get_by_role("heading", name="What do you want to measure?")).to_be_visible()
    assert sent == []
    await context.set_offline(False)
    await phone.page.get_by_role("navigation").get_by_role("link", name="Today").click()
    await expect(phone.page.get_by_role("status")).to_contain_text("All sent")
    await phone.page.reload()
    await expect(phone.page.get_by_role("status")).to_contain_text("All sent")
    assert [status for _, status in sent] == [201]


async def test_a_reading_goes_out_by_itself_when_the_connection_returns(platform, open_window):
    context = await open_window(PHONE)
    phone = await ready_for_the_road(context, platform, "participant_2")
    sent = watch_sending(phone.page)
    await context.set_offline(True)
    await phone.measure(128, 75)
    status = phone.page.get_by_role("status")
    await expect(status).to_contain_text("Saved on this phone. We will send it.")
    await context.set_offline(False)
    await expect(status).to_contain_text("Sent to your care team")
    assert len(sent) == 1


async def pressures(platform, username):
    """How many blood pressures the platform holds of somebody."""
    async with Person(platform, username, platform.password()) as person:
        subject = (await person.get("/api/me"))["subject"]
        page = await person.get("/api/measurements", subject=subject, code="85354-9", limit=1000)
    return len(page["items"])


async def test_a_reading_whose_answer_got_lost_is_sent_again_and_counts_once(platform, open_window):
    phone = await ready_for_the_road(await open_window(PHONE), platform, "participant_2")
    sent = watch_sending(phone.page)
    before = await pressures(platform, "participant_2")
    keys = []

    async def lose_the_answer(route):
        keys.append(route.request.headers["idempotency-key"])
        await route.fetch()
        await route.abort()

    await phone.page.route("**/api/measurements", lose_the_answer, times=1)
    await phone.measure(129, 74)
    await expect(phone.page.get_by_role("status")).to_contain_text("Sent to your care team")
    assert sent == [(keys[0], 200)]
    assert await pressures(platform, "participant_2") == before + 1


async def test_the_app_can_be_installed_and_caches_no_answer_of_the_platform(platform, open_window):
    context = await open_window(PHONE)
    phone = await ready_for_the_road(context, platform, "participant_2")
    await phone.page.get_by_role("navigation").get_by_role("link", name="Messages").click()
    await expect(phone.page.get_by_role("heading", name="Messages")).to_be_visible()
    kept = await phone.page.evaluate(KEPT_ADDRESSES)
    assert "/app/" in kept
    assert [path for path in kept if not path.startswith("/app/")] == []
    scope = await phone.page.evaluate("() => navigator.serviceWorker.ready.then((worker) => worker.scope)")
    assert scope == f"{platform.address}/app/"
    devtools = await context.new_cdp_session(phone.page)
    faults = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [fault for fault in faults if fault["errorId"] != PRIVATE_WINDOW] == []
