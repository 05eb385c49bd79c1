"""Attack 9: finding a person by what an intruder knows: a birthday, the day of an event, a great age.

Aggregates for policy makers, with small cells suppressed, are not offered; nothing here is about them.
"""

from datetime import date, timedelta

import pytest

from tests.attacks.canaries import BORN, IDS, SEEN
from tests.cdr.test_consent import consent

PROJECT = "holobalance"


@pytest.fixture
def person(platform):
    return platform.pseudonym("Patient", IDS[1])


async def test_a_known_day_finds_nothing_and_the_day_told_is_another(platform, person):
    about = f"Observation?patient={person}"
    shown = (await platform.fhir(PROJECT, "GET", about)).json()["entry"]
    days = {
        entry["resource"]["effectiveDateTime"][:10]
        for entry in shown
        if "effectiveDateTime" in entry["resource"]
    }
    moved = timedelta(platform.keyring.days(PROJECT))
    assert moved.days % 7 == 0
    assert moved
    assert days == {str(date.fromisoformat(SEEN) + moved)}
    assert (await platform.fhir(PROJECT, "GET", f"{about}&date={SEEN}")).json()["total"] == 0


async def test_a_birthday_is_neither_told_nor_asked(platform, person):
    shown = (await platform.fhir(PROJECT, "GET", f"Patient/{person}")).json()
    assert shown["birthDate"] == BORN[:4]
    for asked in (f"birthdate={BORN}", f"birthdate=ge{BORN}", "_sort=birthdate", "birthdate:missing=false"):
        assert (await platform.fhir(PROJECT, "GET", f"Patient?{asked}")).status_code == 400


async def test_nobody_is_older_than_ninety(platform):
    old = {"resourceType": "Patient", "id": "very-old", "birthDate": "1919-05-05"}
    agreed = consent("very-old", scope="research") | {"id": "very-old"}
    await platform.store(old, agreed)
    shown = await platform.fhir(PROJECT, "GET", f"Patient/{platform.pseudonym('Patient', 'very-old')}")
    assert shown.json()["birthDate"] == str(platform.clock.now().year - 90)
    for kind in ("Consent", "Patient"):
        await platform.fhir("system", "DELETE", f"{kind}/very-old")


async def test_when_something_was_stored_is_told_to_the_day_and_moved(platform, person):
    answer = await platform.fhir(PROJECT, "GET", f"Patient/{person}")
    stored = answer.json()["meta"]["lastUpdated"]
    assert stored.endswith("T00:00:00Z")
    now = platform.clock.now()
    assert stored[:10] != f"{now:%Y-%m-%d}"
    assert f"{now:%H:%M}" not in answer.headers.get("last-modified", "")
