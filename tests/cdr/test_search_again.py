"""Searches asked again: what was worked out for the first is used for the next, and no answer is."""

from datetime import timedelta
from operator import itemgetter
from typing import Any

import pytest

from smartbear.cdr.store.search import bodies
from tests.cdr.conftest import Fhir, Service, observation, patient
from tests.cdr.test_bundles import ask, bundle, put

_UNHEARD_OF = {"coding": [{"system": "urn:test:unheard-of", "code": "a"}]}


def resources(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in page["entry"]]


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


async def test_the_same_search_shows_what_a_match_and_what_it_includes_have_become(fhir: Fhir) -> None:
    person = await fhir.create(patient("again-c"))
    seen = await fhir.create(observation(person["id"], code="become"))
    asked = "Observation?code=become&_include=Observation:subject"
    before = resources(await fhir.get(asked))

    await fhir.put(seen | {"status": "amended"})
    await fhir.put(person | {"gender": "other"})
    after = resources(await fhir.get(asked))

    assert [one["status"] for one in (before[0], after[0])] == ["final", "amended"]
    assert [one.get("gender") for one in (before[1], after[1])] == [person.get("gender"), "other"]
    assert [one["meta"]["versionId"] for one in after] == ["2", "2"]
    assert after == [await fhir.get(f"{one['resourceType']}/{one['id']}") for one in after]


async def test_a_version_that_a_transaction_takes_back_is_not_shown_later(fhir: Fhir) -> None:
    seen = await fhir.create(observation(code="taken-back"))
    asked, changed = "Observation?code=taken-back", put(seen | {"status": "amended"})
    failing = bundle(changed, ask("GET", asked), ask("GET", "Observation/there-is-none"))

    refused = await fhir.send("POST", "", failing)
    await fhir.put(seen | {"status": "corrected"})

    assert refused.status_code == 404, refused.text
    assert [one["status"] for one in resources(await fhir.get(asked))] == ["corrected"]


async def test_pages_are_whole_when_only_some_of_their_bodies_are_at_hand(fhir: Fhir) -> None:
    made = [await fhir.create(observation(code="some")) for _ in range(3)]
    assert resources(await fhir.get("Observation?code=some&_sort=_id&_count=1"))

    made.append(await fhir.create(observation(code="some")))
    found = resources(await fhir.get("Observation?code=some"))

    assert sorted(found, key=itemgetter("id")) == sorted(made, key=itemgetter("id"))


async def test_bodies_kept_take_no_more_room_than_they_may(
    service: Service, fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_ROOM", 4000)
    made = [await fhir.create(observation(code="room")) for _ in range(30)]

    for _ in range(2):
        assert len(resources(await fhir.get("Observation?code=room"))) == len(made)
    large = await fhir.create(observation(code="large", note=[{"text": "x" * bodies._LARGEST}]))
    assert resources(await fhir.get("Observation?code=large")) == [large]

    kept = service.app._repository.bodies._kept.values()
    assert 0 < sum(len(one.entry) for one in kept) <= bodies._ROOM
