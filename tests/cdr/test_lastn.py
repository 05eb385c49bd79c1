"""The newest observations of each code, by the rules of R4's ``$lastn``."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.model.newest import Candidate, newest
from tests.cdr.conftest import LOINC, Fhir, issues, matches, observation, patient

PULSE, TEMPERATURE = "8867-4", "8310-5"


def coded(*codes: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code} for code in codes]}


async def seen(fhir: Fhir, person: str, day: int | None, code: Any = PULSE, **more: Any) -> str:
    """The id of an observation made on a day of May, under one code or with the concept given."""
    one = observation(person, **({"effectiveDateTime": f"2026-05-{day:02}"} if day else {}), **more)
    if day is None:
        del one["effectiveDateTime"]
    one["code"] = coded(code) if isinstance(code, str) else code
    return str((await fhir.create(one))["id"])


@pytest.fixture
async def person(fhir):
    return (await fhir.create(patient()))["id"]


async def last(fhir: Fhir, person: str, more: str = "") -> list[str]:
    return matches(await fhir.get(f"Observation/$lastn?patient=Patient/{person}{more}"))


async def test_the_newest_of_each_code_come_newest_first(fhir, person):
    pulses = [await seen(fhir, person, day) for day in (1, 5, 3)]
    warm = [await seen(fhir, person, day, TEMPERATURE) for day in (2, 4)]
    undated = await seen(fhir, person, None, "9279-1")
    assert await last(fhir, person) == [pulses[1], warm[1], undated]
    assert await last(fhir, person, "&max=2") == [pulses[1], warm[1], pulses[2], warm[0], undated]
    assert await last(fhir, person, f"&code={LOINC}|{TEMPERATURE}") == [warm[1]]
    assert await last(fhir, person, "&max=9&date=lt2026-05-04") == [pulses[2], warm[0], pulses[0]]


async def test_ties_are_all_told(fhir, person):
    tied = {await seen(fhir, person, 7) for _ in range(3)}
    older = await seen(fhir, person, 6)
    assert {*await last(fhir, person, "&max=2")} == tied
    assert {*await last(fhir, person, "&max=4")} == tied | {older}


async def test_translations_are_one_kind_also_through_an_older_observation(fhir, person):
    await seen(fhir, person, 1, coded("a", "b"))
    await seen(fhir, person, 2, "a")
    newer = await seen(fhir, person, 3, "b")
    other = await seen(fhir, person, 2, "c")
    assert await last(fhir, person) == [newer, other]


async def test_texts_are_kinds_of_their_own(fhir, person):
    by_text = [
        await seen(fhir, person, day, {"text": text}) for day, text in ((1, "Mood"), (2, "Mood"), (1, "Gait"))
    ]
    assert await last(fhir, person) == by_text[1:]


async def test_a_category_narrows_and_patients_are_told_apart(fhir, person):
    category = [{"coding": [{"system": "urn:c", "code": "vital-signs"}]}]
    old = await seen(fhir, person, 1, category=category)
    await seen(fhir, person, 2)
    other = (await fhir.create(patient()))["id"]
    others = await seen(fhir, other, 1, category=category)
    assert await last(fhir, person, "&category=vital-signs") == [old]
    both = await fhir.get(f"Observation/$lastn?subject=Patient/{person},Patient/{other}&category=vital-signs")
    assert sorted(matches(both)) == sorted([old, others])
    assert both["total"] == 2


async def test_a_subject_may_be_found_by_a_chain_or_posted(fhir):
    label = {"system": "urn:lastn", "value": "7"}
    person = (await fhir.create(patient(identifier=[label])))["id"]
    newest_one = await seen(fhir, person, 2)
    await seen(fhir, person, 1)
    assert matches(await fhir.get("Observation/$lastn?patient.identifier=urn:lastn|7")) == [newest_one]
    given_ = [{"name": "subject", "valueString": f"Patient/{person}"}, {"name": "max", "valuePositiveInt": 1}]
    answer = await fhir.send(
        "POST", "Observation/$lastn", {"resourceType": "Parameters", "parameter": given_}
    )
    assert matches(answer.json()) == [newest_one]


async def test_only_what_the_caller_sees_counts(service, fhir, person):
    await seen(fhir, person, 1)
    other = (await fhir.create(patient()))["id"]
    reader = await service.participant(other)
    assert await last(reader, person) == []


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("code=x", "patient"),
        ("patient=1&max=0", "max"),
        ("patient=1&max=-1", "max"),
        ("patient=1&max=2&max=3", "max"),
        ("patient=1&_sort=date", "_sort"),
        ("patient=1&colour=red", "colour"),
        ("patient=1&date=2023-02-30", "date"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(fhir, asked, place):
    answer = await fhir.send("GET", f"Observation/$lastn?{asked}")
    assert (answer.status_code, issues(answer)[0][1]) == (400, place)


codes = st.sampled_from("abcde").map(lambda code: (1, code))
facts = st.lists(st.tuples(st.integers(0, 5), st.frozensets(codes, min_size=1, max_size=3)), max_size=12)


@given(facts, st.integers(1, 3))
def test_every_kind_gives_its_newest_however_its_codes_are_tied(observations, most):
    """Against closing the relation by brute force and counting what is strictly newer."""
    kinds = [set(names) for _, names in observations]
    for _ in kinds:
        kinds = [set().union(*(other for other in kinds if other & kind)) for kind in kinds]
    wanted = {
        rid
        for rid, (age, _) in enumerate(observations)
        if sum(
            other < age for (other, _), kind in zip(observations, kinds, strict=True) if kind == kinds[rid]
        )
        < most
    }
    candidates = [
        Candidate(rid, None, age, code) for rid, (age, names) in enumerate(observations) for code in names
    ]
    same = [(one, other) for _, names in observations for one in names for other in names if one < other]
    found = newest(candidates, same, most)
    assert {*found} == wanted
    assert [observations[rid][0] for rid in found] == sorted(observations[rid][0] for rid in found)
