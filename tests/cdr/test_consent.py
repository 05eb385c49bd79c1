"""What Consents say, and that it holds at once on every way out of the repository."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.cdr.actions import consent as consent_actions
from smartbear.cdr.actions.consent import keep
from smartbear.cdr.jobs import handlers
from smartbear.cdr.model.consent import ACTS, REASON_OF, REASONS, SCOPES, faults, read, standing
from smartbear.contracts.events import ParticipantConsented, Span
from smartbear.kit.errors import Conflict, PreconditionFailed
from tests.cdr.conftest import issues, observation, patient
from tests.conftest import eventually

SOME = datetime(2026, 1, 1, tzinfo=UTC)
PAST, FUTURE = {"end": "2020"}, {"start": "2120"}


def consent(
    subject="", *purposes, rule="OPTIN", status="active", period=None, scope="patient-privacy", **more
):
    """A Consent about all purposes of its scope, or those named."""
    provision = {"purpose": [{"system": REASONS, "code": REASON_OF[one]} for one in purposes]}
    provision = {name: value for name, value in (provision | {"period": period}).items() if value}
    return {
        "resourceType": "Consent",
        "status": status,
        "scope": {"coding": [{"system": SCOPES, "code": scope}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"Patient/{subject or 'p'}"},
        "policyRule": {"coding": [{"system": ACTS, "code": rule}]},
        **({"provision": provision} if provision else {}),
        **more,
    }


WITHDRAWN = {"status": "inactive"}

days = st.integers(0, 40).map(lambda day: SOME + timedelta(days=day))
sides = st.tuples(st.none() | days, st.none() | days).filter(lambda two: None in two or two[0] <= two[1])
periods = st.none() | sides.map(
    lambda two: {
        name: form(at)
        for name, at, form in zip(
            ("start", "end"), two, (lambda at: f"{at:%Y-%m-%d}", datetime.isoformat), strict=True
        )
        if at
    }
)
statuses = st.sampled_from(
    ("active", "active", "active", "inactive", "rejected", "draft", "entered-in-error")
)
purposes = st.sets(st.sampled_from(("care", "research"))).map(sorted)
consents = st.lists(
    st.builds(
        lambda about, rule, status, period: consent("", *about, rule=rule, status=status, period=period),
        purposes,
        st.sampled_from(("OPTIN", "OPTOUT")),
        statuses,
        periods,
    ),
    max_size=5,
)


def test_without_any_consent_care_is_as_enrolled_and_research_sees_nothing():
    assert standing("care", []).allows("care", SOME)
    assert not standing("research", []).allows("research", SOME)


@given(found=consents, at=days)
def test_a_refusal_in_force_outweighs_every_permission(found, at):
    for purpose in ("care", "research"):
        assert not standing(purpose, [*found, consent(rule="OPTOUT")]).allows(purpose, at)


@given(found=consents, at=days, order=st.randoms())
def test_what_is_said_does_not_depend_on_the_order_of_consents(found, at, order):
    shuffled = order.sample(found, len(found))
    for purpose in ("care", "research"):
        assert standing(purpose, found).allows(purpose, at) == standing(purpose, shuffled).allows(purpose, at)


@given(found=consents, at=days, period=periods)
def test_what_is_withdrawn_permits_nothing_and_what_is_added_in_favour_takes_nothing_away(found, at, period):
    said = standing("research", found)
    more = standing("research", [*found, consent("", "research", period=period)])
    gone = standing("research", [*found, consent("", "research", status="inactive")])
    assert more.allows("research", at) >= said.allows("research", at) == gone.allows("research", at)
    assert not standing("care", [consent(status="inactive"), consent(status="rejected")]).allows("care", at)


UNKEPT = {
    "nested provisions": ("provision", {"provision": [{"type": "deny"}]}),
    "actors": ("actor", {"actor": [{"role": {"text": "x"}, "reference": {"reference": "Organization/x"}}]}),
    "actions": ("action", {"action": [{"text": "x"}]}),
    "labels": ("securityLabel", {"securityLabel": [{"code": "R"}]}),
    "kinds of data": ("class", {"class": [{"code": "Observation"}]}),
    "codes": ("code", {"code": [{"text": "x"}]}),
    "times of data": ("dataPeriod", {"dataPeriod": {"start": "2020"}}),
    "data": ("data", {"data": [{"meaning": "instance", "reference": {"reference": "Observation/x"}}]}),
    "other purposes": ("purpose[0]", {"purpose": [{"system": REASONS, "code": "HMARKT"}]}),
    "purposes of others": ("purpose[0]", {"purpose": [{"system": "urn:x", "code": "TREAT"}]}),
    "ends that are not told": ("period.end", {"period": {"_end": {"extension": [{"url": "urn:x"}]}}}),
    "what is not understood": ("modifierExtension", {"modifierExtension": [{"url": "urn:x"}]}),
}


@pytest.mark.parametrize(("place", "provision"), UNKEPT.values(), ids=UNKEPT)
def test_a_consent_that_cannot_be_kept_as_it_is_meant_is_a_fault_and_forbids(place, provision):
    meant = consent(provision=provision)
    assert [one.path for one in faults(meant)] == [f"Consent.provision.{place}"]
    assert read(meant).kind == "deny"
    assert read(meant | WITHDRAWN).kind == "ended"
    assert not any(faults(meant | WITHDRAWN))


def test_a_consent_that_says_one_thing_and_its_opposite_or_nothing_is_a_fault():
    for unclear in (
        consent(provision={"type": "deny"}),
        consent(rule="x"),
        consent(policyRule={"coding": [{"system": ACTS, "code": code} for code in ("OPTIN", "OPTOUT")]}),
    ):
        assert [one.path for one in faults(unclear)] == ["Consent.policyRule"]
        assert read(unclear).kind == "deny"
    extended = consent(modifierExtension=[{"url": "urn:x"}])
    assert [one.path for one in faults(extended)] == ["Consent.modifierExtension"]
    for nobody in ({}, {"patient": {"display": "x"}}, {"patient": {"identifier": {"value": "x"}}}):
        unclear = {name: value for name, value in consent().items() if name != "patient"} | nobody
        assert [one.path for one in faults(unclear)] == ["Consent.patient"]
    assert read(consent(rule="x", provision={"type": "permit"})).kind == "permit"


def test_consents_to_treatments_say_nothing_about_data():
    for scope in ("treatment", "adr"):
        meant = consent(scope=scope, provision={"provision": [{"type": "deny"}]})
        assert (read(meant), list(faults(meant))) == (None, [])


@pytest.fixture
async def person(service, fhir):
    """A patient in the north with an observation, and those who look."""
    organisation = f"north-{service.context.new_id()}"
    who = await fhir.create(patient(organisation))
    pulse = await fhir.create(observation(who["id"]))
    ward = await fhir.create({"resourceType": "Location", "name": "ward"})
    return organisation, who["id"], pulse["id"], ward["id"]


async def seen_by(caller):
    return {kind: await caller.ids(kind) for kind in ("Patient", "Observation")}


async def test_withdrawal_closes_the_record_at_once_and_giving_again_opens_it(service, fhir, person):
    organisation, who, pulse, _ = person
    ccm, own = await service.case_manager(organisation), await service.participant(who)
    reader = await service.machine("system/Observation.rs", "system/Patient.rs")
    everything = {"Patient": [who], "Observation": [pulse]}
    given_id = {**consent(who, "care"), "id": service.context.new_id()}
    for status, shown in (("active", True), ("inactive", False), ("active", True), ("rejected", False)):
        await fhir.put(given_id | {"status": status})
        assert await seen_by(ccm) == (everything if shown else {"Patient": [], "Observation": []})
        assert (await reader.send("GET", f"Observation/{pulse}")).status_code == (200 if shown else 404)
        assert (await ccm.send("GET", f"Observation/{pulse}")).status_code == (200 if shown else 404)
        assert await seen_by(own) == await seen_by(fhir) | everything
        assert (await ccm.get(f"Consent/{given_id['id']}"))["status"] == status
    assert len((await ccm.get(f"Consent/{given_id['id']}/_history"))["entry"]) == 4


async def test_research_is_asked_separately(service, fhir, person):
    organisation, who, pulse, ward = person
    project = await service.machine("project.x", "system/*.*")
    ccm = await service.case_manager(organisation)
    asked = {**consent(who, scope="research"), "id": service.context.new_id()}
    nobodys = await fhir.create(observation())
    for status, shown in ((None, False), ("active", True), ("inactive", False)):
        if status:
            await fhir.put(asked | {"status": status})
        assert (await project.ids("Observation") == [pulse]) is shown
        assert (await project.send("GET", f"Observation/{pulse}")).status_code == (200 if shown else 404)
        assert (await project.send("GET", f"Observation/{nobodys['id']}")).status_code == 404
        written = await project.send("POST", "Observation", observation(who, status="preliminary"))
        assert written.status_code == (201 if shown else 403)
        for extra in await fhir.ids("Observation?status=preliminary"):
            await fhir.send("DELETE", f"Observation/{extra}")
        assert ward in await project.ids("Location")
        assert await ccm.ids("Observation") == [pulse]


async def test_periods_begin_and_end_by_themselves(service, fhir, person):
    organisation, who, pulse, _ = person
    ccm = await service.case_manager(organisation)
    given_id = {**consent(who, "care"), "id": service.context.new_id()}
    now = datetime.now(UTC)
    for period, shown in (
        ({"start": "2020", "end": "2120"}, [pulse]),
        (PAST, []),
        (FUTURE, []),
        ({"end": (now + timedelta(seconds=0.8)).isoformat()}, [pulse]),
    ):
        await fhir.put(given_id | {"provision": {"period": period}})
        assert await ccm.ids("Observation") == shown
    await eventually(lambda: _sees_nothing(ccm))


async def _sees_nothing(caller):
    return await caller.ids("Observation") == []


SAYS = """
    SELECT NOT coalesce(withheld @> $2::timestamptz, FALSE), coalesce(released @> $2::timestamptz, FALSE)
    FROM resource WHERE id = $1"""


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(consents, min_size=1, max_size=4), asked=st.lists(days, min_size=1, max_size=6))
async def test_the_database_allows_what_the_consents_do_at_every_instant(service, fhir, found, asked):
    """Several people at once, each with some consents in one transaction."""
    people = {service.context.new_id(): some for some in found}
    for who, some in people.items():
        about = [one | {"patient": {"reference": f"Patient/{who}"}} for one in some]
        posts = [{"resource": one, "request": {"method": "POST", "url": "Consent"}} for one in about]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": posts}
        assert not posts or (await fhir.send("POST", "", bundle)).status_code == 200
        async with service.context.db.connection() as connection:
            for at in asked:
                row = await connection.fetchrow(SAYS, who, at) or (True, False)
                care, research = standing("care", some), standing("research", some)
                assert tuple(row) == (care.allows("care", at), research.allows("research", at))


async def test_a_consent_that_cannot_be_kept_is_refused_wherever_it_is_sent(service, fhir, person):
    _, who, _, _ = person
    nested = consent(who, provision={"provision": [{"type": "deny"}]})
    alone = await fhir.send("POST", "Consent", nested)
    entry = {"resource": nested, "request": {"method": "POST", "url": "Consent"}}
    together = await fhir.send(
        "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    )
    assert (alone.status_code, issues(alone)) == (422, [("not-supported", "Consent.provision.provision")])
    assert together.status_code == 422
    assert issues(together) == [("not-supported", "Bundle.entry[0].resource.provision.provision")]
    assert await fhir.ids(f"Consent?patient={who}") == []


async def test_case_managers_write_no_consent_and_undo_none(service, fhir, person):
    organisation, who, _, _ = person
    ccm = await service.case_manager(organisation)
    refused = await fhir.create(consent(who, rule="OPTOUT"))
    for method, path in (
        ("POST", "Consent"),
        ("PUT", f"Consent/{refused['id']}"),
        ("DELETE", f"Consent/{refused['id']}"),
    ):
        answer = await ccm.send(
            method, path, None if method == "DELETE" else refused | {"status": "inactive"}
        )
        assert answer.status_code == 403
    assert await ccm.ids("Observation") == []
    await fhir.send("DELETE", f"Consent/{refused['id']}")
    assert len(await ccm.ids("Observation")) == 1


async def test_a_consent_that_moves_to_another_person_speaks_for_the_first_no_more(service, fhir, person):
    organisation, who, pulse, _ = person
    ccm = await service.case_manager(organisation)
    other = (await fhir.put({**patient(organisation), "id": f"p-{service.context.new_id()}"}))["id"]
    refused = await fhir.create(consent(who, rule="OPTOUT"))
    assert await ccm.ids("Patient") == [other]
    await fhir.put(refused | {"patient": {"reference": f"Patient/{other}"}})
    assert (await ccm.ids("Patient"), await ccm.ids("Observation")) == ([who], [pulse])


async def test_a_consent_may_come_before_the_person_and_outlives_changes_of_the_person(service, fhir):
    organisation, name = f"o-{service.context.new_id()}", service.context.new_id()
    ccm = await service.case_manager(organisation)
    await fhir.create(consent(name, "care", rule="OPTOUT"))
    for gender in ("female", "male"):
        await fhir.put({**patient(organisation, gender=gender), "id": name})
        assert await ccm.ids("Patient") == []


async def test_of_two_who_write_consents_at_once_neither_is_forgotten(service, fhir, person):
    organisation, who, _, _ = person
    ccm = await service.case_manager(organisation)
    kept = [{**consent(who, "care", rule="OPTOUT"), "id": service.context.new_id()} for _ in range(6)]
    await asyncio.gather(*(fhir.put(one) for one in kept))
    for one in kept:
        assert await ccm.ids("Patient") == []
        await fhir.put(one | WITHDRAWN)
    assert await ccm.ids("Patient") == [who]


def saying(subject, given, minute):
    at = SOME + timedelta(minutes=minute)
    return ParticipantConsented(subject=subject, organisation="o", purpose="care", given=given, at=at)


async def test_what_was_said_last_counts_in_whatever_order_and_how_often_it_is_heard_of(service, fhir):
    heard = handlers(service.context)["cdr.participant.consented"]
    for order in permutations((0, 1, 2)):
        subject = service.context.new_id()
        said = [saying(subject, given, minute).model_dump(mode="json") for minute, given in enumerate("110")]
        for place in (*order, *order):
            await heard(said[place])
        assert (await fhir.get(f"Consent/{subject}-care"))["status"] == "inactive"


async def test_of_two_things_said_at_once_the_later_counts_and_the_answer_says_so(service, fhir):
    repository = service.app._repository
    for _ in range(5):
        subject = service.context.new_id()
        said = [saying(subject, True, 1), saying(subject, False, 2)]
        for told in await asyncio.gather(*(keep(repository, one) for one in said)):
            assert (told.subject, told.released) == (subject, ())
        assert (await keep(repository, said[0])).withheld == (Span(),)
        await fhir.send("DELETE", f"Consent/{subject}-care")
        assert (await keep(repository, said[0])).withheld == ()


async def test_who_never_gets_to_write_is_told_to_come_again(service, monkeypatch):
    async def refuse(*_args, **_more):
        raise PreconditionFailed

    monkeypatch.setattr(consent_actions, "update", refuse)
    with pytest.raises(Conflict):
        await keep(service.app._repository, saying(service.context.new_id(), True, 1))


async def test_only_components_say_what_participants_said(service):
    said = saying(service.context.new_id(), True, 1).model_dump(mode="json")
    for caller in (await service.case_manager("o"), await service.machine("system/*.*")):
        assert (await caller.client.put("/internal/consents", json=said)).status_code == 403
