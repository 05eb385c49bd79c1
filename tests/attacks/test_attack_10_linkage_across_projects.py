"""Attack 10: two projects that compare what they were sent, to find the same person in both."""

from tests.attacks.canaries import IDS

ONE, OTHER = "holobalance", "smart4health"
LOINC = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}


def strings(value):
    if isinstance(value, dict):
        return {text for item in value.values() for text in strings(item)}
    if isinstance(value, list):
        return {text for item in value for text in strings(item)}
    return {value} if isinstance(value, str) else set()


async def test_no_token_of_a_person_is_known_to_both(platform):
    sent = []
    for project in (ONE, OTHER):
        person = platform.pseudonym("Patient", IDS[1], project)
        answer = await platform.fhir(project, "GET", f"Patient/{person}/$everything")
        sent.append({text for text in strings(answer.json()) if len(text) > 40 and "http" not in text})
    assert len(sent[0]) == len(sent[1]) > 5
    assert sent[0] & sent[1] == set()


async def test_a_token_of_another_project_is_like_one_that_was_made_up(platform):
    foreign, invented = platform.pseudonym("Patient", IDS[1], OTHER), "p" + "A" * 44
    for path in ("Patient/{}", "Patient?_id={}", "Observation?patient={}", "Patient/{}/$everything"):
        answers = [await platform.fhir(ONE, "GET", path.format(token)) for token in (foreign, invented)]
        bodies = [answer.text.replace(foreign, "").replace(invented, "") for answer in answers]
        assert answers[0].status_code == answers[1].status_code
        assert bodies[0] == bodies[1]


async def test_what_one_project_adds_cannot_carry_the_others_tokens(platform):
    foreign = platform.pseudonym("Patient", IDS[1], OTHER)
    new = {"resourceType": "Observation", "status": "final", "code": LOINC}
    answer = await platform.fhir(
        ONE, "POST", "Observation", new | {"subject": {"reference": f"Patient/{foreign}"}}
    )
    assert answer.status_code == 422


async def test_a_client_of_one_project_is_not_one_of_another_by_asking(platform):
    name, secret = platform.secret[ONE]
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    answer = await platform.ask(
        "",
        "POST",
        "/realms/smartbear/protocol/openid-connect/token",
        f"{'&'.join(f'{key}={value}' for key, value in form.items())}&scope=project.{OTHER}".encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_scope"
