"""Searches asked again: what was worked out for the first is used for the next, and no answer is."""

from datetime import timedelta

from tests.cdr.conftest import Fhir, Service, observation, patient

_UNHEARD_OF = {"coding": [{"system": "urn:test:unheard-of", "code": "a"}]}


async def test_the_same_search_finds_what_came_and_misses_what_went(fhir: Fhir) -> None:
    asked = "Observation?code=urn:test:unheard-of|a"
    before = await fhir.ids(asked)

    made = await fhir.create(observation(code="x") | {"code": _UNHEARD_OF})
    between = await fhir.ids(asked), (await fhir.get(f"{asked}&_summary=count"))["total"]
    await fhir.send("DELETE", f"Observation/{made['id']}")

    assert (before, between) == ([], ([made["id"]], 1))
    assert await fhir.ids(asked) == []
    assert (await fhir.get(f"{asked}&_summary=count"))["total"] == 0


async def test_the_same_search_shows_each_caller_what_that_caller_sees(service: Service, fhir: Fhir) -> None:
    people = {name: (await fhir.create(patient(name)))["id"] for name in ("again-a", "again-b")}
    made = {
        name: (await fhir.create(observation(person, code="again")))["id"] for name, person in people.items()
    }
    asked = "Observation?code=again&_total=accurate"

    assert set(await fhir.ids(asked)) == set(made.values())
    for name, person in people.items():
        manager, participant = await service.case_manager(name), await service.participant(person)
        assert await manager.ids(asked) == await participant.ids(asked) == [made[name]]


async def test_about_a_time_is_measured_from_the_time_of_each_search(service: Service, fhir: Fhir) -> None:
    now = service.clock.now()
    day = (now - timedelta(days=20)).date().isoformat()
    made = await fhir.create(observation(code="about", effectiveDateTime=day))
    asked = f"Observation?code=about&date=ap{(now - timedelta(days=10)).date().isoformat()}"
    before = await fhir.ids(asked)

    service.clock.advance(timedelta(days=200))

    assert (before, await fhir.ids(asked)) == ([], [made["id"]])
