"""Promises of the tables that no answer shows."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.actions.accept import draft_alone
from smartbear.cdr.model.access import everything
from smartbear.cdr.model.body import stored_form
from smartbear.cdr.model.change import Change
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import counts, partitions
from smartbear.cdr.store.packing import pack, unpack
from smartbear.cdr.store.tables import COLUMNS, INDEXES
from tests.cdr.conftest import observation, patient
from tests.conftest import eventually


@pytest.fixture
async def admin(database_url):
    """A connection that sees every table."""
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "cdr"})
    yield connection
    await connection.close()


async def rows_of(admin, resource):
    rid = await admin.fetchval("SELECT rid FROM resource WHERE id = $1", resource["id"])
    return {
        table: await admin.fetchval(f"SELECT count(*) FROM {table} WHERE rid = $1", rid) for table in INDEXES
    }


@given(st.binary(max_size=2000))
def test_what_is_packed_comes_back_whole(content):
    method, packed = pack(content)
    assert unpack(method, packed) == content


def test_a_body_like_most_takes_a_third_of_its_size():
    content = stored_form(
        observation("01a203b1-a84b-7f9d-af92-8a1789da2a06"), "01a203b1-a84b-7f9d-af92-8a1789da2a06"
    )
    assert len(pack(content)[1]) < len(content) / 3


async def test_a_resource_has_index_rows_of_its_current_version_only(fhir, admin):
    rich = {
        **observation(
            "p",
            identifier=[{"system": "urn:s", "value": "1", "type": {"coding": [{"code": "c"}]}}],
        ),
        "valueQuantity": {"value": 1, "unit": "kg"},
        "performer": [{"reference": "http://elsewhere.example/Practitioner/1"}],
        "meta": {"profile": ["http://a.example/p"], "source": "http://a.example/s"},
    }
    stored = await fhir.create(rich)
    before = await rows_of(admin, stored)
    assert (before["obs"], before["ix_ref"], before["ix_uri"]) == (1, 2, 2)
    for value in range(3):
        stored = await fhir.put({**stored, "valueQuantity": {"value": value, "unit": "kg"}})
    assert await rows_of(admin, stored) == before
    await fhir.send("DELETE", f"Observation/{stored['id']}")
    assert set((await rows_of(admin, stored)).values()) == {0}


TRAITS = """
    SELECT o.traits, o.rid, array_agg(k.code ORDER BY k.code) AS codes, array_agg(k.words) AS words
    FROM resource r JOIN obs o USING (rid) JOIN ix_token k ON k.rid = o.traits
    WHERE r.id = $1 GROUP BY 1, 2"""


async def test_status_and_category_are_kept_once_for_all_observations_that_agree(fhir, admin):
    kind = {"coding": [{"system": "urn:kinds", "code": "agreed", "display": "Agreed"}]}
    same = await asyncio.gather(*(fhir.create(observation(category=[kind])) for _ in range(4)))
    other = await fhir.create(observation(category=[kind], status="amended"))
    *alike, another = [await admin.fetchrow(TRAITS, one["id"]) for one in [*same, other]]
    assert {(row["traits"], *row["codes"]) for row in alike} == {(alike[0]["traits"], "agreed", "final")}
    assert another["traits"] != alike[0]["traits"] < 0
    await fhir.send("DELETE", f"Observation/{same[0]['id']}")
    assert await admin.fetchrow(TRAITS, same[1]["id"]) == alike[1]


async def test_a_category_in_words_of_its_own_goes_with_its_observation(fhir, admin):
    stored = await fhir.create(observation(category=[{"text": "Seldom said"}]))
    row = await admin.fetchrow(TRAITS, stored["id"])
    assert row["traits"] == row["rid"]
    assert "seldom said" in row["words"]
    await fhir.send("DELETE", f"Observation/{stored['id']}")
    assert await admin.fetchval("SELECT count(*) FROM ix_token WHERE words = 'seldom said'") == 0


async def test_bodies_are_kept_for_every_version_and_never_changed(fhir, admin):
    stored = await fhir.create(observation())
    await fhir.put({**stored, "status": "amended"})
    await fhir.send("DELETE", f"Observation/{stored['id']}")
    rows = await admin.fetch(
        "SELECT b.ver, b.content IS NULL FROM body b JOIN resource r USING (rid) WHERE r.id = $1 ORDER BY 1",
        stored["id"],
    )
    assert [tuple(row) for row in rows] == [(1, False), (2, False), (3, True)]


async def test_changes_are_in_the_order_of_their_transactions(fhir, admin):
    ids = [(await fhir.create(observation()))["id"] for _ in range(3)]

    async def are_told_in_order():  # once no older transaction of the whole server is open
        rows = await admin.fetch(
            "SELECT r.id FROM body b JOIN resource r USING (rid) WHERE r.id = ANY($1)"
            " AND b.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY b.xid, b.rid",
            ids,
        )
        return [row["id"] for row in rows] == ids

    await eventually(are_told_in_order)


async def test_every_column_that_is_written_exists_and_has_the_type_it_is_sent_as(admin):
    short = {"int4": "int", "int8": "bigint", "int2": "smallint"}
    for table, columns in COLUMNS.items():
        rows = await admin.fetch(
            "SELECT column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = 'cdr' AND table_name = $1",
            table,
        )
        found = {row["column_name"]: short.get(row["udt_name"], row["udt_name"]) for row in rows}
        assert {name: found[name] for name, _ in columns} == dict(columns), table


async def test_a_write_that_fails_does_not_take_its_group_down(service, fhir):
    """Sixteen creations and one whose row PostgreSQL refuses arrive at once and share a commit."""
    repository = service.app._repository
    draft = draft_alone(patient(), LocalId("Patient", "x\0y"), ())
    [rows] = await repository.rows_of([draft])
    refused = repository.writer.write([(Change(draft.target, draft, everything(), minted=True), rows)])
    good = [fhir.send("POST", "Patient", patient()) for _ in range(16)]
    *answers, error = await asyncio.gather(*good, refused, return_exceptions=True)
    assert [answer.status_code for answer in answers] == [201] * 16
    assert isinstance(error, asyncpg.CharacterNotInRepertoireError)


async def test_a_lost_connection_is_told_and_the_next_request_is_well(service, fhir, admin):
    stored = await fhir.create(observation())
    kill = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE application_name = 'smartbear cdr' AND datname = current_database()"""
    for method, path, body in (
        ("GET", f"Observation/{stored['id']}", None),
        ("POST", "Observation", observation()),
        ("POST", "", {"resourceType": "Bundle", "type": "transaction"}),
    ):
        await admin.execute(kill)
        answers = [await fhir.send(method, path, body) for _ in range(3)]
        assert {answer.status_code for answer in answers} <= {200, 201, 503}
        assert answers[-1].status_code in (200, 201)


async def test_a_group_of_writes_leaves_one_delta_a_type(fhir, admin):
    before = await admin.fetchval("SELECT count(*) FROM type_delta")
    entries = [
        {"resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
        for one in (patient(), patient(), observation())
    ]
    await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert await admin.fetchval("SELECT count(*) FROM type_delta") == before + 2


async def test_deltas_fold_into_one_row_and_keep_their_sum(service, fhir, admin):
    for _ in range(3):
        await fhir.create(patient())
    total = (await fhir.get("Patient?_summary=count"))["total"]
    async with service.context.db.connection() as connection, service.context.db.connection() as other:
        await asyncio.gather(counts.fold(connection), counts.fold(other))
    assert (await fhir.get("Patient?_summary=count"))["total"] == total
    rows = await admin.fetchval(
        "SELECT count(*) FROM type_delta JOIN term ON term_id = type_id WHERE name = 'Patient'"
    )
    assert rows == 1


async def test_partitions_are_made_ahead_once_and_never_over_rows(service, admin):
    day = datetime(2031, 11, 30, tzinfo=UTC)
    async with service.context.db.connection() as connection:
        await connection.execute(
            "INSERT INTO obs (rid, t0, traits, system, component, lead, once)"
            " VALUES (1, '2032-02-01', 1, 0, false, true, true)"
        )
        for _ in range(2):
            await partitions.ensure(connection, day)
        names = [
            row["relname"]
            for row in await admin.fetch(
                "SELECT relname FROM pg_class WHERE relname ~ '203[12]q.$' ORDER BY 1"
            )
        ]
    assert names == ["body_2031q4", "body_2032q1", "obs_2031q4"]


async def test_tables_are_analysed_when_they_have_grown(service, fhir, admin):
    repository = service.app._repository
    upkeep = repository.upkeep
    upkeep.written(upkeep._next_analysis)
    await upkeep.close()
    analysed = await admin.fetchval(
        "SELECT last_analyze FROM pg_stat_user_tables WHERE schemaname = 'cdr' AND relname = 'resource'"
    )
    assert analysed
    assert datetime.now(UTC) - analysed < timedelta(minutes=5)
