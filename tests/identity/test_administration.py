"""``/api/accounts``: what administrators do with the accounts of staff, and what nobody else does."""

import pytest

from smartbear.contracts.letters import Letter, LetterRefused, LetterWanted
from smartbear.contracts.roles import PARTICIPANT, STAFF, SYSTEM
from smartbear.contracts.scope import AccessScope
from smartbear.identity.jobs import handlers
from tests.conftest import client_of
from tests.identity.conftest import letters, link_in
from tests.identity.directory_cases import ELSEWHERE, PLACE, somebody

ACCOUNTS = "/api/accounts"
SELF = "0190a000-0000-7000-8000-0000000000bb"


@pytest.fixture
async def admin(identity, clock):
    _, app = identity
    async with client_of(app, clock, AccessScope(role="SysAdmin", account=SELF)) as client:
        yield client


@pytest.fixture
async def added(admin):
    answer = await admin.post(ACCOUNTS, json=somebody().model_dump())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_pilot_follows_from_the_organisation(admin, added):
    assert (added["organisation"], added["pilot"]) == (PLACE, "p-1")
    moved = await admin.patch(f"{ACCOUNTS}/{added['id']}", json={"organisation": ELSEWHERE})
    assert (moved.json()["organisation"], moved.json()["pilot"]) == (ELSEWHERE, "p-2")


async def test_a_project_is_for_data_scientists_and_ends_with_the_role(admin, added):
    where = f"{ACCOUNTS}/{added['id']}"
    refused = await admin.patch(where, json={"project": "holobalance"})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "project")
    given = await admin.patch(where, json={"role": "DataScientist", "project": "holobalance"})
    assert given.json()["project"] == "holobalance"
    assert (await admin.patch(where, json={"family_name": "Other"})).json()["project"] == "holobalance"
    assert (await admin.patch(where, json={"role": "Tech"})).json()["project"] is None
    odd = await admin.patch(where, json={"role": "DataScientist", "project": "Not a name"})
    assert odd.status_code == 422


async def test_a_welcomed_user_sets_a_password_and_signs_in(identity, http, browser, added, database_url):
    context, _ = identity
    link = link_in((await letters(context, database_url))[-1])
    page = await http.get(link)
    proof = page.text.partition('name="proof" value="')[2].partition('"')[0]
    await http.post(link, data={"proof": proof, "password": "seven stars over the lake"})
    assert (await browser.sign_in(added["username"], "seven stars over the lake")).status_code == 303


async def test_whoever_got_a_welcome_by_mistake_cannot_use_it_once_the_address_is_right(
    identity, http, admin, added, database_url
):
    context, _ = identity
    where, link = f"{ACCOUNTS}/{added['id']}", link_in((await letters(context, database_url))[-1])
    await admin.patch(where, json={"email": added["email"]})
    assert (await http.get(link)).status_code == 200
    await admin.patch(where, json={"email": "right@demo.invalid"})
    assert (await http.get(link)).status_code == 410


async def test_the_owner_hears_at_the_old_address_that_an_administrator_set_another(
    identity, admin, added, database_url
):
    context, _ = identity
    before = len(await letters(context, database_url))
    await admin.patch(f"{ACCOUNTS}/{added['id']}", json={"email": "other@demo.invalid"})
    [told] = (await letters(context, database_url))[before:]
    assert (told.to, told.subject) == (added["email"], "Your e-mail address was changed")


async def test_staff_are_known_to_users(admin, added, identity):
    assert (await admin.get(f"{ACCOUNTS}/{added['id']}")).json() == added
    listed = (await admin.get(ACCOUNTS, params={"search": added["username"]})).json()
    assert (listed["total"], listed["items"]) == (1, [added])


async def test_an_account_is_disabled_reset_and_deleted(admin, added):
    where = f"{ACCOUNTS}/{added['id']}"
    assert (await admin.put(f"{where}/enabled", json={"enabled": False})).json()["enabled"] is False
    assert (await admin.post(f"{where}/reset")).status_code == 204
    assert (await admin.delete(where)).status_code == 204
    assert (await admin.get(where)).status_code == 404


async def test_users_hears_who_may_sign_in_and_who_is_gone(admin, added, users):
    account, where = added["id"], f"{ACCOUNTS}/{added['id']}"
    assert users.staff[account]["email"] == added["email"]
    await admin.put(f"{where}/enabled", json={"enabled": False})
    assert (users.staff[account]["name"], users.staff[account]["email"]) == (added["name"], None)
    await admin.put(f"{where}/enabled", json={"enabled": True})
    assert users.staff[account]["email"] == added["email"]
    await admin.delete(where)
    assert account not in users.staff


OTHERS = [*(role for role in STAFF if role != "SysAdmin"), PARTICIPANT, SYSTEM, "anonymous"]


@pytest.mark.parametrize("role", OTHERS)
async def test_nobody_but_administrators_comes_in(identity, clock, role):
    _, app = identity
    async with client_of(app, clock, AccessScope(role=role, scopes=("system/*.*",))) as client:
        assert (await client.get(ACCOUNTS)).status_code == 403
        assert (await client.post(ACCOUNTS, json=somebody().model_dump())).status_code == 403


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"role": "Superuser"}, "role"),
        ({"role": "Participant"}, "role"),
        ({"organisation": None}, "organisation"),
        ({"organisation": "0190a000-0000-7000-8000-00000000000f"}, "organisation"),
        ({"organisation": "UMIL"}, "organisation"),
        ({"email": "nobody"}, "email"),
        ({"username": "a b"}, "username"),
        ({"pilot": "p-9"}, "pilot"),
        ({"enabled": True}, "enabled"),
        ({"id": SELF}, "id"),
    ],
)
async def test_a_form_that_is_not_right_names_the_field(admin, changes, path):
    answer = await admin.post(ACCOUNTS, json=somebody().model_dump() | changes)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)


@pytest.mark.parametrize(
    "field", ["username", "pilot", "waits_for", "enabled", "participant", "password_hash"]
)
async def test_what_is_not_offered_cannot_be_changed(admin, added, field):
    answer = await admin.patch(f"{ACCOUNTS}/{added['id']}", json={field: "x"})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, field)


async def test_nobody_takes_the_own_rights_away(admin):
    for answer in (
        await admin.put(f"{ACCOUNTS}/{SELF}/enabled", json={"enabled": False}),
        await admin.delete(f"{ACCOUNTS}/{SELF}"),
    ):
        assert answer.status_code == 409


@pytest.mark.parametrize("account", ["x", "0190a000-0000-7000-8000-00000000000f", "..%2f..%2finternal"])
async def test_an_account_that_is_not_there_is_not_found(admin, account):
    assert (await admin.get(f"{ACCOUNTS}/{account}")).status_code in (404, 422)


@pytest.mark.parametrize("query", ["page=0", "size=0", "size=1000", "page=x", "search=%00"])
async def test_a_list_that_cannot_be_is_refused(admin, query):
    assert (await admin.get(f"{ACCOUNTS}?{query}")).status_code == 422


async def test_a_search_is_a_text_and_no_pattern(admin, added):
    for search in ("%", "_", "' OR 1=1 --", "\\"):
        assert (await admin.get(ACCOUNTS, params={"search": search})).json()["total"] in (0, 1)


async def test_an_address_that_takes_no_letter_is_shown_until_it_changes_or_one_arrives(
    admin, added, identity, http, database_url
):
    context, _ = identity
    where = f"{ACCOUNTS}/{added['id']}"

    async def refuse(to):
        wanted = LetterWanted.of(context, Letter(to=to, subject="", text="", html=""))
        refused = LetterRefused(sealed=wanted.sealed, at=context.clock.now())
        await handlers(context)[f"identity.{LetterRefused.name}"](refused.model_dump())
        return (await admin.get(where)).json()["letter_refused_at"]

    assert await refuse("nobody@demo.invalid") is None
    assert await refuse(added["email"].upper()) is not None
    changed = (await admin.patch(where, json={"email": "another@demo.invalid"})).json()
    assert changed["letter_refused_at"] is None
    await admin.patch(where, json={"email": added["email"]})
    await admin.post(f"{where}/reset")
    link = link_in((await letters(context, database_url))[-1])
    page = await http.get(link)
    proof = page.text.partition('name="proof" value="')[2].partition('"')[0]
    await http.post(link, data={"proof": proof, "password": "seven stars over the lake"})
    assert (await admin.get(where)).json()["letter_refused_at"] is None
