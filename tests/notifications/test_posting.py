"""Letters of other components: sealed on the way, sent as they are, tried again while the server is busy."""

import pytest

from smartbear.contracts.letters import Letter, LetterRefused, LetterWanted
from smartbear.kit.errors import Unavailable
from tests.conftest import jobs_of

LETTER = Letter(to="new.user@demo.invalid", subject="Grüße", text="A link", html="<p>A link</p>")
TASK = f"notifications.{LetterWanted.name}"


def wanted(world):
    return LetterWanted.of(world.context, LETTER).model_dump()


async def test_a_letter_is_sent_as_it_was_written(mailing_world, post):
    event = wanted(mailing_world)
    await mailing_world.handlers[TASK](event)
    [sent] = post.messages
    assert (sent["To"], sent["Subject"]) == (LETTER.to, LETTER.subject)
    assert sent.get_body(("plain",)).get_content().strip() == "A link"
    assert sent.get_body(("html",)).get_content().strip() == "<p>A link</p>"
    assert sent["Message-ID"].startswith(f"<{event['letter_id']}@")


async def test_a_sealed_letter_shows_nothing(world):
    assert LETTER.to not in str(wanted(world))


async def test_a_letter_is_tried_again_while_the_server_is_busy(mailing_world, post):
    post.answers = ["451 later"]
    event = wanted(mailing_world)
    with pytest.raises(Unavailable):
        await mailing_world.handlers[TASK](event)
    await mailing_world.handlers[TASK](event)
    assert len(post.messages) == 1


async def test_a_letter_that_is_refused_for_good_is_given_up(mailing_world, post):
    post.answers = ["550 nobody here"]
    await mailing_world.handlers[TASK](wanted(mailing_world))
    assert post.messages == []


async def test_identity_is_told_of_an_address_that_refuses_and_only_then(mailing_world, post, database_url):
    sealed = {}
    for answer in ("550 nobody here", "250 taken"):
        post.answers = [answer] if answer[0] == "5" else []
        event = wanted(mailing_world)
        await mailing_world.handlers[TASK](event)
        sealed[answer] = event["sealed"]
    told = [job["sealed"] for job in await jobs_of(database_url, f"identity.{LetterRefused.name}")]
    assert sealed["550 nobody here"] in told
    assert sealed["250 taken"] not in told
