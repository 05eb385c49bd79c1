"""Letters of other components: sealed on the way, sent as they are, tried again while the server is busy."""

import pytest

from smartbear.contracts.letters import Letter, LetterWanted
from smartbear.kit.errors import Unavailable

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
