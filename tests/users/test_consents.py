"""What participants agree to and withdraw, and what case managers see of them then."""

from datetime import timedelta

import pytest

from smartbear.contracts.events import ConsentChanged, Span
from smartbear.users.jobs import handlers

CONDITION = {"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}
STANDING = {"state": "extreme", "measure": "x", "since": None, "last_reading_at": None, "alert": None}


@pytest.fixture
async def person(world):
    """Somebody about whom much is known."""
    enrolled = await world.enrol(profiles=["mental"], sex="female", birth_month="1948-05")
    world.neighbours.conditions[enrolled["subject"]] = [CONDITION]
    async with world.client(world.ccm) as ccm:
        carers = [{"name": "A", "relation": "daughter", "phone": ""}]
        assert (await ccm.patch(f"/api/participants/{enrolled['id']}", json={"carers": carers})).is_success
    return enrolled


async def put(world, scope, person, purpose="care", **form):
    async with world.client(scope) as client:
        return await client.put(f"/api/participants/{person['id']}/consents/{purpose}", json=form)


async def get(world, scope, path):
    async with world.client(scope) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def given(answer):
    assert answer.status_code == 200, answer.text
    return {one["purpose"]: one["given"] for one in answer.json()["items"]}


async def test_enrolment_is_consent_to_care_and_to_research_where_that_was_asked(world):
    for asked in (False, True):
        person = await world.enrol(research_consent=asked)
        found = await get(world, world.ccm, f"/api/participants/{person['id']}/consents")
        said = {one["purpose"]: [s["signed"] for s in one["said"]] for one in found["items"]}
        assert said == {"care": ["2026-06-01"], "research": ["2026-06-01"] if asked else []}


async def test_a_participant_withdraws_and_gives_again_and_everybody_heeds_it_before_the_answer(
    world, person
):
    own = world.participant(person)
    for decided in (False, True):
        world.clock.advance(timedelta(seconds=1))
        answer = await put(world, own, person, given=decided)
        assert given(answer) == {"care": decided, "research": False}
        told = world.neighbours.heeded[-3:]
        assert [one.withheld for one in told] == [() if decided else (Span(),)] * 3
    said = [(one["given"], one["signed"]) for one in answer.json()["items"][0]["said"]]
    assert said == [(True, None), (False, None), (True, "2026-06-01")]


async def test_of_who_has_withdrawn_a_case_manager_sees_that_and_no_more(world, person):
    path, own = f"/api/participants/{person['id']}", world.participant(person)
    before = await get(world, own, path)
    await put(world, own, person, given=False)
    seen = await get(world, world.ccm, path)
    assert seen["consent"] == {"date": "2026-06-01", "status": "withdrawn", "research": False}
    hidden = {name: seen[name] for name in ("birth_month", "age", "sex", "profiles", "conditions")}
    assert hidden == {"birth_month": None, "age": None, "sex": "unknown", "profiles": [], "conditions": []}
    assert (seen["carers"], seen["contact"]) == ([], before["contact"])
    listed = await get(world, world.ccm, "/api/participants?sort=age")
    assert [(row["id"], row["age"]) for row in listed["items"]] == [(person["id"], None)]
    assert (await get(world, world.ccm, "/api/participants?profile=mental"))["total"] == 0
    assert (await get(world, world.ccm, "/api/profiles"))["counts"] == {}
    assert await get(world, own, path) == before | {"consent": seen["consent"]}


async def test_a_case_manager_enters_what_was_signed_on_paper(world, person):
    decided = [("research", True, "2026-06-10"), ("care", False, "2026-06-10"), ("care", True, "2026-06-11")]
    answers = []
    for purpose, agreed, signed in decided:
        world.clock.advance(timedelta(seconds=1))
        answers.append(given(await put(world, world.ccm, person, purpose, given=agreed, signed=signed)))
    assert answers == [{"care": care, "research": True} for care in (True, False, True)]


async def test_what_was_said_is_told_with_how_it_was_said_and_where_the_paper_is(world, person):
    forms = [
        {"given": True, "signed": "2026-06-10", "note": " Folder 7 "},
        {"given": False, "signed": "2026-06-11", "how": "telephone", "note": "Called back"},
    ]
    for form in forms:
        world.clock.advance(timedelta(seconds=1))
        given(await put(world, world.ccm, person, "research", **form))
    world.clock.advance(timedelta(seconds=1))
    given(await put(world, world.participant(person), person, "research", given=True))
    found = await get(world, world.participant(person), f"/api/participants/{person['id']}/consents")
    said = [(one["given"], one["how"], one["signed"], one["note"]) for one in found["items"][1]["said"]]
    assert said == [
        (True, "app", None, ""),
        (False, "telephone", "2026-06-11", "Called back"),
        (True, "paper", "2026-06-10", "Folder 7"),
    ]


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"given": True, "signed": "2026-06-01", "how": "telephone"}, "how"),
        ({"given": False, "signed": "2026-06-01", "how": "rumour"}, "how"),
        ({"given": False, "signed": "2026-06-01", "note": "x" * 201}, "note"),
        ({"given": True}, "signed"),
        ({"given": True, "signed": "2026-06-16"}, "signed"),
        ({"given": "perhaps", "signed": "2026-06-01"}, "given"),
        ({"signed": "2026-06-01"}, "given"),
        ({"given": True, "signed": "2026-06-01", "why": "x"}, "why"),
    ],
)
async def test_a_decision_that_is_not_complete_is_refused_field_by_field(world, form, place):
    answer = await put(world, world.ccm, {"id": "SB-0001"}, **form)
    assert (answer.status_code, [one["path"] for one in answer.json()["errors"]]) == (422, [place])


async def test_nobody_decides_for_others(world, person):
    paper = {"given": False, "signed": "2026-06-01"}
    stranger, own = world.participant(await world.enrol()), world.participant(person)
    assert (await put(world, world.other_ccm, person, **paper)).status_code == 404
    assert (await put(world, stranger, person, given=False)).status_code == 404
    async with world.client(stranger) as client:
        assert (await client.get(f"/api/participants/{person['id']}/consents")).status_code == 404
    assert (await put(world, world.tech, person, **paper)).status_code == 403
    for entered in ({"signed": "2026-06-01"}, {"how": "telephone"}, {"note": "x"}):
        refused = await put(world, own, person, given=False, **entered)
        found = [(one["path"], one["code"]) for one in refused.json()["errors"]]
        assert (refused.status_code, found) == (422, [(*entered, "not_yours")])
    assert (await put(world, world.ccm, person, "marketing", **paper)).status_code == 422
    assert world.neighbours.heeded == []


async def test_a_withdrawal_that_cannot_be_heeded_yet_is_not_said_to_be(world, person):
    world.neighbours.silent = True
    assert (await put(world, world.participant(person), person, given=False)).status_code == 503
    found = await get(world, world.ccm, f"/api/participants/{person['id']}/consents")
    assert False in [one["given"] for one in found["items"][0]["said"]]


async def test_news_of_consent_may_come_late_and_twice(world, person):
    heed = handlers(world.context)["users.consent.changed"]
    for number, withheld, status in ((2, (Span(),), "withdrawn"), (1, (), "withdrawn"), (3, (), "given")):
        news = ConsentChanged(subject=person["subject"], number=number, withheld=withheld, released=())
        for _ in range(2):
            await heed(news.model_dump(mode="json"))
        found = await get(world, world.ccm, f"/api/participants/{person['id']}")
        assert found["consent"]["status"] == status
