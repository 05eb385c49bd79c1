from datetime import datetime, timedelta, timezone

import pytest

from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.fhirpath.frame import Environment
from smartbear.fhir.fhirpath.functions.conversion import to_string
from smartbear.fhir.fhirpath.items import Element, TypeInfo, system_value

NOW = datetime(2024, 6, 1, 0, 30, tzinfo=timezone(timedelta(hours=3)))


def plain(item):
    value = system_value(item)
    if isinstance(value, Element):
        return value.value
    if isinstance(value, bool | int | TypeInfo):
        return value
    return to_string(value)


@pytest.fixture
def evaluate():
    """Items of an expression as booleans, integers, text and JSON."""

    def evaluated(expression, focus=None, **environment):
        environment.setdefault("now", NOW)
        return [plain(item) for item in compiled(expression).evaluate(focus, Environment(**environment))]

    return evaluated


@pytest.fixture
def patient():
    return {
        "resourceType": "Patient",
        "id": "p1",
        "active": True,
        "name": [
            {"use": "official", "family": "Μπεαρ", "given": ["Anna", "Maria"]},
            {"use": "usual", "given": ["Ann"]},
        ],
        "birthDate": "1948-05",
        "_birthDate": {"id": "b", "extension": [{"url": "http://example.org/time", "valueTime": "08:30:00"}]},
        "deceasedBoolean": False,
        "contained": [{"resourceType": "Organization", "id": "o1", "name": "Home"}],
        "managingOrganization": {"reference": "#o1"},
        "generalPractitioner": [{"reference": "Practitioner/7"}, {"display": "someone"}],
    }


@pytest.fixture
def observation():
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "effectiveDateTime": "2024-05-01T08:00:00+02:00",
        "valueQuantity": {
            "value": 72.5,
            "unit": "kilograms",
            "system": "http://unitsofmeasure.org",
            "code": "kg",
        },
        "component": [{"valueInteger": 3}, {"valueString": "x"}],
    }
