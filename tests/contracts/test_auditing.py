"""A component behind ``Audited``: what it answers and changes is in the trail, or is not."""

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from smartbear.contracts import audit, trail
from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.scope import ANONYMOUS, PARTICIPANT, SERVICE, AccessScope
from smartbear.contracts.trail import TRAIL
from smartbear.kit.db import BEFORE_COMMIT
from tests.conftest import client_of

NURSE = AccessScope(role="CCM", account="a-1")
TAKE = "REVOKE INSERT (record, about) ON audit.event FROM smartbear_users"
GIVE = "GRANT INSERT (record, about) ON audit.event TO smartbear_users"


@pytest.fixture
async def owner(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DROP TABLE IF EXISTS users.mark; CREATE TABLE users.mark (n int)")
    await connection.execute("GRANT ALL ON users.mark TO smartbear_users; DELETE FROM audit.event")
    yield connection
    await connection.close()


@pytest.fixture
async def app(make_context, owner):
    async with make_context("users") as context:

        async def look(_request):
            trail.saw("Thing/1", "s-1")
            return PlainTextResponse("seen")

        async def change(_request):
            async with context.db.transaction() as tx:
                await tx.execute("INSERT INTO mark VALUES (1)")
                trail.about("s-1")
            return PlainTextResponse("changed")

        async def refuse(request):
            trail.sought(request.query_params["person"])
            return PlainTextResponse("not here", 404)

        async def fail(_request):
            async with context.db.transaction() as tx:
                await tx.execute("INSERT INTO mark VALUES (1)")
                raise ZeroDivisionError

        async def long(_request):
            async def pieces():
                yield b"long"

            return StreamingResponse(pieces())

        handlers = {
            "/things/{thing}": look,
            "/change": change,
            "/refuse": refuse,
            "/fail": fail,
            "/long": long,
        }
        routes = [Route(path, does, methods=["GET", "POST"]) for path, does in handlers.items()]
        yield Audited(Starlette(routes=routes), Auditor(context))


@pytest.fixture
def ask(app, clock):
    async def asked(method, path, scope=NURSE):
        async with client_of(app, clock, scope) as client:
            return await client.request(method, path)

    return asked


async def events(owner):
    rows = await owner.fetch("SELECT record FROM audit.event ORDER BY id")
    return [audit.read(row["record"]) for row in rows]


async def test_an_answer_has_an_event_that_names_no_more_than_its_status(ask, owner):
    assert (await ask("GET", "/things/secret")).text == "seen"
    assert (await ask("GET", "/nowhere")).status_code == 404
    seen, lost = await events(owner)
    assert (seen.agent.account, seen.status, len(seen.sealed)) == ("a-1", 200, 1)
    assert lost.status == 404
    assert "secret" not in seen.address


async def test_who_is_asked_for_in_vain_is_in_the_event_if_the_trail_knows_such_a_person(ask, owner):
    await ask("GET", "/things/1")
    people = await owner.fetchval("SELECT count(*) FROM audit.subject_key")
    answers = [await ask("GET", f"/refuse?person={person}") for person in ("s-1", "nobody")]
    assert [answer.text for answer in answers] == ["not here"] * 2
    _, known, unknown = await events(owner)
    assert (known.status, len(known.sealed)) == (404, 1)
    assert (unknown.status, unknown.sealed) == (404, ())
    assert await owner.fetchval("SELECT count(*) FROM audit.subject_key") == people


async def test_who_is_asked_for_in_vain_and_seen_after_all_is_there_once(ask, owner):
    own = AccessScope(role=PARTICIPANT, account="a-2", participant="SB-0002", subject="s-2")
    await ask("GET", "/refuse?person=s-2", own)
    [event] = await events(owner)
    assert len(event.sealed) == 1


async def test_a_change_and_its_event_are_one_transaction_and_the_only_event(ask, owner):
    await ask("POST", "/change")
    [event] = await events(owner)
    assert (event.action, len(event.sealed)) == ("C", 1)
    changed = await owner.fetchval("SELECT xmin::text FROM users.mark")
    assert await owner.fetchval("SELECT xid::text FROM audit.event") == changed


async def test_a_change_that_fails_leaves_no_change_and_an_event_of_the_failure(ask, owner):
    assert (await ask("POST", "/fail")).status_code == 500
    assert await owner.fetchval("SELECT count(*) FROM users.mark") == 0
    assert [event.outcome for event in await events(owner)] == ["8"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/things/1"), ("POST", "/change"), ("GET", "/long")])
async def test_without_the_trail_there_is_no_answer_and_no_change(ask, owner, method, path):
    await owner.execute(TAKE)
    try:
        answer = await ask(method, path)
    finally:
        await owner.execute(GIVE)
    assert answer.status_code == 503
    assert answer.text not in ("seen", "changed", "long")
    assert await owner.fetchval("SELECT count(*) FROM users.mark") == 0


@pytest.mark.parametrize(
    "scope",
    [
        AccessScope(role=SERVICE, service="mobile"),
        AccessScope(role=ANONYMOUS),
        AccessScope(role="CCM", account="a-1", service="mobile"),
    ],
)
async def test_who_asks_for_others_or_is_nobody_leaves_no_event(ask, owner, scope):
    await ask("GET", "/things/1", scope)
    assert await events(owner) == []


async def test_what_a_component_changes_is_recorded_in_its_name(ask, owner):
    await ask("POST", "/change", AccessScope(role=SERVICE, service="mobile"))
    assert [event.agent.service for event in await events(owner)] == ["mobile"]


async def test_after_a_request_nothing_of_it_is_left_behind(ask):
    await ask("POST", "/change")
    assert TRAIL.get() is None
    assert BEFORE_COMMIT.get() is None
