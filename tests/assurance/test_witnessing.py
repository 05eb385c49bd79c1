"""Installations that watch one another: over a real socket, whatever they answer."""

from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from smartbear.assurance.actions import verifying, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.app import serve
from smartbear.assurance.jobs import upkeep
from smartbear.assurance.model.witnessing import body_of
from smartbear.assurance.settings import AssuranceSettings
from smartbear.assurance.store import log
from smartbear.contracts.scope import HEADER, AccessScope, ScopeMiddleware, sign
from smartbear.kit import serving
from smartbear.kit.errors import BadInput
from smartbear.kit.settings import PlatformSettings
from tests.assurance.conftest import quiet
from tests.conftest import eventually, test_key


@asynccontextmanager
async def at_socket(app):
    """The address at which an application is served."""
    listener = serving.listen("127.0.0.1", 0)
    async with serving.serving(app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def as_anybody(app, clock):
    """What the gateway makes of a request without a token."""
    guarded = ScopeMiddleware(app, test_key("scope"), clock)
    signed = sign(AccessScope(role="anonymous"), test_key("scope"), clock.now()).encode()

    async def door(scope, receive, send):
        headers = [*scope.get("headers", ()), (HEADER.encode(), signed)]
        await guarded({**scope, "headers": headers}, receive, send)

    return door


@pytest.fixture
async def pair(own_trail, tmp_path, monkeypatch):
    """A trail, another installation that watches its log, and the address of that one."""
    key = own_trail.services.signers.log.verifier
    settings = PlatformSettings(home=tmp_path, environment="test", secret_key="o" * 32)
    monkeypatch.setenv("SMARTBEAR_ASSURANCE_WITNESSED", f'["{key}"]')
    monkeypatch.setenv("SMARTBEAR_ASSURANCE_ORIGIN", "other.example/audit")
    context = replace(own_trail.services.context, settings=settings)  # what it keeps is in a table of its own
    async with serve(context) as app, at_socket(as_anybody(app, context.clock)) as address:
        yield own_trail, Services.of(context), f"{address}/api/audit/witness"


async def test_a_witness_signs_a_log_as_it_grows_and_the_verification_believes_it(pair):
    trail, other, address = pair
    key = other.signers.witness.verifier
    for _ in range(3):
        await trail.add(5)
        await trail.signed()
        assert await witnessing.ask(trail.services, address, key) == "current"
    assert await witnessing.ask(trail.services, address, key) is None
    await trail.owner.execute("DELETE FROM assurance.witness WHERE name = $1", address)
    await trail.add(1)
    await trail.signed()
    assert await witnessing.ask(trail.services, address, key) == "current"  # told which size is known
    signed = await trail.owner.fetchval(
        "SELECT count(*) FROM assurance.cosignature WHERE witness = $1", key.name
    )
    assert signed == 4
    trail.services.files._folder.rename(trail.services.files._folder.with_name("lost"))
    settings = AssuranceSettings(origin="smartbear-audit", witnesses={address: str(key)})
    report = await verifying.verify_all(Services.of(trail.services.context, settings), quiet)
    assert (report.intact, report.witnessed) == (True, 4)
    events = await trail.owner.fetchval("SELECT count(*) FROM audit.event")
    assert events == 16, "a signature leaves no event: two that watch each other come to rest"


async def test_a_witness_does_not_sign_a_log_that_was_changed(pair):
    trail, other, address = pair
    await trail.add(3)
    await trail.signed()
    assert await witnessing.ask(trail.services, address, other.signers.witness.verifier) == "current"
    await trail.owner.execute(
        "UPDATE audit.event SET record = record || ' ';"
        "TRUNCATE assurance.checkpoint, assurance.tile CASCADE;"
        "UPDATE assurance.log SET size = 0, peaks = '{}', xid = '0', event = 0"
    )
    await trail.add(2)
    await trail.signed()
    assert await witnessing.ask(trail.services, address, other.signers.witness.verifier) == "inconsistent"
    states = await trail.owner.fetch("SELECT name, state FROM assurance.witness ORDER BY state")
    assert {row["state"] for row in states} == {"inconsistent"}
    await trail.owner.execute("TRUNCATE assurance.checkpoint, assurance.tile CASCADE")
    assert await witnessing.ask(trail.services, address, other.signers.witness.verifier) == "inconsistent"


async def test_what_a_witness_refuses_it_says_as_the_protocol_wants(pair):
    trail, _, address = pair
    await trail.add(2)
    await trail.signed()
    async with trail.services.context.db.connection() as connection:
        _, note = await log.latest(connection)
    stranger = Services.of(trail.services.context, AssuranceSettings(origin="stranger"))
    forged = note.replace("\n2\n", "\n3\n")
    bodies = {
        b"": 400,
        b"\xff": 400,
        b"old 1\n": 400,
        b"x" * 20_000: 413,
        body_of(9, [], note).encode(): 400,
        body_of(1, [], note).encode(): 409,
        body_of(0, [bytes(32)], note).encode(): 422,
        body_of(0, [], forged).encode(): 403,
        body_of(
            0,
            [],
            stranger.signers.log.sign(note.partition("\n\n")[0].replace("smartbear-audit", "stranger")) + "",
        ).encode(): 400,
        body_of(0, [], stranger.signers.log.sign(f"stranger\n0\n{'A' * 43}=\n")).encode(): 404,
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        for body, status in bodies.items():
            answer = await client.post(f"{address}/add-checkpoint", content=body)
            assert answer.status_code == status, body
            if status == 409:
                assert (answer.text, answer.headers["content-type"]) == ("0\n", "text/x.tlog.size")
        good = await client.post(f"{address}/add-checkpoint", content=body_of(0, [], note))
    assert good.text.startswith("— other.example/audit/witness ")


async def test_a_witness_that_is_away_or_talks_nonsense_is_asked_again_later(pair):
    trail, other, address = pair
    key = other.signers.witness.verifier
    await trail.add(2)
    await trail.signed()
    assert await witnessing.ask(trail.services, "http://127.0.0.1:9", key) == "unreachable"
    answers = {
        "empty": (PlainTextResponse(""), "refused"),
        "unsigned": (PlainTextResponse("— other.example/audit/witness AAAAAAAA\n"), "refused"),
        "error": (Response(status_code=500), "refused"),
        "beyond": (Response("99\n", 409), "inconsistent"),
        "odd": (Response("²", 409), "inconsistent"),
    }
    routes = [
        Route(f"/{name}/add-checkpoint", lambda _request, answer=answer: answer, methods=["POST"])
        for name, (answer, _) in answers.items()
    ]
    async with at_socket(Starlette(routes=routes)) as strange:
        for name, (_, state) in answers.items():
            assert await witnessing.ask(trail.services, f"{strange}/{name}", key) == state, name
    assert await witnessing.ask(trail.services, address, key) == "current"


async def test_the_worker_signs_and_shows_by_itself(pair, monkeypatch):
    trail, other, address = pair
    monkeypatch.setenv(
        "SMARTBEAR_ASSURANCE_WITNESSES", f'{{"{address}": "{other.signers.witness.verifier}"}}'
    )
    monkeypatch.delenv("SMARTBEAR_ASSURANCE_ORIGIN")
    await trail.add(3)

    async def are_current():
        rows = await trail.owner.fetch(
            "SELECT name FROM assurance.witness WHERE state = 'current' AND size = 3"
        )
        return len(rows) == 2

    async with upkeep(trail.services.context):
        await eventually(are_current, within=20)


@pytest.mark.parametrize("setting", ["witnesses", "witnessed", "former_keys"])
async def test_a_key_of_the_wrong_kind_in_the_settings_is_named_at_the_start(trail, setting):
    signers = trail.services.signers
    wrong = {
        "witnesses": {"http://127.0.0.1": str(signers.log.verifier)},
        "witnessed": (str(signers.witness.verifier),),
        "former_keys": (f"a+00000000+{'A' * 44}",),
    }
    with pytest.raises(BadInput):
        Services.of(trail.services.context, AssuranceSettings(**{setting: wrong[setting]}))
