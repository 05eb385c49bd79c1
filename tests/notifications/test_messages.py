"""A participant writes to the case manager: by e-mail, once, and nobody else reads it on the way."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from smartbear.contracts.letters import LetterWanted
from smartbear.contracts.people import CaseManager
from smartbear.contracts.scope import AccessScope
from smartbear.notifications.app import serve
from tests.conftest import client_of, jobs_of

TEXT = "The new cuff hurts <b>CANARY</b>\nand I feel dizzy & tired"
TASK = f"notifications.{LetterWanted.name}"


@pytest.fixture
async def writing_world(mailing_world):
    """One whose routes know the mail server, too."""
    async with serve(mailing_world.context) as app:
        yield replace(mailing_world, app=app)


def write(world, text=TEXT, key="key-1", scope=None):
    client = client_of(world.app, world.clock, scope or world.participant)
    headers = {"idempotency-key": key} if key else {}
    return client.post("/api/messages", json={"text": text}, headers=headers)


async def letters(world):
    return await jobs_of(world.database_url, TASK)


async def delivered(world, since=0):
    for job in (await letters(world))[since:]:
        await world.handlers[TASK](job)


async def test_a_message_reaches_every_case_manager_as_an_e_mail(writing_world, post, caplog):
    world = writing_world
    before = len(await letters(world))
    world.move_in()
    world.subject = world.move_in(
        language="it",
        case_managers=(
            CaseManager(account="c-1", name="CM-07", email="cm07@demo.invalid"),
            CaseManager(account="c-2", name="CM-08", email=None),
        ),
        external_email="outside@demo.invalid",
    )
    with caplog.at_level(logging.DEBUG):
        answer = await write(world)
        assert (answer.status_code, answer.json()) == (202, {"accepted": True})
        assert "CANARY" not in str(await letters(world))
        await delivered(world, before)
    own = [record for record in caplog.records if record.name != "mail.log"]  # the server's, who got it
    assert own
    assert "CANARY" not in "".join(str(vars(record)) for record in own)
    assert [sent["To"] for sent in post.messages] == ["cm07@demo.invalid", "outside@demo.invalid"]
    bodies = [post.messages[0].get_body((kind,)).get_content() for kind in ("plain", "html")]
    plain, html = (body.replace("\r\n", "\n") for body in bodies)
    assert "> The new cuff hurts <b>CANARY</b>\n> and I feel dizzy & tired" in plain
    assert "&lt;b&gt;CANARY&lt;/b&gt;\nand I feel dizzy &amp; tired" in html
    assert world.participant_id in post.messages[0]["Subject"]
    assert "partecipante" in plain
    assert "CANARY" not in str(post.messages[0].items())


async def test_a_message_that_is_sent_again_is_sent_once(writing_world):
    world, scope = writing_world, writing_world.participant
    before = len(await letters(world))
    answers = [await write(world, scope=scope) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(await letters(world)) == before + 1
    other = await write(world, text="Something else", scope=scope)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "used")
    assert "Something" not in other.text
    assert len(await letters(world)) == before + 1


async def test_after_ten_messages_in_an_hour_the_participant_is_asked_to_call(writing_world):
    world, scope = writing_world, writing_world.participant
    for number in range(10):
        assert (await write(world, key=f"k-{number}", scope=scope)).status_code == 202
        world.clock.advance(timedelta(minutes=1))
    before = len(await letters(world))
    refused = await write(world, key="k-10", scope=scope)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(50 * 60))
    assert len(await letters(world)) == before
    world.clock.advance(timedelta(minutes=51))
    assert (await write(world, key="k-10", scope=scope)).status_code == 202


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "a\x00b", "\x1b[31m", 7, None, ["x"]])
async def test_what_is_no_message_is_refused_field_by_field(writing_world, text):
    answer = await write(writing_world, text=text)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "text")
    assert "x" * 20 not in answer.text


@pytest.mark.parametrize("key", [None, "", "a b", "k" * 129])
async def test_a_message_without_a_good_key_is_refused(writing_world, key):
    answer = await write(writing_world, key=key)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "idempotency-key")


async def test_nobody_but_a_participant_writes_to_the_care_team(writing_world):
    for scope in (writing_world.ccm, AccessScope(role="Tech"), AccessScope(role="system", client="x")):
        assert (await write(writing_world, scope=scope)).status_code == 403


async def test_where_nobody_can_be_written_to_the_participant_is_told_to_call(world, writing_world):
    no_mail = await write(world)
    assert (no_mail.status_code, "call" in no_mail.json()["detail"]) == (503, True)
    writing_world.subject = writing_world.move_in(case_managers=(), external_email=None)
    nobody = await write(writing_world)
    assert (nobody.status_code, "call" in nobody.json()["detail"]) == (409, True)
