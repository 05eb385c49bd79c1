"""Boxes, acknowledging, closing, and receipts of the app and the dashboard."""

import asyncio
import uuid

import pytest

from smartbear.contracts.scope import AccessScope
from tests.conftest import jobs_of
from tests.notifications.conftest import MINUTES, manager


def _receipts(item):
    return {delivery["channel"]: delivery["state"] for delivery in item["deliveries"]}


async def test_the_most_urgent_open_item_comes_first_and_of_equals_the_newest(world):
    for kind in ("cleared", "no_repeat", "red_alert", "repeat_asked", "red_alert"):
        world.clock.advance(MINUTES)
        last = await world.raise_notice(kind)

    assert await world.kinds(world.ccm) == ["red_alert", "red_alert", "repeat_asked", "no_repeat"]
    page = await world.get(world.ccm, size=1)
    assert page["items"][0]["id"] == last.notice_id
    assert page["counts"]["open"] == {"red": 2, "warning": 2, "other": 0}
    assert (page["total"], page["page"], page["size"]) == (4, 1, 1)
    assert (await world.get(world.ccm, size=3, page=2))["items"][0]["kind"] == "no_repeat"


async def test_acknowledging_says_who_when_and_what_and_tells_decisions(world):
    event = await world.raise_notice()
    world.clock.advance(3 * MINUTES)
    form = {"action": "called_participant", "note": "Headache.\nSitting down."}

    answer = await world.post(world.ccm, f"/{event.notice_id}/acknowledge", form)

    item = answer.json()
    assert (answer.status_code, item["state"]) == (200, "acknowledged")
    assert item["acknowledged"] | {"at": None} == form | {
        "by": world.ccm.account,
        "name": "CM-07",
        "at": None,
    }
    told = (await jobs_of(world.database_url, "decisions.notice.acknowledged"))[-1]
    assert (told["notice_id"], told["episode_id"], told["by"]) == (event.notice_id, event.episode_id, "ccm")
    assert (told["action"], told["account"]) == ("called_participant", world.ccm.account)
    assert await world.kinds(world.ccm) == []
    assert await world.kinds(world.ccm, "acknowledged") == ["red_alert"]


async def test_of_several_acknowledgements_the_first_counts_and_one_event_is_told(world):
    event = await world.raise_notice()
    before = len(await jobs_of(world.database_url, "decisions.notice.acknowledged"))

    answers = await asyncio.gather(
        *(world.post(world.ccm, f"/{event.notice_id}/acknowledge", {"note": f"note {n}"}) for n in range(5))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["acknowledged"]["note"] for answer in answers}) == 1
    assert len(await jobs_of(world.database_url, "decisions.notice.acknowledged")) == before + 1


async def test_that_the_participant_has_read_it_does_not_take_it_from_the_care_team(world):
    event = await world.raise_notice()

    answer = await world.post(world.participant, f"/{event.notice_id}/acknowledge")

    assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    item = await world.get(world.ccm, f"/{event.notice_id}")
    assert item["state"] == "pending"
    assert item["read_by_participant_at"] is not None
    told = (await jobs_of(world.database_url, "decisions.notice.acknowledged"))[-1]
    assert (told["by"], told["account"]) != ("ccm", world.ccm.account)
    assert told["by"] == "participant"


async def test_a_participant_reads_and_does_not_write_for_the_team(world):
    event = await world.raise_notice()

    answer = await world.post(world.participant, f"/{event.notice_id}/acknowledge", {"note": "I am fine"})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "note")
    assert (await world.get(world.participant, f"/{event.notice_id}"))["state"] == "pending"


async def test_a_notice_is_closed_after_it_was_acknowledged_and_not_before(world):
    event = await world.raise_notice()
    form = {"outcome": "treated_at_home", "note": "Better in the evening."}

    early = await world.post(world.ccm, f"/{event.notice_id}/resolve", form)
    await world.post(world.ccm, f"/{event.notice_id}/acknowledge")
    closed = await world.post(world.ccm, f"/{event.notice_id}/resolve", form)
    again = await world.post(world.ccm, f"/{event.notice_id}/resolve", {"outcome": "other"})

    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert closed.json()["resolved"]["outcome"] == again.json()["resolved"]["outcome"] == "treated_at_home"
    assert closed.json()["resolved"]["name"] == "CM-07"
    assert await world.kinds(world.participant, "closed") == ["red_alert"]
    told = await jobs_of(world.database_url, "decisions.notice.resolved")
    assert [each["outcome"] for each in told if each["notice_id"] == event.notice_id] == ["treated_at_home"]


async def test_the_participant_does_not_see_what_the_team_tells_one_another(world):
    event = await world.raise_notice()
    secret = {"action": "looks_confused", "note": "Talk to the daughter."}
    await world.post(world.ccm, f"/{event.notice_id}/acknowledge", secret)
    await world.post(world.ccm, f"/{event.notice_id}/resolve", {"outcome": "referred", "note": "Told her."})

    item = await world.get(world.participant, f"/{event.notice_id}")

    assert item["acknowledged"]["name"] == "CM-07"
    assert [item["acknowledged"][name] for name in ("by", "action", "note")] == [None] * 3
    assert [item["resolved"][name] for name in ("by", "note")] == [None] * 2


async def test_a_message_is_delivered_when_the_recipients_own_page_has_fetched_it(world):
    event = await world.raise_notice()

    by_team = await world.get(world.ccm, f"/{event.notice_id}")
    assert _receipts(by_team) == {"app": "pending", "dashboard": "delivered"}
    await world.get(world.participant)
    by_team = await world.get(world.ccm, f"/{event.notice_id}")
    assert _receipts(by_team) == {"app": "delivered", "dashboard": "delivered"}


async def test_a_list_shows_the_receipt_it_has_just_caused(world):
    await world.raise_notice()

    page = await world.get(world.participant)

    assert _receipts(page["items"][0])["app"] == "delivered"


async def test_acknowledging_is_the_receipt_of_reading(world):
    event = await world.raise_notice()
    await world.post(world.participant, f"/{event.notice_id}/acknowledge")

    item = (await world.post(world.ccm, f"/{event.notice_id}/acknowledge")).json()

    assert _receipts(item) == {"app": "read", "dashboard": "read"}


async def test_an_acknowledgement_counts_though_the_directory_is_silent(world):
    event = await world.raise_notice()
    stranger = AccessScope(
        role="CCM", account=str(uuid.uuid4()), username="night.shift", organisations=(world.organisation,)
    )

    item = (await world.post(stranger, f"/{event.notice_id}/acknowledge")).json()

    assert item["acknowledged"]["name"] == "night.shift"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("acknowledge", {"note": "x" * 2001}, "note"),
        ("acknowledge", {"note": "nul\x00"}, "note"),
        ("acknowledge", {"action": ""}, "action"),
        ("acknowledge", {"state": "resolved"}, "state"),
        ("resolve", {"outcome": " "}, "outcome"),
        ("resolve", {}, "outcome"),
        ("resolve", {"outcome": ["a", "b"]}, "outcome"),
    ],
)
async def test_a_faulty_form_names_the_field_and_changes_nothing(world, path, body, field):
    event = await world.raise_notice()

    answer = await world.post(world.ccm, f"/{event.notice_id}/{path}", body)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, field)
    assert (await world.get(world.ccm, f"/{event.notice_id}"))["state"] == "pending"


@pytest.mark.parametrize(
    ("params", "field"),
    [({"box": "spam"}, "box"), ({"page": 0}, "page"), ({"size": 101}, "size")],
)
async def test_a_query_nobody_can_mean_is_refused_by_name(world, params, field):
    async with world.client(world.ccm) as client:
        answer = await client.get("/api/inbox", params=params)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, field)


def _callers(world):
    other = AccessScope(role="CCM", account=str(uuid.uuid4()), organisations=(str(uuid.uuid4()),))
    near = {"account": str(uuid.uuid4()), "organisations": (world.organisation,)}
    return {
        "CCM": world.ccm,
        "colleague": AccessScope(role="CCM", **near),
        "other CCM": other,
        "participant": world.participant,
        "other participant": AccessScope(role="Participant", participant="SB-0001", subject=world.subject),
        "participant without id": AccessScope(role="Participant", subject=world.subject),
        **{
            role: AccessScope(role=role, **near)
            for role in ("Tech", "SysAdmin", "Auditor", "Caregiver", "DataScientist", "PolicyMaker")
        },
        "service": AccessScope(role="service", service="mobile"),
        "system": AccessScope(role="system", scopes=("system/*.*",)),
        "nobody": AccessScope(role="anonymous"),
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("GET", "", None, dict.fromkeys(("other CCM", "other participant"), 200)),
        ("GET", "/{id}", None, {}),
        ("POST", "/{id}/acknowledge", {}, {}),
        ("POST", "/{id}/resolve", {"outcome": "done"}, {"participant": 403, "other participant": 403}),
    ],
)
async def test_an_inbox_opens_to_its_owners_and_to_nobody_else(world, method, path, body, allowed):
    event = await world.raise_notice()
    await world.post(world.ccm, f"/{event.notice_id}/acknowledge")
    hidden = dict.fromkeys(("other CCM", "other participant"), 404)
    owners = dict.fromkeys(("CCM", "colleague", "participant"), 200)
    expected = owners | hidden | allowed

    found = {}
    for caller, scope in _callers(world).items():
        async with world.client(scope) as client:
            url = f"/api/inbox{path.format(id=event.notice_id)}"
            answer = await client.request(method, url, json=body)
        found[caller] = answer.status_code
        if caller in hidden:
            assert event.notice_id not in answer.text

    assert found == {caller: expected.get(caller, 403) for caller in _callers(world)}


async def test_the_muted_box_is_not_for_participants(world):
    async with world.client(world.participant) as client:
        answer = await client.get("/api/inbox", params={"box": "muted"})

    assert answer.status_code == 403


async def test_the_api_describes_itself(world):
    async with world.client() as client:
        described = (await client.get("/openapi.json")).json()

    operations = [op for path in described["paths"].values() for op in path.values()]
    tags = [tag for operation in operations for tag in operation["tags"]]
    assert (tags.count("inbox"), tags.count("messages"), len(tags)) == (5, 1, 6)
    assert all(operation["description"] for operation in operations)


async def test_addresses_are_shown_to_nobody(mailing_world):
    world = mailing_world
    world.change(external_email="outside@example.org", case_managers=(manager("CM-07"),))
    event = await world.raise_notice()

    async with world.client(world.ccm) as client:
        answer = await client.get(f"/api/inbox/{event.notice_id}")

    assert len(answer.json()["deliveries"]) == 4
    assert "@" not in answer.text
