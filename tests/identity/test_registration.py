"""From asking for an account to signing in (SMBS1_TC1), and back in after forgetting the password."""

import re
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.identity.actions import passwords
from smartbear.identity.actions.directory import Embedded
from smartbear.identity.model.people import Wanted
from smartbear.identity.model.registration import PRIVACY_NOTICE, Registration, is_email
from smartbear.identity.model.strength import is_strong
from smartbear.identity.store import people
from tests.identity.conftest import PASSWORD, PLACES, answer_of, drain, fields_of, letters, link_in

ACCOUNT = "/realms/smartbear/account"
GOOD = {
    "username": "new_user",
    "given_name": "New",
    "family_name": "User",
    "email": "new.user@demo.invalid",
    "password": "seven stars over the lake",
    "organisation": PLACES[0]["id"],
    "consent": PRIVACY_NOTICE,
}


@pytest.fixture
async def post(http):
    """Opens a page, fills its form in and sends it."""

    async def post(path, **form):
        page = await http.get(f"{ACCOUNT}{path}" if not path.startswith("/realms") else path)
        return await http.post(page.url, data=fields_of(page) | form)

    return post


@pytest.fixture(autouse=True)
async def no_letters_yet(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM jobs.procrastinate_jobs")
    await connection.close()


async def registered(context):
    """The account that was asked for, as the administrator sees it."""
    found = (await Embedded(context).people(Wanted("new_user"), 0, 10)).items
    return found[0]


async def test_a_new_user_asks_is_approved_confirms_and_signs_in(identity, post, browser, database_url):
    context, _ = identity
    assert "We have sent you an e-mail." in (await post("/registration", **GOOD)).text
    assert (await browser.sign_in("new_user", GOOD["password"])).status_code == 401

    await drain(context, database_url)
    waiting = await registered(context)
    assert (waiting.waits_for, waiting.role, waiting.wished_organisation) == ("approval", "", PLACES[0]["id"])
    changes = {"role": "CCM", "organisation": PLACES[0]["id"], "pilot": "p-1"}
    approved = await Embedded(context).change(waiting.id, changes)
    assert approved.waits_for == "email"
    assert (await browser.sign_in("new_user", GOOD["password"])).status_code == 401

    received, confirm = await letters(context, database_url)
    assert (received.to, received.subject) == (GOOD["email"], "Your request for an account")
    assert "Your account is open" in (await post(link_in(confirm))).text
    claims = await browser.http.get(f"{ACCOUNT}/confirm")
    assert claims.status_code == 200
    assert "code" in answer_of(await browser.sign_in("new_user", GOOD["password"]))
    assert (await post(link_in(confirm))).status_code == 410


async def test_the_privacy_notice_that_was_agreed_to_is_kept_with_the_moment(identity, http, post, clock):
    context, _ = identity
    assert PRIVACY_NOTICE in (await http.get(f"{ACCOUNT}/privacy")).text
    await post("/registration", **GOOD)
    async with context.db.connection() as c:
        kept = await c.fetchrow("SELECT consented_to, consented_at FROM account WHERE username = 'new_user'")
    assert tuple(kept) == (PRIVACY_NOTICE, clock.now())


@pytest.mark.parametrize("username", ["somebody_new", "test_clinician"])
async def test_asking_costs_one_hash_whether_or_not_the_name_is_taken(post, monkeypatch, username):
    hashes = []
    hashed = passwords.hashed

    async def counting(password):
        hashes.append(password)
        return await hashed(password)

    monkeypatch.setattr(passwords, "hashed", counting)
    answer = await post("/registration", **GOOD | {"username": username})
    assert ("We have sent you an e-mail." in answer.text, len(hashes)) == (True, 1)


async def test_whoever_is_refused_hears_of_it_and_is_forgotten(identity, post, database_url):
    context, _ = identity
    await post("/registration", **GOOD)
    await Embedded(context).delete((await registered(context)).id)
    told = [letter for letter in await letters(context, database_url) if "not approved" in letter.text]
    assert [letter.to for letter in told] == [GOOD["email"]]
    assert (await Embedded(context).people(Wanted("new_user"), 0, 10)).total == 0


async def test_a_link_that_was_lost_is_sent_again(identity, post, database_url):
    context, _ = identity
    await post("/registration", **GOOD)
    person = await registered(context)
    await Embedded(context).change(person.id, {"role": "Tech"})
    await Embedded(context).send_reset(person.id)
    earlier, again = [one for one in await letters(context, database_url) if "/confirm?" in one.text]
    assert (await post(link_in(earlier))).status_code == 410
    assert "Your account is open" in (await post(link_in(again))).text


async def test_looking_at_a_link_does_not_use_it(identity, post, http, database_url):
    context, _ = identity
    await post("/registration", **GOOD)
    person = await registered(context)
    await Embedded(context).change(person.id, {"role": "Tech"})
    link = link_in((await letters(context, database_url))[-1])
    for _ in range(3):
        assert (await http.get(link)).status_code == 200
    assert (await registered(context)).waits_for == "email"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("username", "a", "Three to 64 letters"),
        ("username", "../etc", "Three to 64 letters"),
        ("given_name", "", "Please tell us your name."),
        ("family_name", "x" * 101, "Please tell us your name."),
        ("family_name", "a\u202eb", "Please tell us your name."),
        ("email", "nobody", "not an e-mail address"),
        ("email", "a@b\nBcc: c@d.example", "not an e-mail address"),
        ("password", "short", "too easy to guess"),
        ("password", "new.user@demo.invalid", "too easy to guess"),
        ("organisation", "0190a000-0000-7000-8000-00000000000f", "Please choose your organisation."),
        ("organisation", "", "Please choose your organisation."),
        ("consent", "no", "Without this we cannot keep your request."),
        ("consent", "0 of an earlier year", "Without this we cannot keep your request."),
    ],
)
async def test_a_form_that_is_not_right_says_where_and_keeps_nothing(identity, post, field, value, told):
    context, _ = identity
    page = await post("/registration", **GOOD | {field: value})
    assert (page.status_code, told in page.text) == (400, True)
    assert GOOD["password"] not in page.text
    assert (await Embedded(context).people(Wanted("new_user"), 0, 10)).total == 0


async def test_a_form_that_is_not_right_begins_at_its_first_fault(post):
    page = await post("/registration", **GOOD | {"email": "nobody", "organisation": ""})
    focused = re.findall(r'<(?:input|select) id="(\w+)"[^>]*autofocus', page.text)
    assert focused == ["email"]


@pytest.mark.parametrize("extra", ["role", "pilot", "waits_for", "disabled", "participant", "id"])
async def test_nobody_gives_themselves_a_role_or_a_place(identity, post, extra):
    context, _ = identity
    await post("/registration", **GOOD, **{extra: "SysAdmin"})
    person = await registered(context)
    assert (person.role, person.organisation, person.pilot, person.waits_for) == ("", None, None, "approval")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "Your request for an account"),
        ({"username": "Test_Clinician"}, "Please choose another username"),
        ({"email": "CM-07@demo.invalid"}, "You already have an account"),
    ],
)
async def test_what_there_is_to_say_goes_to_the_address_alone(identity, post, database_url, changes, subject):
    context, _ = identity
    usual = await post("/registration", **GOOD | {"username": "somebody", "email": "somebody@demo.invalid"})
    page = await post("/registration", **GOOD | changes)
    assert (page.status_code, page.text) == (usual.status_code, usual.text)
    assert (await letters(context, database_url))[-1].subject == subject


async def test_an_address_cannot_have_letters_sent_without_end(post):
    answers = [await post("/forgotten", name="test_clinician") for _ in range(22)]
    assert [answer.status_code for answer in answers].count(200) == 20


async def test_a_forgotten_password_is_replaced_by_a_link_that_is_good_once(
    identity, post, browser, database_url
):
    context, _ = identity
    tokens = await browser.tokens()
    await post("/forgotten", name="cm-07@demo.invalid")
    link = link_in((await letters(context, database_url))[-1])
    assert "too easy to guess" in (await post(link, password="test_clinician1")).text
    page = await post(link, password="another lake with stars")
    assert "The password is set" in page.text
    assert (await post(link, password="another lake with stars")).status_code == 410
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    assert "code" in answer_of(await browser.sign_in(password="another lake with stars", prompt="login"))
    changed = (await letters(context, database_url))[-1]
    assert (changed.to, changed.subject) == ("cm-07@demo.invalid", "Your password was changed")
    async with context.db.connection() as c:
        await c.execute("DELETE FROM account")


async def test_a_link_is_good_for_an_hour_and_only_the_newest(identity, post, http, clock, database_url):
    context, _ = identity
    for _ in range(2):
        await post("/forgotten", name="test_clinician")
    first, second = [link_in(letter) for letter in await letters(context, database_url)]
    assert (await http.get(first)).status_code == 410
    assert (await http.get(second)).status_code == 200
    clock.advance(timedelta(hours=1, seconds=1))
    assert (await http.get(second)).status_code == 410


async def test_asking_for_a_link_says_nothing_of_accounts_and_writes_to_nobody(identity, post, database_url):
    context, _ = identity
    known = await post("/forgotten", name="test_clinician")
    unknown = await post("/forgotten", name="nobody")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert len(await letters(context, database_url)) == 1


async def test_whoever_may_not_sign_in_gets_no_link(identity, post, database_url):
    context, _ = identity
    await post("/registration", **GOOD)
    await letters(context, database_url)
    await post("/forgotten", name="new_user")
    assert len(await letters(context, database_url)) == 1


@pytest.mark.parametrize("path", ["/registration", "/forgotten", "/confirm?link=x"])
async def test_a_form_of_another_site_does_nothing(http, path, identity, database_url):
    context, _ = identity
    await http.get(f"{ACCOUNT}{path}")
    answer = await http.post(f"{ACCOUNT}{path}", data=GOOD | {"name": "test_clinician", "proof": "made up"})
    assert answer.status_code == 400
    assert await letters(context, database_url) == []


async def test_letters_can_be_read_by_nobody_who_reads_the_jobs(identity, post, database_url):
    context, _ = identity
    await post("/forgotten", name="test_clinician")
    link = link_in((await letters(context, database_url))[-1])
    connection = await asyncpg.connect(database_url)
    kept = await connection.fetchval("SELECT string_agg(args::text, '') FROM jobs.procrastinate_jobs")
    await connection.close()
    assert "cm-07" not in kept
    assert link.partition("link=")[2] not in kept


async def test_letters_are_in_the_language_of_the_page(identity, post, http, database_url):
    context, _ = identity
    http.headers["accept-language"] = "it"
    await post("/registration", **GOOD)
    assert (await letters(context, database_url))[-1].subject == "La sua richiesta di account"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqrst",
        "1234567890123456789012",
        "qwertyuiopasdfghjkl",
        "SmartBear2026!",
        "testclinician2026",
        "abababababababababab",
        "Passw0rd!1",
        "x" * 300,
    ],
)
def test_passwords_that_guessers_try_first_are_refused(password):
    assert not is_strong(password, ("testclinician", "Case manager"))


HARD = [PASSWORD, "seven stars over the lake", "kT9#vLq2!xWm", "γάλα ψωμί μέλι ελιά"]


@pytest.mark.parametrize("password", HARD)
def test_passwords_that_are_hard_to_guess_are_taken(password):
    assert is_strong(password, ("test_clinician",))


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_password_can_be_judged(password, own):
    is_strong(password, own)


@given(st.dictionaries(st.sampled_from([*GOOD, "role"]), st.text(max_size=40)))
def test_any_form_can_be_read(form):
    Registration.read(form, "en").problems([])


@given(st.emails())
def test_ordinary_addresses_are_addresses(address):
    local = address.partition("@")[0]
    if not set(local) & set('"(),:;<>\\') and ".." not in address:
        assert is_email(address)


async def test_only_fields_that_may_be_changed_can_be(identity):
    context, _ = identity
    with pytest.raises(AssertionError):
        async with context.db.transaction() as tx:
            await people.change(tx, "x", {"password_hash": "x"})
