"""The typed client against the real component."""

import uuid
from contextlib import asynccontextmanager

import pytest

from smartbear.contracts.people import (
    CaseManager,
    DeviceAt,
    NewAssignment,
    NewOrganisation,
    NewParticipant,
    NewPilot,
    StaffMember,
)
from smartbear.contracts.scope import AccessScope, ScopeMiddleware
from smartbear.contracts.users import UsersClient
from smartbear.kit.errors import Conflict, NotFound, Unavailable
from tests.conftest import NOW, test_key
from tests.users.conftest import ADMIN


@pytest.fixture
def users_client(world, make_context):
    """A client such as another component has it, whose scope the real middleware checks."""

    @asynccontextmanager
    async def make():
        guarded = ScopeMiddleware(world.app, test_key("scope"), world.clock)
        async with (
            make_context("mobile", neighbours={"users": guarded}) as context,
            UsersClient(context) as client,
        ):
            yield client

    return make


async def test_a_pilot_is_set_up_staffed_and_filled_through_the_client(world, users_client):
    account = str(uuid.uuid4())
    async with users_client() as users:
        pilot = await users.create_pilot(NewPilot(name=f"Pilot {uuid.uuid4()}", language="it"), ADMIN)
        place = await users.create_organisation(
            NewOrganisation(name=f"Clinic {uuid.uuid4()}", pilot_id=pilot, phone="+39 1"), ADMIN
        )
        member = StaffMember(name="CM-07", role="CCM", organisation_id=place, email="cm07@example.org")
        await users.put_staff(account, member)
        ccm = AccessScope(role="CCM", account=account, organisations=(place,), pilots=(pilot,))
        form = NewParticipant(
            pilot_id=pilot,
            birth_month="1951-06",
            email=f"{uuid.uuid4()}@example.org",
            consent_date="2026-05-01",
            external_email="outside@example.org",
        )
        participant, subject = await users.enrol(form, ccm)
        own_account = str(uuid.uuid4())
        await users.link_account(participant, own_account)
        device = await users.assign_device(participant, NewAssignment(label="B", category="scale"), ccm)

        assert await users.staff(account) == member
        link = await users.account(own_account)
        assert (link.participant, link.subject, link.organisation) == (participant, subject, place)
        assert await users.device_owners([DeviceAt(device_id=device, at=NOW)]) == [subject]
        assert await users.subject(participant) == subject
        assert place in await users.organisation_names()
        with pytest.raises(NotFound):
            await users.subject("SB-99999")
        audience = await users.audience(subject)
        care = await users.care(subject)

    assert (audience.participant, audience.account, audience.age) == (participant, own_account, 75)
    assert (audience.language, audience.external_email) == ("it", "outside@example.org")
    assert audience.case_managers == (CaseManager(account=account, name="CM-07", email="cm07@example.org"),)
    assert audience.colleagues == ()
    assert (care.care_team.phone, care.categories, care.time_zone) == ("+39 1", ("scale",), "UTC")


async def test_colleagues_are_the_organisations_case_managers_who_are_not_the_participants(
    world, users_client
):
    colleague = str(uuid.uuid4())
    async with users_client() as users:
        member = StaffMember(name="CM-04", role="CCM", organisation_id=world.organisation)
        await users.put_staff(colleague, member)
        person = await world.enrol()
        audience = await users.audience(person["subject"])

    assert [manager.account for manager in audience.case_managers] == [world.ccm.account]
    assert [manager.account for manager in audience.colleagues] == [colleague]


async def test_nobody_is_told_of_participants_who_is_no_member_of_staff_any_more(world, users_client):
    person = await world.enrol()
    async with users_client() as users:
        for _ in range(2):
            await users.remove_staff(world.ccm.account)
        audience = await users.audience(person["subject"])
        with pytest.raises(NotFound):
            await users.staff(world.ccm.account)

    assert (audience.case_managers, audience.colleagues) == ((), ())


async def test_errors_come_back_as_members_of_the_family(world, users_client):
    first, second = await world.enrol(), await world.enrol()
    account = str(uuid.uuid4())
    async with users_client() as users:
        with pytest.raises(NotFound):
            await users.account(account)
        with pytest.raises(NotFound):
            await users.link_account("SB-999999", account)
        await users.link_account(first["id"], account)
        with pytest.raises(Conflict) as raised:
            await users.link_account(second["id"], account)

    assert raised.value.errors[0].path == "account"


async def test_a_component_that_is_not_there_is_unavailable(make_context):
    async with make_context("mobile") as context, UsersClient(context) as users:
        with pytest.raises(Unavailable):
            await users.account(str(uuid.uuid4()))
