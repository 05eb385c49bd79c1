"""The vital-signs profiles of R4 (https://hl7.org/fhir/R4/observation-vitalsigns.html)."""

import copy

import pytest

from smartbear.fhir.vital_signs import observation
from tests.fhir.profiles.conftest import BASE, Profiles
from tests.fhir.test_vital_signs import READINGS

PROFILES = Profiles()
VITAL_SIGNS = ["bp", "heartrate", "oxygensat", "bodytemp", "bodyweight"]


def errors(resource, name):
    return PROFILES.errors(resource, BASE + name)


@pytest.mark.parametrize("name", VITAL_SIGNS)
def test_what_the_platform_makes_of_readings_obeys_its_profile(name):
    assert errors(observation(READINGS[name]), name) == []
    assert errors(observation(READINGS[name]), "vitalsigns") == []


@pytest.mark.parametrize(
    "name",
    [*VITAL_SIGNS, "vitalsigns", "resprate", "bodyheight", "headcircum", "bmi", "vitalspanel"],
)
def test_every_vital_sign_has_a_profile_that_asks_for_its_category(name):
    resource = observation(READINGS["heartrate"]) | {"category": [{"text": "x"}]}
    assert ("required", "Observation.category") in errors(resource, name)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda o: o.pop("subject"), ("required", "Observation.subject")),
        (lambda o: o.update(effectiveDateTime="2026-06"), ("invariant", "Observation.effective")),
        (lambda o: o["component"].pop(), ("required", "Observation.component")),
        (
            lambda o: o["component"][0]["valueQuantity"].update(code="kPa"),
            ("value", "Observation.component[0].value.code"),
        ),
        (
            lambda o: o["component"][0]["valueQuantity"].update(system="http://other"),
            ("code-invalid", "Observation.component[0].value"),
        ),
        (lambda o: o["component"][1].pop("valueQuantity"), ("invariant", "Observation.component[1]")),
        (lambda o: o["code"]["coding"][0].update(code="8867-4"), ("required", "Observation.code.coding")),
        (lambda o: o.update(valueQuantity={"value": 1}), ("structure", "Observation.value")),
    ],
)
def test_a_blood_pressure_that_breaks_its_profile_is_refused_where_it_does(change, expected):
    resource = copy.deepcopy(observation(READINGS["bp"]))
    change(resource)
    assert expected in errors(resource, "bp")


def test_a_vital_sign_over_a_period_is_not_asked_for_its_day():
    resource = observation(READINGS["heartrate"])
    del resource["effectiveDateTime"]
    assert errors(resource | {"effectivePeriod": {"start": "2026"}}, "heartrate") == []
