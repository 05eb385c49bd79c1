"""Attack 6: conditional writes, transactions and patches that answer differently if something is there."""

from tests.attacks.records import told
from tests.cdr.two_worlds import PULSE, seen

HIDDEN, ABSENT = "urn:w|south-pulse", "urn:w|nowhere"


async def both(platform, who, method, path, body=None, **headers):
    """The answers with a condition that only something hidden meets, and with one that nothing meets."""
    answers = []
    for condition in (HIDDEN, ABSENT):
        given = {name: text.replace("{}", condition) for name, text in headers.items()}
        answer = await platform.fhir(who, method, path.replace("{}", condition), body, **given)
        answers.append(answer)
        if answer.headers.get("location"):
            await platform.fhir(
                "system", "DELETE", answer.headers["location"].partition("/fhir/")[2].partition("/_h")[0]
            )
    return answers


async def test_creating_unless_it_exists_looks_at_what_is_seen_alone(platform, ours):
    body = seen("x", ours, PULSE, 70, 5)
    first, second = await both(
        platform, "ccm_north", "POST", "Observation", body, if_none_exist="identifier={}"
    )
    assert first.status_code == second.status_code == 201


async def test_changing_and_deleting_by_a_condition_meet_what_is_seen_alone(platform, ours):
    patch = b'[{"op": "test", "path": "/status", "value": "final"}]'
    kind = "application/json-patch+json"
    for method, body, headers in (("DELETE", None, {}), ("PATCH", patch, {"content_type": kind})):
        first, second = await both(
            platform, "ccm_north", method, "Observation?identifier={}", body, **headers
        )
        assert told(first) == told(second)
    body = {key: value for key, value in seen("x", ours, PULSE, 70, 5).items() if key != "id"}
    first, second = await both(platform, "ccm_north", "PUT", "Observation?identifier={}", body)
    assert first.status_code == second.status_code == 201
    kept = await platform.fhir("ccm_south", "GET", "Observation/south-pulse")
    assert kept.json()["meta"]["versionId"] == "1"


async def test_a_transaction_resolves_references_within_what_is_seen(platform, ours):
    answers = []
    for identifier in ("south-pulse", "nowhere"):
        member = {"reference": f"Observation?identifier=urn:w|{identifier}"}
        entry = {"resource": seen("x", ours, PULSE, 1, 1, hasMember=[member])}
        entry |= {"request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        answers.append(await platform.fhir("ccm_north", "POST", "", bundle))
    assert answers[0].status_code == answers[1].status_code == 422
    assert answers[0].text.replace("south-pulse", "") == answers[1].text.replace("nowhere", "")


async def test_projects_may_make_no_conditions_at_all(platform):
    for header in ("if_none_exist", "if_match"):
        answer = await platform.fhir(
            "holobalance", "POST", "Observation", {}, **{header: f"identifier={HIDDEN}"}
        )
        assert answer.status_code == 403
        assert HIDDEN not in answer.text
