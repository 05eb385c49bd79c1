from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import definitions, json
from smartbear.fhir.validation import validate
from smartbear.fhir.vital_signs import LOADED_INTO_APP, observation
from smartbear.kit.errors import Unprocessable

LISBON = timezone(timedelta(hours=1))


@dataclass(frozen=True)
class Part:
    code: str
    value: float
    unit: str


@dataclass(frozen=True)
class Reading:
    code: str
    value: float | None = None
    unit: str | None = None
    components: tuple[Part, ...] = ()
    reading_id: str = "0197a3c0-5b1e-7d55-8f00-2b6c1de0a111"
    subject: str = "0197a3c0-0000-7d55-8f00-2b6c1de0a222"
    device_id: str | None = "0197a3c0-1111-7d55-8f00-2b6c1de0a333"
    measured_at: datetime = datetime(2026, 6, 14, 8, 59, 30, tzinfo=LISBON)
    stored_at: datetime | None = datetime(2026, 6, 14, 9, 0, 4, 250_000, tzinfo=LISBON)
    received_at: datetime = datetime(2026, 6, 14, 8, 2, tzinfo=UTC)
    entry: str = "device"


BLOOD_PRESSURE = Reading(
    "85354-9", components=(Part("8480-6", 128, "mm[Hg]"), Part("8462-4", 81.5, "mm[Hg]"))
)
READINGS = {
    "bp": BLOOD_PRESSURE,
    "heartrate": Reading("8867-4", 61, "/min"),
    "oxygensat": Reading("2708-6", 97, "%"),
    "bodytemp": Reading("8310-5", 36.6, "Cel"),
    "bodyweight": Reading("29463-7", 70.25, "kg"),
    "steps": Reading("41950-7", 5321, "{steps}"),
    "sleep": Reading("93832-4", 7.5, "h"),
}


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("entry", ["device", "manual", "simulated"])
def test_every_measure_becomes_a_valid_observation(name, entry):
    assert validate(observation(replace(READINGS[name], entry=entry))) == ()


@pytest.mark.parametrize("name", ["bp", "heartrate", "oxygensat", "bodytemp", "bodyweight"])
def test_vital_signs_carry_what_their_profile_fixes(name):
    profile = definitions.find_profile(f"http://hl7.org/fhir/StructureDefinition/{name}")
    resource = observation(READINGS[name])
    text = json.encode(resource).decode()
    assert resource["meta"]["profile"] == [profile["url"]]
    assert resource["category"][0]["coding"][0]["code"] == "vital-signs"
    fixed = (element.get("fixedCode") for element in profile["differential"]["element"])
    assert all(f'"{code}"' in text for code in fixed if code)


def test_blood_pressure_is_a_panel_with_two_components():
    resource = observation(BLOOD_PRESSURE)
    assert "valueQuantity" not in resource
    assert [part["valueQuantity"]["value"] for part in resource["component"]] == [128, 81.5]
    assert {part["valueQuantity"]["code"] for part in resource["component"]} == {"mm[Hg]"}


def test_pulse_oximetry_has_both_codes():
    codes = [coding["code"] for coding in observation(READINGS["oxygensat"])["code"]["coding"]]
    assert codes == ["2708-6", "59408-5"]


def test_the_three_times_are_kept_apart_with_the_devices_offset():
    resource = observation(BLOOD_PRESSURE)
    assert resource["effectiveDateTime"] == "2026-06-14T08:59:30+01:00"
    assert resource["extension"] == [
        {"url": LOADED_INTO_APP, "valueDateTime": "2026-06-14T09:00:04.250000+01:00"}
    ]
    assert resource["issued"] == "2026-06-14T08:02:00+00:00"


def test_a_reading_names_its_device_and_itself():
    resource = observation(BLOOD_PRESSURE)
    assert resource["device"] == {"reference": f"Device/{BLOOD_PRESSURE.device_id}"}
    assert resource["id"] == BLOOD_PRESSURE.reading_id
    assert resource["identifier"][0]["value"] == f"urn:uuid:{BLOOD_PRESSURE.reading_id}"


def test_a_reading_typed_by_hand_has_no_device_and_names_who_typed_it():
    resource = observation(replace(READINGS["heartrate"], device_id=None, stored_at=None, entry="manual"))
    assert resource["performer"] == [resource["subject"]]
    assert {"device", "extension"}.isdisjoint(resource)


def test_simulated_readings_are_marked_as_test_data():
    assert observation(replace(BLOOD_PRESSURE, entry="simulated"))["meta"]["tag"][0]["code"] == "HTEST"
    assert "tag" not in observation(BLOOD_PRESSURE)["meta"]


@given(st.just(0.0) | st.floats(1e-9, 1e6))
def test_a_value_is_written_as_it_was_read(value):
    resource = observation(Reading("29463-7", value, "kg"))
    written = json.decode(json.encode(resource))["valueQuantity"]["value"]
    assert float(written) == value
    assert validate(resource) == ()


def test_a_code_that_is_no_measure_is_refused_by_place():
    with pytest.raises(Unprocessable) as caught:
        observation(replace(BLOOD_PRESSURE, components=(Part("1-1", 1, "mm[Hg]"),)))
    assert [error.path for error in caught.value.errors] == ["components[0].code"]
