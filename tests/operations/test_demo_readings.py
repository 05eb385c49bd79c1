from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smartbear.contracts import readings as codes
from smartbear.operations.demo.pilot import demo_pilot
from smartbear.operations.demo.readings import DAYS, thirty_days

ROME = ZoneInfo("Europe/Rome")
UNTIL = datetime(2026, 6, 14, 9, 2, tzinfo=ROME)
PARTICIPANTS = demo_pilot().participants


def made(number: int = 0) -> list:
    return list(thirty_days(PARTICIPANTS[number], number, UNTIL, ROME))


def at(reading) -> datetime:
    return datetime.fromisoformat(reading.body["measured_at"])


def test_the_pilot_has_twelve_participants_in_two_organisations():
    assert len(PARTICIPANTS) == 12
    assert len({participant.organisation for participant in PARTICIPANTS}) == 2


def test_the_same_days_give_the_same_readings():
    assert made() == made()


def test_participants_differ():
    assert made(0) != made(1)


def test_every_measure_of_the_pilot_is_there():
    assert {reading.body["code"] for reading in made()} == set(codes.MEASURES)


@pytest.mark.parametrize("number", range(12))
def test_readings_lie_within_thirty_days_and_never_ahead(number):
    for reading in made(number):
        assert UNTIL - timedelta(days=DAYS + 1) < at(reading) < UNTIL


@pytest.mark.parametrize("number", range(12))
def test_values_are_those_of_a_living_person(number):
    plausible = {
        codes.SYSTOLIC: (95, 175),
        codes.DIASTOLIC: (50, 105),
        codes.HEART_RATE: (35, 120),
        codes.OXYGEN: (90, 100),
        codes.TEMPERATURE: (35, 38),
        codes.WEIGHT: (45, 100),
        codes.SLEEP: (2, 11),
        codes.STEPS: (0, 12000),
    }
    for reading in made(number):
        for part in reading.body.get("components", [reading.body]):
            low, high = plausible[part["code"]]
            assert low <= part["value"] <= high, reading


def test_a_silence_is_a_gap_of_whole_days():
    [with_gap] = [p for p in PARTICIPANTS if p.username == "participant"]
    began, length = with_gap.gap
    days = {at(reading).astimezone(ROME).date() for reading in thirty_days(with_gap, 0, UNTIL, ROME)}
    missing = {UNTIL.date() - timedelta(days=back) for back in range(DAYS)} - days
    assert {UNTIL.date() - timedelta(days=back) for back in range(began - length + 1, began + 1)} <= missing


def test_whoever_is_silent_has_sent_nothing_since():
    silent = next(p for p in PARTICIPANTS if p.silent)
    newest = max(at(reading) for reading in thirty_days(silent, 0, UNTIL, ROME))
    assert UNTIL - newest > timedelta(days=silent.silent - 1)


def test_some_pressures_are_typed_in_by_hand_and_most_are_not():
    entries = Counter(
        reading.body["entry"]
        for number in range(12)
        for reading in made(number)
        if reading.body["code"] == codes.BLOOD_PRESSURE
    )
    assert 0 < entries["manual"] < entries["device"] / 5
