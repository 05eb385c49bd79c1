from datetime import datetime, timedelta, timezone

import pytest

from smartbear.fhir.search import matches, pairs, parse

NOW = datetime(2026, 6, 14, 9, 2, tzinfo=timezone(timedelta(hours=1)))
UCUM = "http://unitsofmeasure.org"


@pytest.fixture
def read():
    """A query of a query string."""
    return lambda kind, text: parse(kind, pairs(text), now=NOW)


@pytest.fixture
def finds(read):
    """Whether a search finds a resource, among others it may be linked to."""
    return lambda resource, text, known=(): matches(resource, read(resource["resourceType"], text), known)


@pytest.fixture
def patient():
    return {
        "resourceType": "Patient",
        "id": "p1",
        "meta": {"lastUpdated": "2026-06-01T08:00:00.123Z", "profile": ["http://example.org/p|1.0"]},
        "identifier": [
            {
                "system": "http://example.org/ids",
                "value": "SB-0001",
                "type": {
                    "coding": [{"system": "http://example.org/types", "code": "MR"}],
                    "text": "Record No",
                },
            }
        ],
        "name": [{"family": "Müller-Ångström", "given": ["Ana  María"]}],
        "telecom": [
            {"system": "phone", "value": "+351 555", "use": "home"},
            {"system": "email", "value": "a@example.org"},
        ],
        "gender": "female",
        "birthDate": "1948-05",
        "address": [{"line": ["1 Long Road"], "city": "Lisboa"}],
        "generalPractitioner": [{"reference": "Practitioner/d1"}],
        "managingOrganization": {"reference": "Organization/o1", "display": "Home"},
    }


@pytest.fixture
def weight():
    return {
        "resourceType": "Observation",
        "id": "w1",
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body Weight"}],
            "text": "Weight at home",
        },
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-06-14T08:30:00+01:00",
        "valueQuantity": {"value": 72.5, "unit": "kg", "system": UCUM, "code": "kg"},
    }


@pytest.fixture
def pressure():
    def part(code, value):
        quantity = {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
        return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": quantity}

    return {
        "resourceType": "Observation",
        "id": "b1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "subject": {
            "reference": "Patient/p1",
            "identifier": {"system": "http://example.org/ids", "value": "SB-1"},
        },
        "effectivePeriod": {"start": "2026-06-14T08:00:00Z"},
        "component": [part("8480-6", 150), part("8462-4", 85)],
    }
