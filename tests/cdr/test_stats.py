"""Statistics of a subject's readings: R4's ``$stats``, against Python's own statistics."""

import statistics
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.model.statistics import STATISTICS, statistic
from smartbear.fhir import json
from smartbear.fhir.validation import validate
from tests.cdr.conftest import LOINC, UCUM, Fhir, issues, observation, patient

PULSE, SYSTOLIC, PRESSURE = "8867-4", "8480-6", "85354-9"


@pytest.fixture
async def person(fhir):
    return (await fhir.create(patient()))["id"]


async def told(fhir: Fhir, asked: str) -> dict[str, Any]:
    answer = await fhir.get(f"Observation/$stats?{asked}")
    assert not validate(answer)
    return answer


def observations(answer: dict[str, Any], name: str = "statistics") -> list[dict[str, Any]]:
    return [one["resource"] for one in answer["parameter"] if one["name"] == name]


def values(resource: dict[str, Any]) -> dict[str, Any]:
    """Code of the statistic → value and unit, or None."""
    return {
        one["code"]["coding"][0]["code"]: (one["valueQuantity"]["value"], one["valueQuantity"]["code"])
        if "valueQuantity" in one
        else None
        for one in resource["component"]
    }


async def test_readings_of_one_code_are_summed_up(fhir, person):
    for value in (60, 70.5, 80):
        await fhir.create(observation(person, value=value))
    await fhir.create(observation(person, value=999, status="entered-in-error"))
    await fhir.create(observation(person, "8310-5", 37))
    unmeasured = observation(person)
    del unmeasured["valueQuantity"]
    await fhir.create(unmeasured)
    names = "average,maximum,minimum,count,total-count,median,sum,variance"
    answer = await told(fhir, f"subject=Patient/{person}&code={PULSE}&system={LOINC}&statistic={names}")
    [found] = observations(answer)
    assert found["subject"] == {"reference": f"Patient/{person}"}
    assert found["code"] == {"coding": [{"code": PULSE, "system": LOINC}]}
    assert values(found) == {
        "average": (Decimal("70.1666666667"), "/min"),
        "maximum": (80, "/min"),
        "minimum": (60, "/min"),
        "count": (3, "1"),
        "total-count": (4, "1"),
        "median": (Decimal("70.5"), "/min"),
        "sum": (Decimal("210.5"), "/min"),
        "variance": (Decimal("100.083333333"), "(/min)2"),
    }


async def test_a_time_and_sources_may_be_asked_for(fhir, person, clock):
    now = clock.now().isoformat(timespec="seconds")
    recent = await fhir.create(observation(person, value=65, effectiveDateTime=now))
    old = await fhir.create(observation(person, value=90, effectiveDateTime="2026-01-01"))
    asked = f"subject=Patient/{person}&code={PULSE}&statistic=sum&include=true"
    lately = await told(fhir, f"{asked}&duration=24")
    assert [values(one)["sum"][0] for one in observations(lately)] == [65]
    assert observations(lately, "source") == [recent]
    assert observations(lately)[0]["effectivePeriod"] == {"start": "2026-06-13T08:02:00.000Z"}
    assert [one["id"] for one in observations(await told(fhir, asked), "source")] == [recent["id"], old["id"]]
    assert observations(await told(fhir, f"{asked}&limit=1"), "source") == [recent]
    given_ = [
        {"name": "subject", "valueUri": f"Patient/{person}"},
        {"name": "coding", "valueCoding": {"system": LOINC, "code": PULSE}},
        {"name": "statistic", "valueCode": "sum"},
        {"name": "period", "valuePeriod": {"end": "2026-02"}},
    ]
    body = {"resourceType": "Parameters", "parameter": given_}
    posted = json.decode((await fhir.send("POST", "Observation/$stats", body)).content)
    assert [values(one)["sum"][0] for one in observations(posted)] == [90]


async def test_a_component_is_measured_by_its_own_code_and_units_are_kept_apart(fhir, person):
    for number, unit in ((120, "mm[Hg]"), (130, "mm[Hg]"), (16, "kPa")):
        component = {
            "code": {"coding": [{"system": LOINC, "code": SYSTOLIC}]},
            "valueQuantity": {"value": number, "system": UCUM, "code": unit},
        }
        one = observation(person, PRESSURE, component=[component])
        del one["valueQuantity"]
        await fhir.create(one)
    answer = await told(fhir, f"subject=Patient/{person}&code={SYSTOLIC}&code={PULSE}&statistic=average")
    found = [values(one)["average"] for one in observations(answer)]
    assert sorted(found[:2], key=str) == [(125, "mm[Hg]"), (16, "kPa")]
    assert found[2:] == [None]


async def test_what_the_caller_does_not_see_is_not_counted(service, fhir, person):
    await fhir.create(observation(person))
    other = await service.participant((await fhir.create(patient()))["id"])
    answer = await told(other, f"subject=Patient/{person}&code={PULSE}&statistic=total-count")
    assert values(observations(answer)[0])["total-count"] == (0, "1")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("code=x&statistic=sum", "subject"),
        ("subject=Patient/1&statistic=sum", "code"),
        ("subject=Patient/1&code=x", "statistic"),
        ("subject=Patient/1&code=x&statistic=regression", "statistic"),
        ("subject=Patient/1&code=x&statistic=sum&duration=NaN", "duration"),
        ("subject=Patient/1&code=x&statistic=sum&duration=1e400", "duration"),
        ("subject=Patient/1&code=x&statistic=sum&period=2026", "period"),
        ("subject=Patient/1&code=x&statistic=sum&include=yes", "include"),
        ("subject=Patient/1&code=x&statistic=sum&limit=0", "limit"),
        ("subject=Patient/1&code=x&statistic=sum&colour=red", "colour"),
        ("subject=&code=x&statistic=sum", "subject"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(fhir, asked, place):
    answer = await fhir.send("GET", f"Observation/$stats?{asked}")
    assert (answer.status_code, issues(answer)[0][1]) == (400, place)


numbers = st.lists(st.decimals(-1000, 1000, places=2), min_size=2, max_size=30)
AS_PYTHON_SAYS = {
    "average": statistics.mean,
    "median": statistics.median,
    "variance": statistics.variance,
    "std-dev": statistics.stdev,
    "4-lower": lambda some: statistics.quantiles(some, n=4, method="inclusive")[0],
    "5-3": lambda some: statistics.quantiles(some, n=5, method="inclusive")[2],
    "80-percent": lambda some: statistics.quantiles(some, n=5, method="inclusive")[3],
}


@given(numbers)
def test_statistics_are_those_of_python(some):
    for name, of in AS_PYTHON_SAYS.items():
        found = statistic(name, sorted(some))
        assert found is not None
        assert float(found) == pytest.approx(float(of(some)), rel=1e-9, abs=1e-9), name


def test_the_shape_of_a_distribution_is_told():
    lopsided = [Decimal(one) for one in (1, 1, 1, 5)]
    assert statistic("skew", lopsided) == pytest.approx(Decimal("1.1547005"), abs=Decimal("1e-7"))
    assert statistic("kurtosis", lopsided) == pytest.approx(Decimal("-0.6666667"), abs=Decimal("1e-7"))
    assert statistic("4-dev", lopsided) == Decimal("0.5")


@pytest.mark.parametrize("name", STATISTICS)
def test_too_few_values_make_no_error(name):
    same = [Decimal(5)] * 3
    assert statistic(name, []) in (None, 0)
    assert statistic(name, same) is None or name not in {"skew", "kurtosis"}
    assert statistic(name, [Decimal(5)]) is None or name not in {"variance", "std-dev", "skew", "kurtosis"}
