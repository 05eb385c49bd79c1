import asyncio
from datetime import timedelta

import pytest

from tests.cdr.conftest import issues, link, matches, observation, patient


@pytest.fixture
async def readings(fhir, request):
    """Twelve heart rates of one person, an hour apart, the ids in the order of time."""
    person = await fhir.create(patient(name=[{"family": "Paged"}]))
    stored = [
        await fhir.create(
            observation(person["id"], value=60 + hour, effectiveDateTime=f"2026-05-02T{hour:02}:00:00Z")
        )
        for hour in range(12)
    ]
    return person["id"], [one["id"] for one in stored]


async def test_a_search_answers_a_searchset_with_addresses_and_modes(fhir, readings):
    person, _ids = readings
    bundle = await fhir.get(f"Observation?subject=Patient/{person}&_count=2")
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "match"]
    first = bundle["entry"][0]
    assert first["fullUrl"] == f"http://localhost:8080/fhir/Observation/{first['resource']['id']}"
    assert link(bundle, "self") == f"Observation?subject=Patient/{person}&_count=2"
    assert "total" not in bundle


async def test_a_page_that_holds_everything_says_the_total(fhir, readings):
    person, _ = readings
    bundle = await fhir.get(f"Observation?subject=Patient/{person}")
    assert (bundle["total"], len(bundle["entry"])) == (12, 12)


@pytest.mark.parametrize(
    "sort", ["date", "-date", "_id", "-_lastUpdated", "value-quantity,-date", "-value-quantity", ""]
)
@pytest.mark.parametrize("also", ["", "&code=8867-4", "&status=final", "&_id:missing=false"])
async def test_pages_bring_every_match_once_in_order(fhir, readings, sort, also):
    person, ids = readings
    asked = f"Observation?subject=Patient/{person}&_count=5{also}" + (f"&_sort={sort}" if sort else "")
    found = await fhir.ids(asked)
    order = {
        "date": ids,
        "-date": ids[::-1],
        "_id": sorted(ids),
        "value-quantity,-date": ids,
        "-value-quantity": ids[::-1],
    }
    assert found == order.get(sort, found)
    assert sorted(found) == sorted(ids)


async def test_paging_while_others_write_misses_nothing_and_repeats_nothing(fhir, readings):
    person, ids = readings
    path, found = f"Observation?patient={person}&code=8867-4&_sort=date&_count=3", []
    hour = 0
    while path:
        bundle = await fhir.get(path)
        found += matches(bundle)
        await fhir.create(observation(person, effectiveDateTime=f"2026-05-02T{hour:02}:30:00Z"))
        await fhir.create(observation(person, effectiveDateTime="2026-05-01T00:00:00Z"))
        path, hour = link(bundle, "next"), hour + 5
    assert [one for one in found if one in ids] == ids
    assert len(found) == len(set(found))


async def test_resources_without_a_value_come_last_in_either_direction(fhir):
    tag = [{"system": "urn:sort", "code": "names"}]
    stored = {
        family: await fhir.create(
            {**patient(meta={"tag": tag}), **({"name": [{"family": family}]} if family else {})}
        )
        for family in ("Beta", "", "Alpha")
    }
    names = {one["id"]: family for family, one in stored.items()}
    for sort, expected in (("family", ["Alpha", "Beta", ""]), ("-family", ["Beta", "Alpha", ""])):
        found = await fhir.ids(f"Patient?_tag=urn:sort|names&_sort={sort}&_count=1")
        assert [names[one] for one in found] == expected


async def test_a_cursor_is_good_for_its_search_its_reader_and_its_time(service, fhir, readings, clock):
    person, _ = readings
    bundle = await fhir.get(f"Observation?subject=Patient/{person}&_count=5")
    cursor = link(bundle, "next").partition("_cursor=")[2]
    other_search = await fhir.send("GET", f"Observation?subject=Patient/{person}&_count=4&_cursor={cursor}")
    forged = await fhir.send("GET", link(bundle, "next")[:-4] + "AAAA")
    nonsense = await fhir.send("GET", "Observation?_cursor=%C3%A4")
    other_reader = await service.case_manager("somebody")
    stolen = await other_reader.send("GET", link(bundle, "next"))
    clock.advance(timedelta(hours=1))
    late = await fhir.send("GET", link(bundle, "next"))
    answers = [other_search, forged, nonsense, stolen, late]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 410]
    assert all(issues(answer) for answer in answers)


async def test_a_search_can_be_posted(fhir, readings):
    person, ids = readings
    form = "application/x-www-form-urlencoded"
    body = f"subject=Patient%2F{person}&_count=100".encode()
    answer = await fhir.send("POST", "Observation/_search?code=8867-4", body, content_type=form)
    assert sorted(matches(answer.json())) == sorted(ids)
    wrong = await fhir.send("POST", "Observation/_search", b"{}", content_type="application/json")
    assert wrong.status_code == 415


async def test_totals_are_exact_when_asked_for(fhir, readings):
    person, _ = readings
    path = f"Observation?subject=Patient/{person}"
    assert (await fhir.get(f"{path}&_count=5&_total=accurate"))["total"] == 12
    assert "total" not in await fhir.get(f"{path}&_count=5&_total=none")
    following = link(await fhir.get(f"{path}&_count=5&_total=accurate"), "next")
    assert (await fhir.get(following))["total"] == 12
    for asked in ("_summary=count", "_count=0"):
        bundle = await fhir.get(f"{path}&{asked}")
        assert (bundle["total"], bundle.get("entry")) == (12, None)
    assert (await fhir.get(f"{path}&code=none&_count=5&_total=accurate"))["total"] == 0


async def test_unknown_parameters_are_ignored_with_a_warning_or_refused(fhir, readings):
    person, _ = readings
    path = f"Observation?subject=Patient/{person}&colour=red&_count=1"
    bundle = await fhir.get(path)
    outcome = bundle["entry"][-1]
    assert (outcome["search"]["mode"], outcome["resource"]["resourceType"]) == ("outcome", "OperationOutcome")
    assert outcome["resource"]["issue"][0]["expression"] == ["colour"]
    assert "colour" not in link(bundle, "self")
    strict = await fhir.send("GET", path, prefer="handling=strict")
    assert (strict.status_code, issues(strict)) == (400, [("not-supported", "colour")])


@pytest.mark.parametrize(
    "query",
    [
        "date=soon",
        "_count=-1",
        "_sort=-",
        "value-quantity=much",
        "_include=Observation",
        "code:below=1",
        "_total=yes",
        "subject:Patient.name:exact.x=1",
    ],
)
async def test_a_search_that_cannot_be_read_is_refused_or_warned_about(fhir, query):
    answer = await fhir.send("GET", f"Observation?{query}", prefer="handling=strict")
    assert answer.status_code in (200, 400)
    assert answer.json()["resourceType"] == ("OperationOutcome" if answer.status_code == 400 else "Bundle")


async def test_includes_bring_what_matches_point_at_once(fhir, readings):
    person, _ids = readings
    path = f"Observation?subject=Patient/{person}&_count=5"
    for include in ("Observation:subject", "Observation:patient", "Observation:subject:Patient", "*"):
        bundle = await fhir.get(f"{path}&_include={include}")
        assert matches(bundle, "include") == [person]
    for nothing in ("Observation:performer", "Observation:subject:Group"):
        assert matches(await fhir.get(f"{path}&_include={nothing}"), "include") == []


async def test_reverse_includes_bring_what_points_at_matches(fhir, readings):
    person, ids = readings
    bundle = await fhir.get(f"Patient?_id={person}&_revinclude=Observation:subject")
    assert matches(bundle) == [person]
    assert sorted(matches(bundle, "include")) == sorted(ids)
    by_patient = await fhir.get(
        f"Patient?_id={person}&_revinclude=Observation:patient&_revinclude=Condition:patient"
    )
    assert sorted(matches(by_patient, "include")) == sorted(ids)


async def test_iterated_includes_follow_what_was_included(fhir):
    place = await fhir.create({"resourceType": "Organization", "name": "Ward"})
    person = await fhir.create(patient(place["id"]))
    stored = await fhir.create(observation(person["id"]))
    path = f"Observation?_id={stored['id']}&_include=Observation:subject"
    once = await fhir.get(f"{path}&_include=Patient:organization")
    iterated = await fhir.get(f"{path}&_include:iterate=Patient:organization")
    assert matches(once, "include") == [person["id"]]
    assert sorted(matches(iterated, "include")) == sorted([person["id"], place["id"]])


async def test_includes_that_are_cut_say_so(service, fhir, readings):
    person, _ = readings
    limited = service.app._repository.settings
    object.__setattr__(limited, "include_limit", 5)
    bundle = await fhir.get(f"Patient?_id={person}&_revinclude=Observation:subject")
    assert len(matches(bundle, "include")) == 5
    assert bundle["entry"][-1]["resource"]["issue"][0]["code"] == "incomplete"


async def test_parts_of_resources_are_tagged_as_parts(fhir):
    stored = await fhir.create(
        patient(
            name=[{"family": "Part"}],
            maritalStatus={"text": "m"},
            text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
        )
    )
    path = f"Patient?_id={stored['id']}"
    expected = {
        "_elements=name": {"name"},
        "_summary=true": {"gender", "name"},
        "_summary=text": {"text"},
        "_summary=data": {"gender", "name", "maritalStatus"},
    }
    for asked, names in expected.items():
        [entry] = (await fhir.get(f"{path}&{asked}"))["entry"]
        part = entry["resource"]
        assert part.keys() - {"resourceType", "id", "meta"} == names
        assert part["meta"]["tag"][-1]["code"] == "SUBSETTED"
    [whole] = (await fhir.get(f"{path}&_summary=false"))["entry"]
    assert whole["resource"] == stored


async def test_an_absolute_reference_to_this_server_is_one_of_its_own(fhir):
    person = await fhir.create(patient())
    stored = await fhir.create(
        observation(subject={"reference": f"http://localhost:8080/fhir/Patient/{person['id']}"})
    )
    for asked in (
        f"patient={person['id']}",
        f"subject=http://127.0.0.1:8080/fhir/Patient/{person['id']}",
        f"patient.gender=female&patient={person['id']}",
    ):
        assert await fhir.ids(f"Observation?{asked}") == [stored["id"]]


async def test_updated_since_finds_by_the_time_of_the_server(fhir, clock):
    tag = "urn:since|x"
    one = await fhir.create(patient(meta={"tag": [{"system": "urn:since", "code": "x"}]}))
    clock.advance(timedelta(minutes=1))
    two = await fhir.create(patient(meta={"tag": [{"system": "urn:since", "code": "x"}]}))
    assert await fhir.ids(f"Patient?_tag={tag}&_lastUpdated=ge2026-06-14T08:03:00Z") == [two["id"]]
    assert await fhir.ids(f"Patient?_tag={tag}&_lastUpdated=lt2026-06-14T08:03:00Z") == [one["id"]]
    assert await fhir.ids(f"Patient?_tag={tag}&_lastUpdated=le2026-06-14&_sort=-_lastUpdated") == [
        two["id"],
        one["id"],
    ]
    assert await fhir.ids(f"Patient?_tag={tag}&_lastUpdated=2026-06-14T08:02:00.000Z") == [one["id"]]


async def test_what_is_shown_as_the_time_of_an_update_finds_it(fhir, clock):
    clock.advance(timedelta(microseconds=123_987))
    stored = await fhir.create(patient())
    shown = stored["meta"]["lastUpdated"]
    assert shown.endswith(".123Z")
    for asked in (shown, f"ge{shown}", f"le{shown}"):
        assert stored["id"] in await fhir.ids(f"Patient?_lastUpdated={asked}&_id={stored['id']}"), asked


async def test_places_are_found_by_their_distance(fhir):
    near = await fhir.create(
        {"resourceType": "Location", "position": {"latitude": 38.72, "longitude": -9.14}}
    )
    far = await fhir.create({"resourceType": "Location", "position": {"latitude": 41.15, "longitude": -8.61}})
    assert await fhir.ids("Location?near=38.7|-9.1|20|km") == [near["id"]]
    assert set(await fhir.ids("Location?near=38.7|-9.1|400|km")) == {near["id"], far["id"]}


async def test_addresses_are_found_exactly_below_and_above(fhir):
    stored = await fhir.create(
        {"resourceType": "ValueSet", "status": "active", "url": "http://a.example/sets/one"}
    )
    for asked, found in {
        "url=http://a.example/sets/one": True,
        "url=http://a.example/sets": False,
        "url:below=http://a.example/sets": True,
        "url:below=http://a.example/se": False,
        "url:above=http://a.example/sets/one/more": True,
    }.items():
        assert await fhir.ids(f"ValueSet?{asked}") == ([stored["id"]] if found else []), asked


async def test_a_search_that_takes_too_long_is_given_up(service, fhir, readings):
    person, _ = readings
    limited = service.app._repository.settings
    object.__setattr__(limited, "search_seconds", 0.000001)
    answer = await fhir.send("GET", f"Observation?subject=Patient/{person}")
    assert (answer.status_code, issues(answer)) == (422, [("too-costly", "")])
    object.__setattr__(limited, "search_seconds", 10.0)
    assert (await fhir.send("GET", f"Observation?subject=Patient/{person}")).status_code == 200


async def test_many_readers_and_writers_do_not_wait_for_each_other(fhir):
    async def both(n: int) -> int:
        one = patient(identifier=[{"system": "urn:crowd", "value": str(n % 5)}])
        condition = f"identifier=urn:crowd|{n % 5}"
        answer = await fhir.send("POST", "Patient", one, if_none_exist=condition)
        await fhir.get(f"Patient?{condition}")
        return answer.status_code

    statuses = await asyncio.gather(*(both(n) for n in range(60)))
    assert sorted(statuses) == [200] * 55 + [201] * 5


async def test_a_search_over_the_system_finds_resources_of_all_types(service, fhir):
    tag = [{"system": "urn:system", "code": service.context.new_id()}]
    person = await fhir.create({**patient(), "meta": {"tag": tag}})
    place = await fhir.create({"resourceType": "Location", "name": "Here", "meta": {"tag": tag}})
    reading = await fhir.create({**observation(person["id"]), "meta": {"tag": tag}})
    asked = f"_tag=urn:system|{tag[0]['code']}"
    assert await fhir.ids(f"?{asked}&_count=1") == [person["id"], place["id"], reading["id"]]
    assert await fhir.ids(f"?{asked}&_type=Patient,Location") == [person["id"], place["id"]]
    assert await fhir.ids(f"?{asked}&_type=Observation&status=final&_count=1") == [reading["id"]]
    assert await fhir.ids(f"?{asked}&_sort=-_id") == sorted(
        (one["id"] for one in (person, place, reading)), reverse=True
    )
    assert await fhir.ids(f"?{asked}&_has:Observation:patient:status=final") == [person["id"]]
    own = await service.participant(person["id"])
    assert await own.ids(f"?{asked}") == [person["id"], reading["id"]]
    form = "application/x-www-form-urlencoded"
    posted = await fhir.send("POST", "_search", asked.replace("|", "%7C").encode(), content_type=form)
    assert len(posted.json()["entry"]) == 3
    assert (await fhir.get(f"?{asked}&_summary=count"))["total"] == 3
    bundle = await fhir.get(f"?{asked}&_type=Patient&_revinclude=*&_include=*")
    assert matches(bundle, "include") == [reading["id"]]


async def test_cyclic_references_are_included_once(fhir, service):
    ids = [service.context.new_id() for _ in range(3)]
    for one, other in zip(ids, ids[1:] + ids[:1], strict=True):
        await fhir.put(
            {
                "resourceType": "Organization",
                "id": one,
                "name": "x",
                "partOf": {"reference": f"Organization/{other}"},
            }
        )
    bundle = await fhir.get(f"Organization?_id={ids[0]}&_include:iterate=Organization:partof")
    assert sorted(matches(bundle, "include")) == sorted(ids[1:])
    assert await fhir.ids(f"Organization?partof:below={ids[0]}&_sort=_id") == sorted(ids)


async def test_observations_are_sorted_by_status_and_category_whether_shared_or_not(fhir):
    tag = {"system": "urn:sort", "code": "traits"}
    coded, worded = {"coding": [{"code": "b"}]}, {"coding": [{"code": "a"}], "text": "in words"}
    ids = [
        (await fhir.create(observation(meta={"tag": [tag]}, status=status, category=[category])))["id"]
        for status, category in (("final", coded), ("amended", worded), ("registered", coded))
    ]
    asked = "Observation?_tag=urn:sort|traits"
    assert await fhir.ids(f"{asked}&_sort=status") == [ids[1], ids[0], ids[2]]
    assert await fhir.ids(f"{asked}&_sort=-status&_count=2") == [ids[2], ids[0], ids[1]]
    assert await fhir.ids(f"{asked}&_sort=category,-status") == [ids[1], ids[2], ids[0]]
