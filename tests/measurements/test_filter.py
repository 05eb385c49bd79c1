from importlib.resources import files

import pytest

from smartbear.contracts.readings import MEASURES
from smartbear.measurements.model.filter import MeasurementFilter

TEXT = (files("smartbear.measurements") / "filters/v1.toml").read_text(encoding="utf-8")
FILTER = MeasurementFilter.parse(TEXT)
CODES = sorted(FILTER.allowed) + [part.code for entry in FILTER.allowed.values() for part in entry.parts]
LOCAL = {
    "hearing-aid-program",
    "hearing-aid-sound-level",
    "hearing-aid-usage",
    "hearing-aid-volume",
    "room-humidity",
    "room-illuminance",
    "room-motion",
}


def check_digit(code: str) -> int:
    """The last digit of a LOINC code, by Luhn's formula."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(code))]
    return -sum(value - 9 * (value > 9) for value in doubled) % 10


@pytest.mark.parametrize("code", [code for code in CODES if code not in LOCAL])
def test_a_loinc_code_ends_in_its_check_digit(code):
    number, _, digit = code.partition("-")
    assert check_digit(number) == int(digit)


def test_the_check_digit_finds_a_wrong_code():
    assert check_digit("8455") != 0  # diastolic pressure lying down is 8455-8


def test_every_measure_of_the_platform_is_taken():
    assert set(MEASURES) <= set(FILTER.allowed)


def test_units_that_only_look_like_ucum_are_not_taken():
    units = {entry.unit for allowed in FILTER.allowed.values() for entry in (*allowed.units, *allowed.parts)}
    assert units.isdisjoint({"steps", "mmHg", "bpm", "C", "degC", "dB[HL]", "kg/m^2"})


def replaced(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        replaced('code = "9279-1"', 'code = "8867-4"'),
        replaced("low = 3, high = 80", "low = 80, high = 3"),
        replaced("per = 60", "per = 0"),
        replaced("falling = true", "falling = true\nrising = true"),
        replaced('units = [{ unit = "kg", low = 20, high = 350 }]', ""),
        replaced("version = 1", 'version = "first"'),
    ],
    ids=["twice", "turned", "by zero", "unknown word", "no unit", "no version"],
)
def test_a_filter_with_a_fault_is_not_loaded(text):
    with pytest.raises(ValueError, match=r"."):
        MeasurementFilter.parse(text)
