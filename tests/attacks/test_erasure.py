"""Erasing somebody: afterwards nothing anywhere tells of the person, and the trail is as intact as before."""

import base64
import re

import asyncpg
import pytest
import zstandard

from smartbear.assurance.actions import verifying
from smartbear.assurance.actions.services import Services
from smartbear.cdr.store.packing import unpack
from smartbear.contracts import audit
from smartbear.identity.actions import NewAccount, create_account
from smartbear.identity.actions.sign_in import find_session
from tests.attacks.records import records
from tests.cdr.two_worlds import PULSE, content, ill, seen
from tests.conftest import eventually
from tests.identity.conftest import PASSWORD
from tests.whole import whole

ERASURES = "/api/erasures"
_AT, _HIGH = "2026-06-14T08:00:00+01:00", {"8480-6": 182, "8462-4": 104}
WORDS = (
    *("CANARY-south@example.org", "outside-south@example.org", "+000 555 7777", "CANARY-carer-south"),
    *("CANARY-note-south", "CANARY-illness-south", "CANARY-former-south", "CANARY-gone-south"),
    *("CANARY-scan-south", "person_south"),
)
"""What identifies the person in the south, or is said of that person alone."""
_TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""


async def plain(connection, table):
    """A table's rows as text, bytes as hex, and what is packed in them as well."""
    rows = await connection.fetch(f"SELECT t::text AS row, to_jsonb(t) AS fields FROM {table} AS t")
    for row in rows:
        yield row["row"]
    columns = await connection.fetch(
        """SELECT attname FROM pg_attribute
           WHERE attrelid = $1::text::regclass AND atttypid = 'bytea'::regtype""",
        table,
    )
    for (column,) in columns:
        method = "method" if table.startswith("cdr.body") else "0 AS method"
        for row in await connection.fetch(f"SELECT {method}, {column} AS packed FROM {table}"):
            yield _unpacked(row["method"], row["packed"] or b"")


def _unpacked(method, packed):
    """Whatever way it is packed in; what is sealed stays so."""
    for read in (lambda: unpack(method, packed), lambda: zstandard.decompress(packed), lambda: packed):
        try:
            return read().decode(errors="replace")
        except (zstandard.ZstdError, AssertionError):
            continue
    return ""


async def found(url, words):
    """Which words are in which tables: plain, in hex or in base64."""
    forms = {word: _forms(word) for word in words}
    connection = await asyncpg.connect(url)
    hits = {}
    for (table,) in await connection.fetch(_TABLES):
        async for text in plain(connection, table):
            lower = text.lower()
            for word, some in forms.items():
                if any(form in lower for form in some):
                    hits.setdefault(word, set()).add(table)
    await connection.close()
    return hits


def _forms(word):
    raw = word.encode()
    coded = {
        base64.b64encode(b" " * shift + raw)[4 * bool(shift) : -4].decode().lower() for shift in (0, 1, 2)
    }
    return {word.lower(), raw.hex(), *coded}


def attached(name, subject, binary):
    about = {"resourceType": "DocumentReference", "id": name, "status": "current"}
    where = {"contentType": "text/plain", "url": f"Binary/{binary}"}
    return about | {"subject": {"reference": f"Patient/{subject}"}, "content": [{"attachment": where}]}


def coded(text):
    return base64.b64encode(text.encode()).decode()


def group(*subjects):
    members = [{"entity": {"reference": f"Patient/{subject}"}} for subject in subjects]
    return {"resourceType": "Group", "id": "both", "type": "person", "actual": True, "member": members}


async def fill(platform):
    """Data of both in every component, and all that is odd about the south."""
    (_, north), (person, south) = platform.person["north"], platform.person["south"]
    carers = [{"name": "CANARY-carer-south", "relation": "daughter", "phone": ""}]
    change = {"phone": "+000 555 7777", "carers": carers}
    assert (await platform.ask("ccm_south", "PATCH", f"/api/participants/{person}", change)).is_success
    device = {"label": "BP-south", "category": "blood_pressure"}
    assert (await platform.ask("ccm_south", "POST", f"/api/participants/{person}/devices", device)).is_success
    for place, subject in (("north", north), ("south", south)):
        await platform.store(*records(place, subject))
        await _measure(platform, place)
    await platform.store(
        seen("moved", south, PULSE, 60, 1, note=[{"text": "CANARY-former-south"}]),
        seen("moved", north, PULSE, 61, 1),
        ill("gone", south, "CANARY-gone-south"),
        content("scan-of-list", "List/south-list", coded("CANARY-scan-south")),
        {
            "resourceType": "Binary",
            "id": "scan",
            "contentType": "text/plain",
            "data": coded("CANARY-scan-south"),
        },
        attached("letter", south, "scan"),
        group(north, south),
    )
    assert (await platform.fhir("system", "DELETE", "Condition/gone")).is_success
    assert await platform.ask(
        "person_south", "POST", "/api/messages", {"text": "CANARY"}, idempotency_key="1"
    )
    begun = await platform.fhir("system", "GET", "$export", prefer="respond-async")
    assert begun.status_code == 202
    await platform.work()
    assert (await platform.fhir("ccm_south", "GET", f"Observation?subject=Patient/{south}")).is_success


async def _measure(platform, place):
    parts = [{"code": code, "value": value, "unit": "mm[Hg]"} for code, value in _HIGH.items()]
    pressure = {"code": "85354-9", "components": parts, "measured_at": _AT, "entry": "manual"}
    body = {"device_id": None, "readings": [pressure]}
    answer = await platform.ask(f"person_{place}", "POST", "/api/measurements", body, idempotency_key=place)
    assert answer.is_success, answer.text


async def counts(platform):
    """How many resources of each type there are, by counting and by the totals that are kept."""
    connection = await asyncpg.connect(platform.url)
    rows = await connection.fetch(
        """SELECT t.name, (SELECT count(*) FROM cdr.resource r
                           WHERE r.type_id = t.term_id AND NOT r.deleted) AS n,
                  (SELECT coalesce(sum(delta), 0) FROM cdr.type_delta d WHERE d.type_id = t.term_id) AS kept
           FROM cdr.term t WHERE t.kind = 'type'"""
    )
    await connection.close()
    return {row["name"]: (row["n"], row["kept"]) for row in rows}


@pytest.fixture(scope="module")
async def platform(postgres_url):
    async with whole(postgres_url) as running:
        new = NewAccount(username="second", role="SysAdmin", name="second")
        await create_account(running.running.contexts["identity"], new, PASSWORD)
        await fill(running)
        yield running


@pytest.fixture(scope="module")
async def asked(platform):
    """Asked for by one administrator; nothing is gone yet."""
    form = {"participant": platform.person["south"][0], "ground": "consent_withdrawn"}
    answer = await platform.ask("sysadmin", "POST", ERASURES, form)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
async def erased(platform, asked):
    """Agreed to by another, and done."""
    before = await found(platform.url, WORDS)
    assert {*before} == {*WORDS}
    tables = set().union(*before.values())
    schemas = {table.partition(".")[0] for table in tables}
    assert (
        {"users", "identity", "cdr", "measurements", "notifications"}
        >= schemas
        >= {"users", "identity", "cdr"}
    )
    answer = await platform.ask("second", "POST", f"{ERASURES}/{asked['id']}/agreement")
    assert (answer.status_code, answer.json()["state"]) == (200, "under_way")
    await platform.work()
    return (await platform.ask("sysadmin", "GET", f"{ERASURES}/{asked['id']}")).json()


async def test_nobody_erases_alone(platform, asked):
    assert asked["state"] == "asked"
    alone = await platform.ask("sysadmin", "POST", f"{ERASURES}/{asked['id']}/agreement")
    assert alone.status_code == 409
    again = {"participant": asked["participant"], "ground": "objection"}
    assert (await platform.ask("second", "POST", ERASURES, again)).status_code == 409
    assert (
        await platform.ask("second", "POST", ERASURES, again | {"participant": "SB-9999"})
    ).status_code == 404
    assert (await platform.ask("person_south", "GET", "/api/inbox")).is_success


async def test_it_is_told_what_was_removed_where(erased):
    assert erased["state"] == "done"
    assert erased["ended_at"]
    gone = erased["removed"]
    assert {*gone} >= {"identity", "measurements", "decisions", "notifications", "cdr"}
    assert gone["identity"] == 1
    assert erased["left"] == 1  # the group of both
    assert erased["asked_by"].startswith("SysAdmin")
    assert erased["agreed_by"] not in (None, erased["asked_by"])


async def test_no_table_tells_of_the_person_any_more(platform, erased):
    assert await found(platform.url, WORDS) == {}


async def test_the_names_of_the_person_lead_nowhere(platform, erased):
    participant, subject = platform.person["south"]
    hits = await found(platform.url, [participant, subject])
    assert hits[participant] == {"users.erasure"}
    assert {re.sub("_.*", "", table) for table in hits[subject]} == {
        "cdr.resource",
        "cdr.body",
    }  # the group's


async def test_nobody_comes_in_as_the_person(platform, erased):
    platform.forget("person_south")
    with pytest.raises(AssertionError):
        await platform.browser("person_south")
    contexts = platform.running.contexts
    assert await find_session(contexts["identity"], "any") is None
    assert (
        await platform.ask("ccm_south", "GET", f"/api/participants/{erased['participant']}")
    ).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "Patient/{}",
        "Observation/south-pulse",
        "Condition/gone/_history/1",
        "Binary/scan",
        "Binary/scan-of-list",
        "Observation/moved/_history/1",
    ],
)
async def test_not_even_who_sees_everything_finds_a_version(platform, erased, address):
    answer = await platform.fhir("system", "GET", address.format(platform.person["south"][1]))
    assert answer.status_code in (404, 410)
    assert "canary" not in answer.text.lower()


async def test_others_have_lost_nothing(platform, erased):
    assert (await platform.fhir("system", "GET", "Observation/moved")).json()["valueQuantity"]["value"] == 61
    for name in ("Observation/north-pulse", "Condition/north-ill", "Binary/north-file", "Group/both"):
        assert (await platform.fhir("system", "GET", name)).is_success, name
    assert (await platform.ask("person_north", "GET", "/api/inbox")).is_success
    assert all(n == kept for n, kept in (await counts(platform)).values())


async def quietly(_done, _total):
    """Nobody watches how far it is."""


async def test_the_trail_is_intact_and_says_that_it_happened(platform, erased):
    owner = await asyncpg.connect(platform.url)
    last = await owner.fetchval("SELECT max(id) FROM audit.event")

    async def is_signed():
        return await owner.fetchval(
            "SELECT EXISTS (SELECT FROM assurance.checkpoint WHERE $1 = ANY(ids))", last
        )

    async with platform.running.upkeep():
        await eventually(is_signed, within=60)
    records = [
        audit.read(row["record"])
        for row in await owner.fetch("SELECT record FROM audit.event ORDER BY xid, id")
    ]
    await owner.close()
    told = [
        (event.subtype, event.agent.role) for event in records if f"Erasure/{erased['id']}" in event.entities
    ]
    assert told == [("erasure-asked", "SysAdmin"), ("erasure-agreed", "SysAdmin"), ("erasure", "SysAdmin")]
    services = Services.of(platform.running.contexts["assurance"])
    report = await verifying.verify_all(services, quietly)
    await services.close()
    assert report.intact, report.counts
    assert report.events > 50


async def test_what_was_sealed_about_the_person_can_be_opened_by_nobody(platform, erased):
    answer = await platform.ask("auditor", "GET", f"/api/audit/events?participant={erased['participant']}")
    assert answer.status_code == 404


async def test_it_does_nothing_when_it_is_done(platform, erased):
    again = await platform.ask("second", "POST", f"{ERASURES}/{erased['id']}/agreement")
    assert again.status_code == 409
    [listed] = (await platform.ask("sysadmin", "GET", ERASURES)).json()["items"]
    assert listed == erased
