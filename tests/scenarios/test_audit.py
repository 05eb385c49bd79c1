"""A case manager opens a record; an auditor finds that, with the reason, and takes the proof away."""

import asyncio
import sys

import pytest
from playwright.async_api import expect

from browsers import DESK, Desk, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
OPENED = "Opened a participant\N{RIGHT SINGLE QUOTATION MARK}s record"


@pytest.fixture
async def auditor(platform, open_window):
    """An auditor at the start page, after a case manager has opened SB-0001."""
    desk = await Desk.open(await open_window(DESK), platform)
    await desk.home.goto(f"{platform.address}/participants/SB-0001")
    await expect(desk.home.get_by_role("heading", name="Newest values")).to_be_visible()
    page = await (await open_window(DESK)).new_page()
    await sign_in(page, platform.address, "auditor", platform.password())
    await page.get_by_role("heading", name="Who looked at a participant?").wait_for()
    return page


async def kept(page, button, folder):
    """The file that a button has the browser keep."""
    async with page.expect_download() as download:
        await page.get_by_role("button", name=button).click()
    file = await download.value
    await file.save_as(folder / file.suggested_filename)
    return folder / file.suggested_filename


async def test_an_auditor_finds_who_looked_at_a_participant_and_why(auditor):
    await auditor.get_by_label("About participant").fill("sb-1")
    await auditor.get_by_role("button", name="Show who looked").click()
    summary = auditor.get_by_role("table", name="Who saw or changed what is about SB-0001")
    person = summary.get_by_role("row").filter(has_text="test_clinician")
    await expect(person).to_contain_text("Case manager, Funchal case management")
    await expect(person).to_contain_text("Care")
    await person.get_by_role("button", name="test_clinician").click()
    opened = auditor.get_by_role("row").filter(has_text=OPENED).first
    await expect(opened).to_contain_text("SB-0001")
    await opened.get_by_role("button").click()
    detail = auditor.get_by_role("dialog", name=OPENED)
    await expect(detail.get_by_role("heading").first).to_be_focused()
    for said in ("test_clinician, Case manager", "TREAT", "GET /api/participants/{participant_id}", "signed"):
        await expect(detail).to_contain_text(said)
    await auditor.keyboard.press("Escape")
    await expect(opened.get_by_role("button")).to_be_focused()


async def test_what_is_asked_stands_in_the_address_and_what_is_not_there_is_said(auditor, platform):
    await auditor.goto(f"{platform.address}/audit?participant=SB-0001&outcome=8")
    await expect(auditor.get_by_text("Nobody saw or changed anything about SB-0001")).to_be_visible()
    await auditor.get_by_label("About participant").fill("SB-9999")
    await auditor.get_by_role("button", name="Look up").click()
    await expect(auditor.get_by_role("alert")).to_contain_text("There is no participant SB-9999")
    await auditor.get_by_role("button", name="Clear all").click()
    await expect(auditor.get_by_role("table", name="Accesses, newest first")).to_be_visible()
    assert auditor.url == f"{platform.address}/audit"
    await auditor.get_by_role("button", name="Show older").click()
    await expect(auditor.get_by_text("100 accesses shown")).to_be_visible()


async def test_an_auditor_verifies_the_trail_and_takes_a_signed_export_away(auditor, platform, tmp_path):
    await auditor.goto(f"{platform.address}/audit/proof")
    await auditor.get_by_role("button", name="Verify now").click()
    await expect(auditor.get_by_role("status").get_by_text("The trail is intact")).to_be_visible()
    verifier = await kept(auditor, "Download the program", tmp_path)
    await auditor.goto(f"{platform.address}/audit?participant=SB-0001")
    export = await kept(auditor, "Export signed", tmp_path)
    await expect(auditor.get_by_text("every line is proved")).to_be_visible()
    key = platform.cli("audit", "key").splitlines()[0]
    witness = str(platform.home / "witness")
    command = (sys.executable, str(verifier), str(export), "--key", key, "--witness", witness)
    checking = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await checking.communicate()
    assert "has seen" in said.decode()
    assert checking.returncode == 0
