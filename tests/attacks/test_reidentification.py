"""Finding out who a token is, at the front door: by two people, with a reason, and in the audit trail."""

import asyncpg

from smartbear.contracts.audit import read
from tests.attacks.canaries import IDS

QUESTIONS, ANSWERS = "/api/pseudonyms/questions", "/api/pseudonyms/answers"
REASON = "A finding that the participant must know of."


async def events(platform):
    """What the trail says of re-identifications: the events, and how many persons each is about."""
    connection = await asyncpg.connect(platform.url)
    try:
        rows = await connection.fetch(
            "SELECT record, coalesce(cardinality(about), 0) AS n FROM audit.event ORDER BY xid, id"
        )
    finally:
        await connection.close()
    found = [(read(row["record"]), row["n"]) for row in rows]
    return [(event, n) for event, n in found if event.subtype.startswith("re-identification")]


async def test_both_steps_and_what_was_refused_are_in_the_trail_before_they_are_answered(platform):
    token = platform.pseudonym("Patient", IDS[1])
    question = {"project": "holobalance", "type": "Patient", "token": token, "reason": REASON}
    before = len(await events(platform))
    asked = await platform.ask("ccm_north", "POST", QUESTIONS, question)
    assert asked.status_code == 201, asked.text
    ticket = {"ticket": asked.json()["ticket"]}
    assert (await platform.ask("ccm_north", "POST", ANSWERS, ticket)).status_code == 403
    told = await platform.ask("auditor", "POST", ANSWERS, ticket)
    assert told.json()["id"] == IDS[1]
    noted = [
        (event.subtype, event.status, event.agent.username, n)
        for event, n in (await events(platform))[before:]
    ]
    assert noted == [
        ("re-identification-asked", 201, "ccm_north", 0),
        ("re-identification", 403, "ccm_north", 0),
        ("re-identification", 200, "auditor", 1),
    ]
    first, _, last = [event for event, _ in (await events(platform))[before:]]
    assert (first.entities, last.entities) == ((f"Patient/{token}",), ())
    assert first.address == "POST /api/pseudonyms/questions"
    assert IDS[1] not in str(last)


async def test_whoever_may_not_ask_learns_nothing(platform):
    for who in ("system", "holobalance", "tech_north", "person_north", "sysadmin"):
        for path in (QUESTIONS, ANSWERS):
            assert (await platform.ask(who, "POST", path, {})).status_code in (401, 403)
    invented = {"project": "holobalance", "type": "Patient", "token": "p" + "A" * 44, "reason": REASON}
    other = invented | {"project": "no-such"}
    answers = [await platform.ask("ccm_north", "POST", QUESTIONS, body) for body in (invented, other)]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_a_data_scientist_asks_about_tokens_of_the_own_project_alone(platform):
    for project, status in (("holobalance", 201), ("smart4health", 404)):
        token = platform.pseudonym("Patient", IDS[1], project)
        question = {"project": project, "type": "Patient", "token": token, "reason": REASON}
        assert (await platform.ask("scientist", "POST", QUESTIONS, question)).status_code == status


async def test_the_person_sees_who_found_out(platform):
    subject = platform.person["north"][1]
    question = {"project": "holobalance", "type": "Patient", "token": platform.pseudonym("Patient", subject)}
    asked = await platform.ask("ccm_north", "POST", QUESTIONS, question | {"reason": REASON})
    assert (
        await platform.ask("auditor", "POST", ANSWERS, {"ticket": asked.json()["ticket"]})
    ).status_code == 200
    seen = (await platform.ask("person_north", "GET", "/api/audit/own")).json()["items"]
    told = [(each["who"]["name"], each["what"]) for each in seen if each["subtype"] == "re-identification"]
    assert told == [("auditor", [{"kind": "identity", "entities": [f"Patient/{subject}"]}])]
