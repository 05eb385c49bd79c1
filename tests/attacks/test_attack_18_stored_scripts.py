"""Attack 18: scripts that are stored and run later in somebody's browser."""

import base64

import httpx
import pytest

from tests.cdr.two_worlds import PULSE, seen
from tests.identity.conftest import ORIGIN, Browser

SCRIPT = "<script>alert(1)</script>"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
NARRATIVES = (
    SCRIPT,
    '<img src="x" onerror="alert(1)"/>',
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src='x'/>",
)


@pytest.mark.parametrize("inside", NARRATIVES)
async def test_a_narrative_that_would_run_is_not_stored(platform, ours, inside):
    text = {"status": "generated", "div": DIV.format(inside)}
    answer = await platform.fhir(
        "system", "PUT", "Observation/lively", seen("lively", ours, PULSE, 1, 1, text=text)
    )
    assert answer.status_code in (400, 422)
    assert "alert" not in answer.text


async def test_a_file_that_is_a_page_does_not_run_as_one_of_ours(platform, ours):
    data = base64.b64encode(SCRIPT.encode()).decode()
    file = {"resourceType": "Binary", "id": "page", "contentType": "text/html", "data": data}
    await platform.store(file | {"securityContext": {"reference": f"Patient/{ours}"}})
    shown = await platform.fhir("ccm_north", "GET", "Binary/page", accept="text/html")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "nosniff" in shown.headers["x-content-type-options"]
    await platform.fhir("system", "DELETE", "Binary/page")


async def test_what_is_typed_comes_back_as_text(platform):
    async with httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as jar:
        browser = Browser(jar)
        answer = await browser.sign_in(f'"><{SCRIPT}', "x")
        assert SCRIPT not in answer.text
        for page in (
            await browser.open(state=SCRIPT, login_hint=SCRIPT),
            await browser.open(client_id=SCRIPT),
        ):
            assert SCRIPT not in page.text


async def test_every_page_forbids_scripts_that_are_not_its_own(platform):
    for path in (
        "/",
        "/app/",
        "/api/docs",
        "/realms/smartbear/account/registration",
        "/realms/smartbear/account/forgotten",
    ):
        answer = await platform.ask("", "GET", path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers.get("content-security-policy", "")
        if "text/html" in answer.headers["content-type"]:
            scripts = next(
                (one for one in policy.split(";") if one.strip().startswith("script-src")),
                policy.split(";")[0],
            )
            assert "unsafe" not in scripts, path
            assert policy, path
