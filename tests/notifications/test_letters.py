"""E-mails: accepted, refused for now, refused for good, no server; and what they say and do not say."""

import asyncio
import re
import tomllib
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.resources import files
from typing import get_args

import pytest

from smartbear.contracts.people import Language
from smartbear.notifications.actions import wording
from tests.conftest import jobs_of
from tests.notifications.conftest import manager

LANGUAGES = get_args(Language)
HERE = "alerts@platform.example.org"


def _emails(item):
    return [(d["to"], d["state"], d["detail"]) for d in item["deliveries"] if d["channel"] == "email"]


@pytest.fixture
def outside(mailing_world):
    """A participant with one case manager here and one without an account."""
    mailing_world.change(external_email="outside@example.org")
    return mailing_world


async def test_a_red_alert_is_mailed_to_the_case_managers_and_to_the_external_one(outside, post):
    event = await outside.raise_notice()

    await outside.send_letters()

    assert sorted(message["to"] for message in post.messages) == ["cm-07@example.org", "outside@example.org"]
    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert _emails(item) == [
        ("case_manager", "delivered", None),
        ("external_case_manager", "delivered", None),
    ]


@pytest.mark.parametrize(
    ("kind", "mailed"),
    [("red_alert", 2), ("no_repeat", 2), ("reading_out_of_range", 2), ("repeat_asked", 0), ("cleared", 0)],
)
async def test_mail_is_for_what_a_case_manager_must_act_on(outside, post, kind, mailed):
    await outside.raise_notice(kind)

    await outside.send_letters()

    assert len(post.messages) == mailed


async def test_without_case_managers_of_their_own_the_organisations_are_told(outside, post):
    outside.change(case_managers=(), external_email=None)
    await outside.raise_notice()

    await outside.send_letters()

    assert [message["to"] for message in post.messages] == ["cm-04@example.org"]


async def test_a_letter_names_no_value_no_condition_and_no_person(outside, post):
    await outside.raise_notice()

    await outside.send_letters()

    for message in post.messages:
        parts = [message["subject"]] + [part.get_content() for part in message.iter_parts()]
        assert outside.participant_id in message["subject"]
        said = " ".join(parts).replace(outside.participant_id, "")
        said = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|#[0-9a-f]{6}", "", said)
        for secret in ("200", "130", "180", "pressure", "Hypertension", "38341003", "78", "CM-07", "female"):
            assert secret not in said


async def test_a_case_manager_gets_a_link_and_an_external_one_gets_advice(outside, post):
    event = await outside.raise_notice()

    await outside.send_letters()

    texts = {message["to"]: message.get_body(("plain",)).get_content() for message in post.messages}
    pages = {message["to"]: message.get_body(("html",)).get_content() for message in post.messages}
    link = f"http://localhost:8080/inbox?notice={event.notice_id}"
    assert link in texts["cm-07@example.org"]
    assert f'href="{link}"' in pages["cm-07@example.org"]
    assert "http" not in texts["outside@example.org"] + pages["outside@example.org"]
    assert "call the participant now" in texts["outside@example.org"]


async def test_a_letter_can_be_recognised_when_it_comes_twice(outside, post):
    event = await outside.raise_notice()
    await outside.send_letters()
    item = await outside.get(outside.ccm, f"/{event.notice_id}")

    ids = {delivery["id"] for delivery in item["deliveries"] if delivery["channel"] == "email"}

    assert {message["message-id"] for message in post.messages} == {
        f"<{each}@platform.example.org>" for each in ids
    }
    assert {message["from"] for message in post.messages} == {HERE}
    assert {message["auto-submitted"] for message in post.messages} == {"auto-generated"}


async def test_a_letter_that_was_accepted_is_not_sent_again_by_a_repeated_job(outside, post):
    event = await outside.raise_notice()
    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    await outside.send_letters()
    sent = len(post.messages)

    for delivery in item["deliveries"]:
        await outside.handlers["notifications.letter.send"]({"delivery_id": delivery["id"]})

    assert len(post.messages) == sent


async def test_a_server_that_is_busy_is_asked_again_after_growing_pauses(outside, post):
    outside.change(external_email=None)
    post.answers = ["450 busy", "451 still busy"]
    event = await outside.raise_notice()
    now = outside.clock.now()

    dues = [(await outside.send_letters())[0] for _ in range(3)]

    assert [due and due - now for due in dues] == [None, timedelta(seconds=30), timedelta(seconds=60)]
    assert len(post.messages) == 1
    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert _emails(item) == [("case_manager", "delivered", None)]
    assert await outside.kinds(outside.ccm) == ["red_alert"]


async def test_after_the_last_try_the_message_has_failed_and_that_is_an_item_of_its_own(outside, post):
    post.answers = ["450 busy"] * 6
    event = await outside.raise_notice()

    for _ in range(4):
        await outside.send_letters()

    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert {email[1:] for email in _emails(item)} == {("failed", "smtp_450")}
    page = await outside.get(outside.ccm)
    assert [each["kind"] for each in page["items"]] == ["red_alert", "not_delivered", "not_delivered"]
    assert page["counts"]["open"] == {"red": 1, "warning": 0, "other": 2}
    reported = {each["undelivered"]["to"]: each for each in page["items"][1:]}
    assert set(reported) == {"case_manager", "external_case_manager"}
    report = reported["external_case_manager"]
    assert report["undelivered"] == {
        "notice_id": event.notice_id,
        "channel": "email",
        "to": "external_case_manager",
        "detail": "smtp_450",
    }
    assert (report["participant"], report["level"]) == (outside.participant_id, "notice")
    assert await outside.kinds(outside.participant) == ["red_alert"]


async def test_a_refusal_for_good_is_not_tried_again(outside, post):
    outside.change(external_email=None)
    post.answers = ["550 no such mailbox: cm-07@example.org"]
    event = await outside.raise_notice()

    tries = [len(await outside.send_letters()) for _ in range(2)]

    assert tries == [1, 0]
    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert _emails(item) == [("case_manager", "failed", "smtp_550")]


async def test_an_address_no_server_could_take_fails_at_once(outside, post):
    outside.change(external_email="two@ats@example.org")
    event = await outside.raise_notice("no_repeat")

    await outside.send_letters()

    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert _emails(item)[-1] == ("external_case_manager", "failed", "bad_address")


async def test_a_message_refused_after_its_recipient_was_accepted_has_failed_too(outside, post):
    outside.change(external_email=None)
    post.verdict = "554 looks like junk"
    event = await outside.raise_notice()

    await outside.send_letters()

    item = await outside.get(outside.ccm, f"/{event.notice_id}")
    assert _emails(item) == [("case_manager", "failed", "smtp_554")]


async def test_several_failures_to_one_kind_of_recipient_are_one_item(outside, post):
    outside.change(case_managers=(manager("CM-1"), manager("CM-2"), manager("CM-3")), external_email=None)
    post.answers = ["550 no"] * 3
    await outside.raise_notice()

    await outside.send_letters()

    assert await outside.kinds(outside.ccm) == ["red_alert", "not_delivered"]


async def test_a_report_can_be_acknowledged_and_closed_and_decisions_are_not_bothered(
    outside, post, database_url
):
    post.answers = ["550 no"] * 2
    await outside.raise_notice()
    await outside.send_letters()
    report = (await outside.get(outside.ccm))["items"][1]

    await outside.post(outside.ccm, f"/{report['id']}/acknowledge")
    closed = await outside.post(outside.ccm, f"/{report['id']}/resolve", {"outcome": "address_corrected"})

    assert closed.json()["state"] == "resolved"
    for task in ("decisions.notice.acknowledged", "decisions.notice.resolved"):
        assert report["id"] not in [told["notice_id"] for told in await jobs_of(database_url, task)]


@asynccontextmanager
async def _server_that_says_nothing():
    """Takes connections and keeps silent."""
    hanging = asyncio.Event()

    async def keep_silent(_reader, writer):
        await hanging.wait()
        writer.close()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    hanging.set()
    server.close()
    await server.wait_closed()


async def test_a_server_that_says_nothing_is_given_up_in_time(outside, monkeypatch):
    await outside.raise_notice()
    async with _server_that_says_nothing() as port:
        monkeypatch.setenv("SMARTBEAR_NOTIFICATIONS_SMTP_PORT", str(port))
        started = asyncio.get_running_loop().time()
        again = outside.with_new_settings()
        await again.send_letters()
    assert asyncio.get_running_loop().time() - started < 3
    page = (await again.get(again.ccm))["items"][0]
    assert {email[1:] for email in _emails(page)} == {("pending", "smtp_timeout")}


async def test_a_server_that_is_not_there_counts_as_a_failed_try(outside, post, monkeypatch):
    monkeypatch.setenv("SMARTBEAR_NOTIFICATIONS_SMTP_PORT", "1")
    monkeypatch.setenv("SMARTBEAR_NOTIFICATIONS_EMAIL_TRIES", "1")
    again = outside.with_new_settings()
    event = await again.raise_notice()

    await again.send_letters()

    item = await again.get(again.ccm, f"/{event.notice_id}")
    assert {email[1:] for email in _emails(item)} == {("failed", "smtp_unreachable")}


async def test_without_a_mail_server_only_those_who_have_nothing_else_count_as_not_reached(world):
    world.change(external_email="outside@example.org")
    event = await world.raise_notice()

    await world.send_letters()

    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert _emails(item) == [("external_case_manager", "failed", "no_mail_server")]
    assert await world.kinds(world.ccm) == ["red_alert", "not_delivered"]


async def test_the_address_is_forgotten_once_the_message_is_on_its_way(outside, post):
    post.answers = ["250 OK", "550 no"]
    event = await outside.raise_notice()
    before = await outside.addresses(event.notice_id)

    await outside.send_letters()

    assert before == {"cm-07@example.org", "outside@example.org", None}
    assert await outside.addresses(event.notice_id) == {None}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_letter_speaks_the_pilots_language(outside, post, language):
    outside.change(language=language)
    await outside.raise_notice()

    await outside.send_letters()

    spoken = wording.words(language)
    for message in post.messages:
        assert message["subject"] == spoken["red_alert"]["subject"].format(participant=outside.participant_id)
        assert f'lang="{language}"' in message.get_body(("html",)).get_content()
        assert spoken["letter"]["footer"] in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_and_names_the_participant_where_english_does(language):
    folder = files("smartbear.notifications") / "messages"
    texts = {
        each: tomllib.loads((folder / f"{each}.toml").read_text(encoding="utf-8"))
        for each in ("en", language)
    }
    shapes = [
        {
            (table, key, "{participant}" in text)
            for table, keys in texts[each].items()
            for key, text in keys.items()
        }
        for each in ("en", language)
    ]

    assert shapes[0] == shapes[1]
    if language != "en":
        assert not set(_flat(texts["en"])) & set(_flat(texts[language]))


def _flat(text):
    return [sentence for keys in text.values() for sentence in keys.values()]


async def test_a_letter_on_its_way_does_not_leave_once_the_person_has_withdrawn(outside, post):
    notice = await outside.raise_notice()
    told = {"subject": outside.subject, "number": 1, "withheld": [{}], "released": []}
    async with outside.client() as component:
        assert (await component.put("/internal/consent", json=told)).status_code == 204
    assert (await outside.kinds(outside.ccm), await outside.kinds(outside.participant)) == ([], ["red_alert"])
    await outside.send_letters()
    assert post.messages == []
    assert await outside.addresses(notice.notice_id) == {None}
    await outside.handlers["notifications.consent.changed"](told | {"number": 2, "withheld": []})
    assert await outside.kinds(outside.ccm) == ["red_alert"]


async def test_nobody_but_a_component_says_what_a_persons_consent_is(outside):
    told = {"subject": outside.subject, "number": 9, "withheld": [], "released": []}
    for scope in (outside.ccm, outside.participant):
        async with outside.client(scope) as client:
            assert (await client.put("/internal/consent", json=told)).status_code == 403
