"""The pages in a real browser behind the real front door: what axe finds, what the policy lets happen."""

import os
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway import app as gateway_app
from smartbear.identity import app as identity_app
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from smartbear.kit import serving
from tests.conftest import test_key
from tests.identity.conftest import PASSWORD, PROTOCOL, asked, users_stub

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
ACCOUNT = "/realms/smartbear/account"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


class Origin(str):
    """An address, and ``stranger``, the id of a client that is not the platform's."""

    __slots__ = ("stranger",)


@pytest.fixture
async def origin(make_context, clock):
    """Where the provider is served, by the platform's own server."""
    async with AsyncExitStack() as stack:
        listener = serving.listen("127.0.0.1", 0)
        address = f"http://localhost:{listener.getsockname()[1]}"

        async def context_of(component, neighbours=None):
            context = await stack.enter_async_context(make_context(component, neighbours))
            changes = {"public_urls": (address,), "web": Path("/nowhere")}
            return replace(context, settings=context.settings.model_copy(update=changes))

        identity = await context_of("identity", {"users": users_stub(clock)})
        provider = await stack.enter_async_context(identity_app.serve(identity))
        neighbours = {"identity": ScopeMiddleware(provider, test_key("scope"), clock)}
        gateway = await context_of("gateway", neighbours)
        front = await stack.enter_async_context(gateway_app.serve(gateway))
        await stack.enter_async_context(serving.serving(front, listener))
        new = NewAccount(username="test_clinician", role="CCM", name="Case manager CM-07")
        await create_account(identity, new, PASSWORD)
        back = address.replace("localhost", "127.0.0.1")  # another site, as theirs are
        described = {"name": "Somebody's program", "scope": "openid email", "redirects": (f"{back}/program",)}
        found = Origin(address)
        found.stranger, _ = await create_client(identity, NewClient(**described))
        yield found


@pytest.fixture(scope="module")
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium):
    """A page that remembers what its console complained about."""
    page = await chromium.new_page(locale="en-GB")
    page.complaints = []
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    yield page
    await page.close()


def sign_in_at(origin, client="dashboard", path="/callback"):
    parameters = asked(client_id=client, redirect_uri=f"{origin}{path}")
    return f"{origin}{PROTOCOL}/auth?" + "&".join(f"{name}={value}" for name, value in parameters.items())


async def faults(page):
    await page.evaluate(AXE)
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]


async def fill(page, password):
    await page.get_by_label("Username").fill("test_clinician")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def open_form(page, origin):
    await page.goto(sign_in_at(origin))


async def open_app_form(page, origin):
    await page.goto(sign_in_at(origin, "mobile", "/app/callback"))


async def open_refusal(page, origin):
    await page.goto(sign_in_at(origin))
    await fill(page, "wrong")
    await page.get_by_role("alert").wait_for()


async def open_question(page, origin):
    await page.goto(sign_in_at(origin))
    await fill(page, PASSWORD)
    await page.goto(f"{origin}{PROTOCOL}/logout")


async def open_signed_out(page, origin):
    await page.goto(f"{origin}{PROTOCOL}/logout")


async def open_error(page, origin):
    await page.goto(f"{origin}{PROTOCOL}/auth")


async def open_registration(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/registration")


async def open_bad_registration(page, origin):
    await open_registration(page, origin)
    await page.evaluate("document.querySelector('form').noValidate = true")
    await page.get_by_role("button", name="Send the request").click()
    await page.get_by_role("alert").first.wait_for()


async def open_forgotten(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/forgotten")


async def open_confirm(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/confirm?link=x")


async def open_link_over(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/reset?link=x")


async def open_privacy(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/privacy")


async def open_account(page, origin):
    await page.goto(f"{origin}{ACCOUNT}")
    await fill(page, PASSWORD)
    await page.get_by_role("heading", name="Your account").wait_for()


async def open_set_up(page, origin):
    await open_account(page, origin)
    await page.get_by_role("button", name="Set up an authenticator app").click()
    await page.get_by_label("Six digits").wait_for()


async def open_permission(page, origin):
    there = sign_in_at(origin, origin.stranger, "/program").replace("profile", "email")
    await page.goto(there.replace(f"{origin}/program", f"{origin.replace('localhost', '127.0.0.1')}/program"))
    await fill(page, PASSWORD)
    await page.get_by_role("button", name="Do not allow").wait_for()


async def open_new_address(page, origin):
    await page.goto(f"{origin}{ACCOUNT}/address?link=x")


PAGES = [
    open_form,
    open_app_form,
    open_refusal,
    open_question,
    open_signed_out,
    open_error,
    open_registration,
    open_bad_registration,
    open_forgotten,
    open_confirm,
    open_link_over,
    open_privacy,
    open_account,
    open_set_up,
    open_permission,
    open_new_address,
]


@pytest.mark.parametrize("open_page", PAGES, ids=lambda open_page: open_page.__name__)
async def test_axe_finds_nothing_and_nothing_runs_off_a_narrow_screen(page, origin, open_page):
    await open_page(page, origin)
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        assert await faults(page) == []
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_the_policy_lets_a_person_go_to_a_program_on_another_site(page, origin):
    await open_permission(page, origin)
    await page.get_by_role("button", name="Allow", exact=True).click()
    await page.wait_for_url(f"{origin.replace('localhost', '127.0.0.1')}/program?code=*")


async def test_a_person_signs_in_and_out_with_the_keyboard_alone(page, origin):
    await page.goto(sign_in_at(origin))
    await page.wait_for_function("document.activeElement.id === 'username'")
    await page.keyboard.type("test_clinician")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{origin}/callback?code=*")
    await page.goto(f"{origin}{PROTOCOL}/logout")
    await page.get_by_role("button", name="Sign out").press("Enter")
    await page.get_by_role("heading", name="You are signed out").wait_for()
    assert "smartbear_session" not in {cookie["name"] for cookie in await page.context.cookies()}


async def test_the_pages_load_their_own_fonts_and_break_no_policy(page, origin):
    await page.goto(sign_in_at(origin))
    loaded = await page.evaluate(
        "document.fonts.ready.then(all => [...all].filter(f => f.status === 'loaded').map(f => f.family))"
    )
    assert {family.strip('"') for family in loaded} == {"Literata", "Source Sans 3"}
    assert page.complaints == []


async def test_the_language_can_be_changed_on_the_page_and_stays(page, origin):
    await page.goto(sign_in_at(origin))
    await page.get_by_role("link", name="Ελληνικά").click()
    await page.get_by_role("heading", name="Σύνδεση").wait_for()
    await page.goto(sign_in_at(origin))
    assert await page.locator("html").get_attribute("lang") == "el"


async def test_the_app_has_targets_of_48_pixels_and_text_of_18(page, origin):
    await open_app_form(page, origin)
    heights = await page.eval_on_selector_all(
        "main a, main button, main input:not([type=hidden])",
        "all => all.map(one => one.getBoundingClientRect().height)",
    )
    sizes = await page.eval_on_selector_all(
        "main h1, main p, main label, main input:not([type=hidden]), main a, main button",
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))",
    )
    assert min(heights) >= 48
    assert min(sizes) >= 18


@pytest.fixture
async def authenticator(page):
    """A passkey provider of the browser's own, whose owner is always there."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


async def test_a_passkey_is_made_and_used_as_the_second_step(page, origin, authenticator):
    await open_account(page, origin)
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("heading", name="Add a passkey").wait_for()
    assert await faults(page) == []
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("link", name="I have kept them").wait_for()
    assert await faults(page) == []
    await page.get_by_role("link", name="I have kept them").click()
    await page.get_by_role("button", name="Remove").wait_for()
    await page.context.clear_cookies()
    await page.goto(sign_in_at(origin))
    await fill(page, PASSWORD)
    await page.get_by_text("No authenticator app or passkey at hand?").click()
    await page.get_by_label("Recovery code").wait_for()
    assert await faults(page) == []
    await page.get_by_role("button", name="Use a passkey").click()
    await page.wait_for_url(f"{origin}/callback?code=*")
    assert [line for line in page.complaints if "Content Security Policy" in line] == []
    await forget_passkeys(page, origin)


async def test_a_passkey_that_is_not_the_accounts_opens_nothing(page, origin, authenticator):
    session, number = authenticator
    await open_account(page, origin)
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("link", name="I have kept them").wait_for()
    await session.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    await page.context.clear_cookies()
    await page.goto(sign_in_at(origin))
    await fill(page, PASSWORD)
    await page.get_by_role("button", name="Use a passkey").click()
    await page.get_by_text("That did not work.").wait_for()
    assert "code=" not in page.url


async def forget_passkeys(page, origin):
    await page.goto(f"{origin}{ACCOUNT}")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Set up an authenticator app").wait_for()
