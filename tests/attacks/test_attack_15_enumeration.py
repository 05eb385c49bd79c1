"""Attack 15: finding out which accounts there are.

The times of the answers are compared in ``tests/identity/test_figures.py``.
"""

import re

import httpx
import pytest

from tests.identity.conftest import ORIGIN, Browser, fields_of

OWN = re.compile(r'value="[^"]*"|nonce-[\w-]+')


@pytest.fixture
async def browser(platform):
    async with httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as jar:
        yield Browser(jar)


def page(answer):
    """A page without what each has of its own: the proof of the form, and the name that was typed."""
    return answer.status_code, OWN.sub("", answer.text)


async def test_a_wrong_password_is_answered_like_a_name_that_nobody_has(browser):
    for password in ("wrong", ""):
        known = await browser.sign_in("tech_north", password)
        unknown = await browser.sign_in("nobody_nowhere", password)
        assert page(known) == page(unknown)
        assert known.status_code in (400, 401)


async def test_forgetting_a_password_is_answered_alike_for_everybody(platform, browser):
    answers = []
    path = "/realms/smartbear/account/forgotten"
    for name in ("tech_north", "nobody_nowhere", "x" * 300, "CANARY@example.org"):
        form = fields_of(await browser.http.get(path)) | {"name": name}
        answer = await browser.http.post(path, data=form)
        answers.append(page(answer))
        assert name not in answer.text
    assert all(answer == answers[0] for answer in answers)


async def test_a_machine_with_a_wrong_secret_is_answered_like_one_that_is_not_there(platform):
    answers = []
    for client in (platform.secret["system"][0], "not-there"):
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": "wrong"}
        answer = await platform.http.post("/realms/smartbear/protocol/openid-connect/token", data=form)
        answers.append((answer.status_code, answer.content))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
