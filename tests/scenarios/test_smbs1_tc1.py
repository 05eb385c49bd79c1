"""SMBS1_TC1: a new user asks for an account, and an administrator decides in the dashboard."""

import pytest
from playwright.async_api import expect

from browsers import DESK, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def ask(page, platform, username):
    """What a new user does."""
    await page.goto(f"{platform.address}/realms/smartbear/account/registration")
    for label, value in {
        "Username": username,
        "First name": "New",
        "Last name": username,
        "E-mail address": f"{username}@demo.invalid",
        "Password": "seven stars over the lake",
    }.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_label("Organisation").select_option(label="Funchal case management")
    await page.get_by_label("I have read the privacy notice").check()
    await page.get_by_role("button", name="Send the request").click()
    await page.get_by_role("heading", name="Thank you").wait_for()


@pytest.fixture
async def admin(platform, open_window):
    """An administrator at the start page."""
    page = await (await open_window(DESK)).new_page()
    await sign_in(page, platform.address, "admin", platform.password())
    await page.get_by_role("heading", name="Needs you now", exact=True).wait_for()
    return page


async def test_an_administrator_lets_one_in_and_refuses_another(platform, admin):
    for username in ("asks_and_joins", "asks_in_vain"):
        await ask(admin, platform, username)
    await admin.goto(platform.address)
    await admin.get_by_role("link", name="Decide New asks_and_joins").click()
    await admin.get_by_role("button", name="Approve").click()
    await expect(admin.get_by_text("Choose a role.")).to_be_visible()
    await expect(admin.get_by_label("Role")).to_be_focused()
    await admin.get_by_label("Role").select_option(label="Case manager")
    await expect(admin.get_by_label("Organisation")).to_contain_text("Funchal case management")
    await admin.get_by_role("button", name="Approve").click()
    await expect(admin.get_by_text("Confirms e-mail")).to_be_visible()
    await admin.get_by_role("button", name="Send it again").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Send the link").click()
    await expect(admin.get_by_text("on its way to asks_and_joins@demo.invalid")).to_be_visible()

    await admin.goto(platform.address)
    await admin.get_by_role("link", name="Decide New asks_in_vain").click()
    await admin.get_by_role("button", name="Refuse").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Refuse", exact=True).click()
    await expect(admin.get_by_text("The request of New asks_in_vain is refused.")).to_be_visible()
    await expect(admin.get_by_role("row", name="asks_in_vain")).to_have_count(0)


async def test_an_administrator_adds_changes_and_shows_somebody_out(platform, admin):
    await admin.get_by_role("link", name="Accounts").click()
    await admin.get_by_role("link", name="New account").click()
    for label, value in {"First name": "Added", "Last name": "User", "E-mail": "added@demo.invalid"}.items():
        await admin.get_by_label(label).fill(value)
    await admin.get_by_label("Username").fill("TECH")
    await admin.get_by_label("Role").select_option(label="Auditor")
    await admin.get_by_role("button", name="Add the account").click()
    await expect(admin.get_by_text("and not taken")).to_be_visible()
    await admin.get_by_label("Username").fill("added_user")
    await admin.get_by_role("button", name="Add the account").click()
    await expect(admin.get_by_text("Added User has an account now")).to_be_visible()

    await admin.get_by_role("searchbox").fill("added_user")
    await admin.get_by_role("searchbox").press("Enter")
    await admin.get_by_role("link", name="Added User").click()
    await admin.get_by_label("Last name").fill("Other")
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.get_by_role("heading", name="Added Other")).to_be_visible()
    for do, yes, told in (
        ("Send a link", "Send the link", "The link is on its way to added@demo.invalid."),
        ("Remove second step", "Remove", "The second step is removed."),
        ("Disable", "Disable", "The account is disabled."),
        ("Enable", "Enable", "The account is enabled."),
    ):
        await admin.get_by_role("button", name=do, exact=True).click()
        await admin.get_by_role("dialog").get_by_role("button", name=yes, exact=True).click()
        await expect(admin.get_by_text(told)).to_be_visible()
    await admin.get_by_role("button", name="Delete", exact=True).click()
    dialog = admin.get_by_role("dialog")
    await dialog.get_by_role("button", name="Delete the account").click()
    await expect(dialog.get_by_text("This is not added_user.")).to_be_visible()
    await dialog.get_by_label("Type added_user").fill("added_user")
    await dialog.get_by_role("button", name="Delete the account").click()
    await expect(admin.get_by_text("The account of Added Other is deleted.")).to_be_visible()
