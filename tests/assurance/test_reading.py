"""Who reads what of the trail over HTTP, and what is left of it in the trail."""

import asyncio
import base64
import sys
import uuid
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import orjson
import pytest

from smartbear.assurance import verify_audit
from smartbear.assurance.actions import verifications
from smartbear.assurance.app import serve
from smartbear.contracts.audit import Agent, read
from smartbear.contracts.roles import PARTICIPANT, SERVICE, STAFF
from smartbear.contracts.scope import AccessScope
from smartbear.kit.audit import forget
from smartbear.kit.db import Database
from tests.assurance.conftest import CLINICIAN, ORGANISATION, PERSON, SUBJECTS, trail_of
from tests.conftest import NOW, client_of, test_key

AUDITOR = AccessScope(role="Auditor", account=str(uuid.UUID(int=55)), username="auditor", client="dashboard")
ONE = AccessScope(
    role=PARTICIPANT, account=str(uuid.UUID(int=1001)), participant="SB-0001", subject=SUBJECTS["SB-0001"]
)
MACHINE = Agent(role="system", client="holobalance", project="balance")


@asynccontextmanager
async def as_(trail, scope):
    context = trail.services.context
    async with serve(context) as app, client_of(app, context.clock, scope) as client:
        yield client


@pytest.fixture
async def auditor(trail):
    async with as_(trail, AUDITOR) as client:
        yield client


async def test_an_auditor_sees_who_did_what_and_of_the_persons_a_hash(own_trail):
    await own_trail.add(about=("SB-0001", "SB-0002"), entities=("ValueSet/x",), query=("code",))
    await own_trail.add(about=("SB-0002",), subtype="search-type", at=NOW + timedelta(minutes=1))
    await own_trail.signed()
    async with as_(own_trail, AUDITOR) as client:
        answer = await client.get("/api/audit/events")
    assert answer.status_code == httpx.codes.OK
    newest, oldest = answer.json()["items"]
    assert (oldest["position"], newest["position"]) == (0, 1)
    assert oldest["agent"] == {
        "role": "CCM",
        "username": "test_clinician",
        "account": CLINICIAN.account,
        "client": "",
        "service": "",
        "project": "",
        "organisations": [{"id": ORGANISATION, "name": "Clinic One"}],
    }
    assert (oldest["at"], oldest["action"], oldest["subtype"]) == ("2026-06-14T09:02:00+01:00", "R", "read")
    assert (oldest["outcome"], oldest["purpose"], oldest["entities"]) == ("0", "TREAT", ["ValueSet/x"])
    assert oldest["persons"][1]["person"] == newest["persons"][0]["person"]
    assert not any(SUBJECTS[who] in answer.text or who in answer.text for who in SUBJECTS)


async def test_an_auditor_who_names_a_participant_sees_that_one_alone_and_is_seen(own_trail):
    await own_trail.add(about=("SB-0001", "SB-0002"))
    await own_trail.add(about=("SB-0002",))
    await own_trail.signed()
    async with as_(own_trail, AUDITOR) as client:
        [item] = (await client.get("/api/audit/events?participant=SB-0001")).json()["items"]
        nobody = await client.get("/api/audit/events?participant=SB-0404")
        nothing = await client.get("/api/audit/events?participant=SB-0003")
    assert [person["participant"] for person in item["persons"]] == ["SB-0001", ""]
    assert item["persons"][0]["entities"] == ["Observation/1"]
    assert nobody.status_code == httpx.codes.NOT_FOUND
    assert nothing.json() == {"items": [], "next": None}
    async with as_(own_trail, ONE) as client:
        seen, clinician = (await client.get("/api/audit/own")).json()["items"]
    assert (seen["subtype"], seen["who"]["role"], seen["who"]["name"]) == (
        "audit-search",
        "Auditor",
        "auditor",
    )
    assert clinician["who"]["organisation"] == "Clinic One"


async def test_events_of_a_person_are_found_in_their_order_whether_they_are_in_the_tree_yet_or_not(own_trail):
    for batch in range(3):
        if batch:
            await own_trail.signed()
        for number in range(3):
            await own_trail.add(about=("SB-0002", "SB-0001"), subtype=f"read-{batch}-{number}")
            await own_trail.add(about=("SB-0002",))
    query, found = {"participant": "SB-0001", "role": "CCM", "limit": "4"}, []
    async with as_(own_trail, AUDITOR) as client:
        while query.get("after", "") is not None:
            page = (await client.get("/api/audit/events", params=query)).json()
            found += [(item["subtype"], item["position"]) for item in page["items"]]
            query["after"] = page["next"]
    assert found == [
        (f"read-{batch}-{number}", None if batch == 2 else 6 * batch + 2 * number)
        for batch in (2, 1, 0)
        for number in (2, 1, 0)
    ]


async def test_a_participant_sees_staff_by_name_machines_by_client_and_the_own_doings_as_such(own_trail):
    await own_trail.add(about=("SB-0001",))
    await own_trail.add(about=("SB-0001",), agent=MACHINE, purpose="HRESCH")
    await own_trail.add(about=("SB-0001",), agent=PERSON, purpose="PATRQT")
    await own_trail.add(about=("SB-0002",))
    async with as_(own_trail, ONE) as client:
        answer = (await client.get("/api/audit/own?limit=2")).json()
        rest = (await client.get("/api/audit/own", params={"after": answer["next"]})).json()
    who = [item["who"] for item in [*answer["items"], *rest["items"]]]
    assert [(each["role"], each["name"], each["client"], each["is_you"]) for each in who] == [
        ("Participant", "", "", True),
        ("system", "", "holobalance", False),
        ("CCM", "test_clinician", "", False),
    ]
    assert rest["items"][0]["what"] == [{"kind": "readings", "entities": ["Observation/1"]}]
    assert rest["next"] is None


async def test_a_participant_tells_the_own_doings_from_others_and_from_the_platforms(own_trail):
    await own_trail.add(2, agent=Agent(role=SERVICE, service="cdr"), action="C", subtype="create")
    await own_trail.add()
    await own_trail.add(3, agent=PERSON)
    await own_trail.add(agent=MACHINE)
    async with as_(own_trail, ONE) as client:
        pages = {
            by: (await client.get("/api/audit/own", params={"by": by})).json()["items"]
            for by in ("others", "you", "platform")
        }
        few = {"by": "others", "limit": 1}
        first = (await client.get("/api/audit/own", params=few)).json()
        second = (await client.get("/api/audit/own", params={**few, "after": first["next"]})).json()
        assert (await client.get("/api/audit/own?by=me")).status_code == 422
    roles = {by: {item["who"]["role"] for item in items} for by, items in pages.items()}
    assert roles == {"others": {"CCM", "system"}, "you": {PARTICIPANT}, "platform": {SERVICE}}
    assert [*first["items"], *second["items"]] == pages["others"]
    assert second["next"] is None


async def test_what_is_sealed_about_a_person_who_is_erased_is_gone_and_the_proof_stays(own_trail):
    await own_trail.add(about=("SB-0001",))
    await own_trail.signed()
    async with Database.open(own_trail.url, "users") as users, users.connection() as connection:
        await forget(connection, test_key("audit"), [SUBJECTS["SB-0001"]])
    async with as_(own_trail, AUDITOR) as client:
        assert (await client.get("/api/audit/events?participant=SB-0001")).json()["items"] == []
        everything = (await client.get("/api/audit/events")).json()["items"]
        await run_verification(own_trail, client)
        assert (await client.get("/api/audit/verification")).json()["report"]["intact"]
    assert "Observation/1" not in str(everything)


async def run_verification(trail, client):
    asked = await client.post("/api/audit/verification")
    assert asked.status_code == httpx.codes.ACCEPTED
    assert asked.json()["report"] is None
    assert (await client.post("/api/audit/verification")).json()["id"] == asked.json()["id"]
    await verifications.run(trail.services, asked.json()["id"])
    return asked.json()["id"]


async def test_a_verification_that_an_auditor_asks_for_says_what_is_wrong(own_trail):
    await own_trail.add(3)
    await own_trail.signed()
    await own_trail.owner.execute("DELETE FROM audit.event WHERE id = (SELECT min(id) FROM audit.event)")
    async with as_(own_trail, AUDITOR) as client:
        assert (await client.get("/api/audit/verification")).json() is None
        asked = await run_verification(own_trail, client)
        answer = (await client.get(f"/api/audit/verification/{asked}")).json()
        again = await client.post("/api/audit/verification")
    assert (answer["done"], answer["total"], answer["asked_by"]) == (3, 3, "auditor")
    assert not answer["report"]["intact"]
    assert [(each["kind"], each["position"]) for each in answer["report"]["findings"]] == [("missing", 0)]
    assert again.json()["id"] != asked


async def test_a_verification_whose_worker_was_killed_is_not_waited_for_for_ever(own_trail):
    async with as_(own_trail, AUDITOR) as client:
        lost = (await client.post("/api/audit/verification")).json()["id"]
        own_trail.services.context.clock.advance(timedelta(minutes=11))
        assert (await client.post("/api/audit/verification")).json()["id"] != lost


async def test_checkpoints_say_who_has_seen_them(own_trail):
    await own_trail.add(2)
    await own_trail.signed()
    async with as_(own_trail, AUDITOR) as client:
        answer = (await client.get("/api/audit/checkpoints?limit=1")).json()
    assert (answer["size"], answer["waiting"], answer["origin"]) == (2, 0, "smartbear-audit")
    assert answer["items"][0]["witnesses"] == ["files"]
    assert [(each["name"], each["state"], each["size"]) for each in answer["witnesses"]] == [
        ("files", "current", 2)
    ]
    assert answer["key"] == str(own_trail.services.signers.log.verifier)


PATHS = ("events", "events.ndjson", "checkpoints", "verification", "own", "verifier.py")
OTHERS = [AccessScope(role=role, account=str(uuid.UUID(int=3))) for role in (*STAFF, PARTICIPANT, "system")]


@pytest.mark.parametrize("scope", OTHERS, ids=lambda scope: scope.role)
async def test_nobody_but_an_auditor_reads_the_trail(trail, scope):
    async with as_(trail, scope) as client:
        answers = {path: (await client.get(f"/api/audit/{path}")).status_code for path in PATHS}
        posted = await client.post("/api/audit/verification")
    if scope.role == "Auditor":
        assert answers.pop("own") == httpx.codes.FORBIDDEN
        assert httpx.codes.FORBIDDEN not in answers.values()
    else:
        assert set(answers.values()) == {httpx.codes.FORBIDDEN}
        assert posted.status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("from=yesterday", "from"),
        ("from=2026-06-14T09:02:00", "from"),
        ("from=2026-06-14T09:02:00Z&until=2026-06-14T09:02:00Z", "until"),
        ("action=X", "action"),
        ("outcome=9", "outcome"),
        ("participant=1", "participant"),
        ("actor=", "actor"),
        ("role=%00", "role"),
        ("after=AAAA", "after"),
        ("after=%F0%9F%90%BB", "after"),
        (f"after={'A' * 300}", "after"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_with_the_name_of_the_field(auditor, query, place):
    answer = await auditor.get(f"/api/audit/events?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["path"] == place


async def test_a_cursor_is_good_for_its_reader_alone(own_trail):
    await own_trail.add(3)
    async with as_(own_trail, AUDITOR) as client, as_(own_trail, ONE) as person:
        cursor = (await client.get("/api/audit/events?limit=1")).json()["next"]
        assert (await person.get("/api/audit/own", params={"after": cursor})).status_code == 400


@pytest.mark.parametrize(
    ("query", "subtypes"),
    [
        ("actor=test_clinician", {"read"}),
        (f"actor={CLINICIAN.account}&action=R", {"read"}),
        ("actor=holobalance", {"search-type"}),
        ("role=system&outcome=0", {"search-type"}),
        ("source=measurements", {"create"}),
        ("action=C", {"create"}),
        ("outcome=4&subtype=create", {"create"}),
        ("actor=somebody", set()),
    ],
)
async def test_filters_let_through_what_says_so(filtered, query, subtypes):
    answer = await filtered.get(f"/api/audit/events?{query}&limit=200")
    assert {item["subtype"] for item in answer.json()["items"]} - {"audit-search"} == subtypes


@pytest.fixture(scope="module")
async def filtered(postgres_url, tmp_path_factory):
    async with trail_of(postgres_url, tmp_path_factory) as trail:
        await trail.add(2)
        await trail.add(2, agent=MACHINE, subtype="search-type")
        await trail.add(1, agent=PERSON, action="C", subtype="create", source="measurements", status=422)
        async with as_(trail, AUDITOR) as client:
            yield client


async def test_reading_the_trail_is_in_the_trail(own_trail):
    async with as_(own_trail, AUDITOR) as client:
        await client.get("/api/audit/events")
        await client.get("/api/audit/checkpoints")
    async with as_(own_trail, OTHERS[1]) as client:
        await client.get("/api/audit/events")
    rows = await own_trail.owner.fetch("SELECT record FROM audit.event ORDER BY xid, id")
    told = [
        (event.subtype, event.agent.role, event.status) for event in (read(row["record"]) for row in rows)
    ]
    assert [each for each in told if each[1] in ("Auditor", "Caregiver")] == [
        ("audit-search", "Auditor", 200),
        ("audit-checkpoints", "Auditor", 200),
        ("read", "Caregiver", 403),
    ]


@pytest.fixture
async def exported(own_trail, tmp_path):
    """An export of a trail, the log's key, and the folder of its witness."""
    await own_trail.add(2)
    await own_trail.add(3, about=("SB-0002",))
    await own_trail.signed()
    async with as_(own_trail, AUDITOR) as client:
        answer = await client.get("/api/audit/events.ndjson")
    path = tmp_path / "audit.ndjson"
    path.write_bytes(answer.content)
    return path, str(own_trail.services.signers.log.verifier), own_trail.services.files._folder


async def test_an_export_is_checked_with_the_one_file_an_auditor_is_given(exported, own_trail, tmp_path):
    path, key, witness = exported
    async with as_(own_trail, AUDITOR) as client:
        program = tmp_path / "checker" / "verify_audit.py"
        program.parent.mkdir()
        program.write_text((await client.get("/api/audit/verifier.py")).text, encoding="utf-8")
    assert len(program.read_text(encoding="utf-8").splitlines()) < 200
    command = [sys.executable, "-I", str(program), str(path), "--key", key, "--witness", str(witness)]
    assert await run(command) == (0, b"5 events are in the log of 5 events that was signed")
    path.write_bytes(path.read_bytes().replace(b"test_clinician", b"test_clinicien", 1))
    assert (await run(command))[0] == 1


async def run(command):
    """Exit status, and what is printed before the first comma."""
    program = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await program.communicate()
    return program.returncode, printed.partition(b",")[0]


def changed(lines, change):
    """What somebody might do to the lines of an export."""
    event = orjson.loads(lines[2])
    if change == "record":
        event["record"] = event["record"].replace("CCM", "Tech")
    if change == "position":
        event["position"] += 1
    if change == "marks":
        event["marks"] = []
    if change == "time":
        event["time"] += 1
    if change == "eternity":
        event["time"] = 1 << 63
    if change == "proof":
        event["proof"] = event["proof"][::-1]
    if change == "odd":
        event["marks"] = [["\ud800".encode("utf-8", "replace").decode()]]
    if change in ("record", "position", "marks", "time", "eternity", "proof", "odd"):
        return [*lines[:2], orjson.dumps(event) + b"\n", *lines[3:]]
    return {
        "removed": [*lines[:2], *lines[3:]],
        "doubled": [*lines[:3], *lines[2:]],
        "reordered": [lines[0], lines[2], lines[1], *lines[3:]],
        "unended": lines[:-1],
        "more": [*lines, lines[1]],
        "headless": lines[1:],
        "not_json": [b"\xff\n", *lines[1:]],
        "deep": [b"[" * 100_000 + b"\n"],
        "list": [b"[]\n"],
        "empty": [],
        "resigned": [lines[0].replace(b"smartbear-audit\\n", b"smartbear-audit\\n1"), *lines[1:]],
    }[change]


CHANGES = (
    *(
        "record",
        "position",
        "marks",
        "time",
        "eternity",
        "proof",
        "odd",
        "removed",
        "doubled",
        "reordered",
        "unended",
        "more",
    ),
    *("headless", "not_json", "deep", "list", "empty", "resigned"),
)


async def test_every_change_to_an_export_is_found(exported, tmp_path):
    path, key, witness = exported
    lines = path.read_bytes().splitlines(keepends=True)
    assert verify_audit.check(path, key, witness).startswith("5 events")
    for change in CHANGES:
        spoiled = tmp_path / f"{change}.ndjson"
        spoiled.write_bytes(b"".join(changed(lines, change)))
        with pytest.raises(verify_audit.Fault):
            verify_audit.check(spoiled, key, witness)


async def test_an_export_of_a_log_that_the_witness_has_not_seen_is_not_believed(exported, tmp_path):
    path, key, witness = exported
    [file] = witness.rglob("*.jsonl")
    note = orjson.loads(file.read_bytes())
    file.write_bytes(orjson.dumps(note.replace("\n5\n", "\n6\n")) + b"\n")
    with pytest.raises(verify_audit.Fault, match="has not seen"):
        verify_audit.check(path, key, witness)
    with pytest.raises(verify_audit.Fault, match="key"):
        verify_audit.check(path, key[:-8] + base64.b64encode(b"other!").decode())
