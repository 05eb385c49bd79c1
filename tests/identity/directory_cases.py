"""What every place that keeps the accounts of staff must do: the suite both adapters pass.

A test module that imports these gives a fixture ``directory`` and one ``ask_for_account``, which does what a
person does who asks for an account.
"""

import uuid

import pytest

from smartbear.contracts.erasure import Erasing
from smartbear.identity.model.people import NewPerson, Wanted
from smartbear.kit.errors import Conflict, NotFound

PLACE = "0190a000-0000-7000-8000-00000000000a"
ELSEWHERE = "0190a000-0000-7000-8000-00000000000b"


def somebody(**changes):
    name = f"user-{uuid.uuid4().hex[:10]}"
    good = {
        "username": name,
        "given_name": "New",
        "family_name": "User",
        "email": f"{name}@demo.invalid",
        "role": "CCM",
        "organisation": PLACE,
    }
    return NewPerson(**good | changes)


async def test_an_account_is_added_and_found_again(directory):
    new = somebody()
    added = await directory.add(new, "p-1")
    assert await directory.person(added.id) == added
    told = (added.username, added.name, added.email, added.role, added.organisation, added.pilot)
    assert told == (new.username, "New User", new.email, "CCM", PLACE, "p-1")
    assert added.enabled
    found = await directory.people(Wanted(new.username), 0, 10)
    assert ([person.id for person in found.items], found.total) == ([added.id], 1)


async def test_the_list_comes_in_pages(directory):
    family = uuid.uuid4().hex[:8]
    for _ in range(3):
        await directory.add(somebody(family_name=f"Page{family}"), None)
    first = await directory.people(Wanted(f"Page{family}"), 0, 2)
    last = await directory.people(Wanted(f"Page{family}"), 2, 2)
    beyond = await directory.people(Wanted(f"Page{family}"), 20, 2)
    assert (len(first.items), len(last.items), beyond.items, beyond.total) == (2, 1, [], 3)
    assert not {person.id for person in first.items} & {person.id for person in last.items}


async def test_accounts_are_found_by_state_role_and_organisation(directory, ask_for_account):
    family = f"Some{uuid.uuid4().hex[:8]}"
    here = await directory.add(somebody(family_name=family), "p-1")
    there = await directory.add(somebody(family_name=family, role="Tech", organisation=ELSEWHERE), "p-2")
    await directory.set_enabled(there.id, enabled=False)
    for wanted, expected in (
        (Wanted(family, role="Tech"), [there.id]),
        (Wanted(family, organisation=PLACE), [here.id]),
        (Wanted(family, state="disabled"), [there.id]),
        (Wanted(family, state="approval"), []),
        (Wanted(family, state="disabled", role="CCM"), []),
    ):
        assert [person.id for person in (await directory.people(wanted, 0, 10)).items] == expected, wanted
    counts = (await directory.people(Wanted(family, state="approval"), 0, 10)).counts
    assert (sum(counts.values()), counts["disabled"]) == (2, 1)
    waiting = await ask_for_account()
    first = (await directory.people(Wanted(state="approval"), 0, 100)).items
    assert waiting in [person.id for person in first]
    assert (await directory.people(Wanted(), 0, 1)).items[0].state == "approval"


async def test_a_name_is_given_once(directory):
    new = somebody()
    await directory.add(new, None)
    with pytest.raises(Conflict):
        await directory.add(new.model_copy(update={"email": "other@demo.invalid"}), None)


async def test_role_place_and_name_change(directory):
    added = await directory.add(somebody(), "p-1")
    changes = {"role": "Tech", "organisation": ELSEWHERE, "pilot": "p-2", "family_name": "Name"}
    changed = await directory.change(added.id, changes)
    assert (changed.role, changed.organisation, changed.pilot) == ("Tech", ELSEWHERE, "p-2")
    assert (changed.name, changed.email) == ("New Name", added.email)
    assert (await directory.change(added.id, {"organisation": None})).organisation is None


async def test_a_data_scientist_is_given_a_project_and_another(directory):
    new = somebody(role="DataScientist", organisation=None, project="holobalance")
    added = await directory.add(new, None)
    assert (await directory.person(added.id)).project == "holobalance"
    assert (await directory.change(added.id, {"project": "smart4health"})).project == "smart4health"
    assert (await directory.change(added.id, {"project": None})).project is None


async def test_an_account_is_disabled_and_enabled(directory):
    added = await directory.add(somebody(), None)
    assert not (await directory.set_enabled(added.id, enabled=False)).enabled
    assert not (await directory.person(added.id)).enabled
    assert (await directory.set_enabled(added.id, enabled=True)).enabled


async def test_a_reset_leaves_the_account_as_it_is(directory):
    added = await directory.add(somebody(), None)
    await directory.send_reset(added.id)
    assert await directory.person(added.id) == added


async def test_second_factors_are_taken_away_from_whoever_lost_them(directory):
    added = await directory.add(somebody(), None)
    await directory.remove_factors(added.id)
    assert await directory.person(added.id) == added


async def test_a_deleted_account_is_gone(directory):
    added = await directory.add(somebody(), None)
    await directory.delete(added.id)
    with pytest.raises(NotFound):
        await directory.person(added.id)
    assert (await directory.people(Wanted(added.username), 0, 10)).total == 0


async def test_what_is_asked_of_nobody_is_refused(directory):
    nobody = "0190a000-0000-7000-8000-00000000000f"
    for call in (
        directory.person(nobody),
        directory.change(nobody, {"role": "Tech"}),
        directory.set_enabled(nobody, enabled=False),
        directory.send_reset(nobody),
        directory.remove_factors(nobody),
        directory.delete(nobody),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_role_approves_an_account_that_was_asked_for(directory, ask_for_account):
    account = await ask_for_account()
    waiting = await directory.person(account)
    assert (waiting.role, waiting.waits_for) == ("", "approval")
    approved = await directory.change(account, {"role": "Tech", "organisation": PLACE, "pilot": "p-1"})
    assert (approved.role, approved.organisation, approved.pilot) == ("Tech", PLACE, "p-1")
    assert approved.waits_for in ("email", None)


async def test_an_account_of_staff_is_not_erased_as_a_participants(directory):
    added = await directory.add(somebody(), "p-1")
    for account in (added.id, str(uuid.uuid4()), None):
        assert not await directory.erase(Erasing(participant="SB-9999", subject="s", account=account))
    assert await directory.person(added.id) == added
