"""Nobody learns of a row that is not theirs, by whatever way they ask."""

import pytest

from smartbear.cdr.access import access_of
from smartbear.contracts.scope import SERVICE, STAFF, SYSTEM, AccessScope
from tests.cdr.conftest import issues, link, matches, observation, patient


@pytest.fixture
async def worlds(service, fhir):
    """Two organisations with a patient each; both patients have the same things on record."""
    made = {}
    for name in ("north", "south"):
        organisation = f"{name}-{service.context.new_id()}"
        person = await fhir.create(patient(organisation, name=[{"family": name.title()}]))
        seen = await fhir.create(
            observation(person["id"], identifier=[{"system": "urn:w", "value": organisation}])
        )
        ill = await fhir.create(
            {
                "resourceType": "Condition",
                "subject": {"reference": f"Patient/{person['id']}"},
                "code": {"text": "x"},
            }
        )
        made[name] = {"organisation": organisation, "patient": person, "observation": seen, "condition": ill}
    return made


@pytest.fixture(params=["case manager", "participant"])
async def north(request, service, worlds):
    """Somebody who may see the north and nothing else."""
    if request.param == "participant":
        return await service.participant(worlds["north"]["patient"]["id"])
    return await service.case_manager(worlds["north"]["organisation"])


async def test_reading_what_is_not_ones_own_is_like_reading_nothing(north, worlds):
    for kind in ("patient", "observation", "condition"):
        own, other = worlds["north"][kind], worlds["south"][kind]
        place = f"{other['resourceType']}/{other['id']}"
        assert (await north.get(f"{own['resourceType']}/{own['id']}")) == own
        for path in (place, f"{place}/_history", f"{place}/_history/1"):
            unseen = await north.send("GET", path)
            absent = await north.send("GET", path.replace(other["id"], "absent"))
            assert (unseen.status_code, unseen.content) == (absent.status_code, absent.content)
            assert unseen.status_code == 404


async def test_deletions_of_others_are_not_told(fhir, north, worlds):
    for name, status in (("south", 404), ("north", 410)):
        one = worlds[name]["condition"]
        await fhir.send("DELETE", f"Condition/{one['id']}")
        assert (await north.send("GET", f"Condition/{one['id']}")).status_code == status


async def test_searches_find_ones_own_alone(north, worlds):
    own, other = worlds["north"], worlds["south"]
    assert await north.ids("Patient") == [own["patient"]["id"]]
    assert await north.ids("Observation") == [own["observation"]["id"]]
    assert await north.ids("Observation?code=8867-4&_sort=date") == [own["observation"]["id"]]
    assert await north.ids("Condition?_sort=_lastUpdated") == [own["condition"]["id"]]
    for asked in (
        f"Patient?_id={other['patient']['id']}",
        "Patient?family=South",
        "Patient?family:contains=out",
        f"Patient?organization={other['organisation']}",
        f"Observation?subject=Patient/{other['patient']['id']}",
        f"Observation?identifier=urn:w|{other['organisation']}",
        f"Observation?_id={other['observation']['id']}",
    ):
        bundle = await north.get(asked)
        assert (bundle.get("entry"), bundle["total"]) == (None, 0), asked


async def test_chains_and_has_do_not_look_at_what_is_not_seen(north, worlds):
    own, other = worlds["north"], worlds["south"]
    value = f"identifier=urn:w|{other['organisation']}"
    for asked in (
        "Observation?subject:Patient.family=South",
        "Observation?patient.family=South",
        "Condition?subject:Patient.family=South",
        f"Patient?_has:Observation:patient:{value}",
        f"Patient?_has:Observation:subject:{value}",
        f"Condition?patient._has:Observation:patient:{value}",
        f"Patient?_has:Condition:patient:_id={other['condition']['id']}",
    ):
        assert await north.ids(asked) == [], asked
    assert await north.ids("Observation?patient.family=North") == [own["observation"]["id"]]
    assert await north.ids("Patient?_has:Observation:patient:code=8867-4") == [own["patient"]["id"]]
    assert await north.ids("Patient?_has:Observation:patient:status=final") == [own["patient"]["id"]]


async def test_a_chain_out_of_ones_own_record_does_not_reach_into_anothers(fhir, north, worlds):
    own, other = worlds["north"], worlds["south"]
    theirs = f"Observation/{other['observation']['id']}"
    linked = await fhir.create(observation(own["patient"]["id"], hasMember=[{"reference": theirs}]))
    assert await north.ids(f"Observation?has-member={theirs}") == [linked["id"]]
    assert await north.ids("Observation?has-member.code=8867-4") == []
    assert await north.ids("Observation?has-member:Observation.status:not=amended") == []
    bundle = await north.get(
        f"Observation?_id={linked['id']}&_include=Observation:has-member&_include:iterate=*"
    )
    assert matches(bundle, "include") == [own["patient"]["id"]]
    bundle = await north.get(f"Observation?_id={own['observation']['id']}&_revinclude=Observation:has-member")
    assert matches(bundle, "include") == []


async def test_includes_and_totals_leave_out_what_is_not_seen(north, worlds):
    own = worlds["north"]
    bundle = await north.get("Patient?_revinclude=Observation:subject&_revinclude=Condition:patient")
    assert sorted(matches(bundle, "include")) == sorted([own["observation"]["id"], own["condition"]["id"]])
    for asked in (
        "Observation?_summary=count",
        "Observation?code=8867-4&_total=accurate",
        "Condition?_total=accurate",
    ):
        assert (await north.get(asked))["total"] == 1, asked


async def test_history_shows_a_version_to_those_it_was_about(service, fhir, worlds):
    """A resource that moves from one patient to another takes its earlier versions with it for nobody."""
    north = await service.case_manager(worlds["north"]["organisation"])
    south = await service.case_manager(worlds["south"]["organisation"])
    moved = worlds["north"]["observation"]
    path = f"Observation/{moved['id']}"
    await fhir.put({**moved, "subject": {"reference": f"Patient/{worlds['south']['patient']['id']}"}})
    assert [e["resource"]["meta"]["versionId"] for e in (await south.get(f"{path}/_history"))["entry"]] == [
        "2"
    ]
    assert [e["resource"]["meta"]["versionId"] for e in (await north.get(f"{path}/_history"))["entry"]] == [
        "1"
    ]
    assert (await north.send("GET", path)).status_code == 404
    assert (await south.send("GET", f"{path}/_history/1")).status_code == 404


async def test_a_patient_who_moves_is_seen_where_the_care_is_now(service, fhir, worlds):
    north = await service.case_manager(worlds["north"]["organisation"])
    south = await service.case_manager(worlds["south"]["organisation"])
    person = worlds["north"]["patient"]
    care = {"reference": f"Organization/{worlds['south']['organisation']}"}
    await fhir.put({**person, "managingOrganization": care})
    assert await north.ids("Observation") == []
    assert len(await south.ids("Observation")) == 2


async def test_case_managers_write_about_their_own_patients_and_enrol_nobody(service, worlds):
    north = await service.case_manager(worlds["north"]["organisation"])
    own, other = worlds["north"], worlds["south"]
    fine = await north.send("POST", "Observation", observation(own["patient"]["id"]))
    assert fine.status_code == 201
    refusals = [
        await north.send("POST", "Observation", observation(other["patient"]["id"])),
        await north.send("POST", "Observation", observation("absent")),
        await north.send("POST", "Observation", observation()),
        await north.send("POST", "Patient", patient(own["organisation"])),
        await north.send(
            "PUT",
            f"Observation/{own['observation']['id']}",
            {**own["observation"], "subject": {"reference": f"Patient/{other['patient']['id']}"}},
        ),
    ]
    assert [answer.status_code for answer in refusals] == [403] * 5
    assert refusals[0].content == refusals[1].content


async def test_case_managers_cannot_find_out_which_ids_are_taken(service, worlds):
    north = await service.case_manager(worlds["north"]["organisation"])
    own, other = worlds["north"], worlds["south"]
    body = observation(own["patient"]["id"])
    taken = await north.send(
        "PUT", f"Observation/{other['observation']['id']}", {**body, "id": other["observation"]["id"]}
    )
    free = await north.send("PUT", "Observation/free", {**body, "id": "free"})
    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    assert taken.status_code == 405
    stale = [
        await north.send("PUT", f"Observation/{one}", {**body, "id": one}, if_match='W/"1"')
        for one in (other["observation"]["id"], "free")
    ]
    assert [answer.status_code for answer in stale] == [412, 412]


async def test_deleting_what_is_not_ones_own_does_nothing(service, fhir, worlds):
    north = await service.case_manager(worlds["north"]["organisation"])
    other = worlds["south"]["condition"]
    assert (await north.send("DELETE", f"Condition/{other['id']}")).status_code == 204
    assert (await north.send("DELETE", "Condition?_lastUpdated=gt2000")).status_code == 204
    assert await fhir.get(f"Condition/{other['id']}") == other


async def test_conditions_match_within_what_is_seen(service, worlds):
    north = await service.case_manager(worlds["north"]["organisation"])
    body = observation(worlds["north"]["patient"]["id"])
    for name, status in (("north", 200), ("south", 201)):
        condition = f"identifier=urn:w|{worlds[name]['organisation']}"
        assert (await north.send("POST", "Observation", body, if_none_exist=condition)).status_code == status


async def test_a_participant_changes_nothing(service, worlds):
    own = worlds["north"]
    participant = await service.participant(own["patient"]["id"])
    for method, path, body in (
        ("POST", "Observation", observation(own["patient"]["id"])),
        ("PUT", f"Patient/{own['patient']['id']}", own["patient"]),
        ("DELETE", f"Observation/{own['observation']['id']}", None),
    ):
        answer = await participant.send(method, path, body)
        assert (answer.status_code, issues(answer)) == (403, [("forbidden", "")])


async def test_a_cursor_of_another_reader_is_worth_nothing(service, fhir, worlds):
    person = worlds["north"]["patient"]["id"]
    await fhir.create(observation(person))
    north = await service.case_manager(worlds["north"]["organisation"])
    following = link(await north.get("Observation?_count=1"), "next")
    for other in (await service.participant(person), fhir):
        assert (await other.send("GET", following)).status_code == 400


@pytest.mark.parametrize(
    "role", [role for role in STAFF if role != "CCM"] + ["Participant", "anonymous", "CCM"]
)
async def test_everyone_who_is_not_named_sees_nothing(service, worlds, role):
    nobody = await service.caller(AccessScope(role=role, account="x"))
    own = worlds["north"]["observation"]
    assert (await nobody.send("GET", f"Observation/{own['id']}")).status_code == 404
    assert await nobody.ids("Observation") == []
    assert (await nobody.get("Observation?_summary=count"))["total"] == 0
    assert (await nobody.send("POST", "Observation", observation())).status_code == 403


async def test_a_machine_sees_and_writes_the_types_its_scopes_name(service, worlds):
    own = worlds["north"]
    machine = await service.machine("system/Observation.read", "system/Condition.cruds")
    assert await machine.get(f"Observation/{own['observation']['id']}") == own["observation"]
    assert (await machine.send("GET", f"Patient/{own['patient']['id']}")).status_code == 404
    assert await machine.ids("Observation?patient.family=North") == []
    bundle = await machine.get(f"Observation?_id={own['observation']['id']}&_include=Observation:subject")
    assert matches(bundle, "include") == []
    assert (await machine.send("POST", "Observation", observation())).status_code == 403
    assert (await machine.send("POST", "Condition", {**own["condition"]})).status_code == 201


async def test_a_machine_that_may_only_write_meets_what_is_there(service, fhir, worlds):
    machine = await service.machine("system/Condition.write")
    own = worlds["north"]["condition"]
    path = f"Condition/{own['id']}"
    before = (await fhir.get("Condition?_summary=count"))["total"]
    changed = await machine.send("PUT", path, {**own, "recordedDate": "2026"})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert (await fhir.get("Condition?_summary=count"))["total"] == before
    assert (await machine.send("GET", path)).status_code == 404
    assert (await machine.send("DELETE", path)).status_code == 204
    assert (await fhir.send("GET", path)).status_code == 410


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (("system/*.*",), True, True),
        (("system/*.read",), True, False),
        (("system/*.write",), False, True),
        (("system/Observation.rs",), True, False),
        (("system/Observation.r",), False, False),
        (("system/Patient.cruds", "openid"), False, False),
        (("system/Observation.rs", "system/Observation.cud"), True, True),
        (("system/Observation.cuds",), False, True),
        (("system/Observation.r", "system/Observation.s"), False, False),
        (("system/Observation.sr", "system/Observation."), False, False),
        (("system/Observation.rs?category=x", "patient/*.read", "system/observation.rs"), False, False),
        (("user/Observation.*", "system/Observation"), False, False),
    ],
)
def test_scopes_of_machines_grant_what_they_say(scopes, reads, writes):
    access = access_of(AccessScope(role=SYSTEM, client="x", scopes=scopes))
    assert ("Observation" in access.reads, "Observation" in access.writes) == (reads, writes)


def test_a_component_sees_everything():
    assert access_of(AccessScope(role=SERVICE, service="users")).rows == "all"


SUBSCRIPTION = {
    "resourceType": "Subscription",
    "status": "off",
    "reason": "a test",
    "criteria": "Observation",
    "channel": {"type": "websocket", "header": ["Authorization: Bearer s3cret"]},
}


async def test_a_subscription_is_for_who_made_it_and_for_those_who_see_everything(service, fhir, worlds):
    organisation = worlds["north"]["organisation"]
    mine, colleague = [
        await service.caller(AccessScope(role="CCM", account=name, organisations=(organisation,)))
        for name in ("mine", "colleague")
    ]
    scopes = ("system/Subscription.cruds", "system/Observation.rs")
    machine = await service.machine(*scopes)
    other = await service.caller(AccessScope(role=SYSTEM, client="other", scopes=scopes))
    made = {
        name: await caller.create(SUBSCRIPTION) for name, caller in (("mine", mine), ("machine", machine))
    }
    for owner, name, others in ((mine, "mine", (colleague, machine)), (machine, "machine", (mine, other))):
        place = f"Subscription/{made[name]['id']}"
        assert await owner.get(place) == await fhir.get(place) == made[name]
        assert await owner.ids("Subscription") == [made[name]["id"]]
        assert (await owner.get("Subscription?_summary=count"))["total"] == 1
        assert [e["resource"] for e in (await owner.get("Subscription/_history"))["entry"]] == [made[name]]
        for stranger in others:
            for path in (place, f"{place}/_history", f"{place}/_history/1", f"{place}/$meta"):
                assert (await stranger.send("GET", path)).status_code == 404
            assert made[name]["id"] not in await stranger.ids("Subscription")
            assert (await stranger.send("DELETE", place)).status_code == 204
            taken = await stranger.send("PUT", place, made[name])
            free = await stranger.send("PUT", "Subscription/free", {**made[name], "id": "free"})
            assert (taken.status_code, taken.content) == (free.status_code, free.content)
            assert taken.status_code == 405
        counts = (await owner.get("$get-resource-counts"))["parameter"]
        assert next(one for one in counts if one["name"] == "Subscription").popitem()[1] == 1
        assert await fhir.get(place) == made[name]
        assert (await owner.send("DELETE", place)).status_code == 204
        assert (await owner.send("GET", place)).status_code == 410
        assert [e["request"]["method"] for e in (await owner.get(f"{place}/_history"))["entry"]] == [
            "DELETE",
            "POST",
        ]


async def test_a_case_manager_is_told_only_of_what_the_scope_allows(service, worlds):
    manager = await service.case_manager(worlds["north"]["organisation"])
    answer = await manager.send("POST", "Subscription", {**SUBSCRIPTION, "status": "requested"})
    assert answer.status_code == 201
    participant = await service.participant(worlds["north"]["patient"]["id"])
    assert (await participant.send("POST", "Subscription", SUBSCRIPTION)).status_code == 403
