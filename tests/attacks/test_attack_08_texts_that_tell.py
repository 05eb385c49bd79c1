"""Attack 8: re-identification by narratives, displays, contained resources, attachments and errors."""

from tests.attacks.canaries import IDS, leaks

PROJECT = "holobalance"
TELLING = frozenset(
    (
        "text",
        "div",
        "display",
        "note",
        "name",
        "telecom",
        "photo",
        "contact",
        "title",
        "description",
        "serialNumber",
        "udiCarrier",
        "diagnostics",
        "source",
        "tag",
        "line",
        "city",
        "unit",
        "data",
    )
)


def keys(value):
    """Names of all properties, at every depth."""
    if isinstance(value, dict):
        return set(value) | {name for item in value.values() for name in keys(item)}
    return {name for item in value for name in keys(item)} if isinstance(value, list) else set()


async def test_no_element_that_holds_a_text_leaves_a_whole_record(platform):
    person = platform.pseudonym("Patient", IDS[1])
    whole = await platform.fhir(PROJECT, "GET", f"Patient/{person}/$everything")
    assert len(whole.json()["entry"]) > 5
    assert keys(whole.json()) & TELLING == set()
    assert leaks(whole.content) == []


async def test_types_that_are_made_of_texts_are_not_there(platform):
    for kind, place in (
        ("Practitioner", 2),
        ("DocumentReference", 11),
        ("Communication", 12),
        ("RelatedPerson", 13),
    ):
        for path in (kind, f"{kind}/{platform.pseudonym(kind, IDS[place])}", f"{kind}?_id=x"):
            answer = await platform.fhir(PROJECT, "GET", path)
            assert answer.status_code == 404
    assert (await platform.fhir(PROJECT, "GET", "Binary/south-file")).status_code == 404


async def test_an_error_of_the_repository_loses_its_words_on_the_way_out(platform):
    wrong = {"resourceType": "Observation", "status": "CANARY", "code": {"text": "CANARY"}, "CANARY": 1}
    stored = await platform.fhir("system", "POST", "Observation", wrong)
    shown = await platform.fhir(PROJECT, "POST", "Observation", wrong)
    assert stored.status_code == shown.status_code == 422
    assert "diagnostics" in stored.text
    assert "diagnostics" not in shown.text
    assert leaks(shown.content) == []
