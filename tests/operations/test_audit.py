"""The commands of the audit trail, against a platform's database."""

import asyncio
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from smartbear.__main__ import app
from smartbear.assurance import verify_audit
from smartbear.contracts.audit import read
from smartbear.kit.errors import BadInput
from smartbear.operations.audit import NotIntact
from tests.assurance.conftest import trail_of
from tests.conftest import NOW

OLD_DAY = """
CREATE TABLE audit.event_20240101 PARTITION OF audit.event FOR VALUES FROM ('2024-01-01Z') TO ('2024-01-02Z');
INSERT INTO audit.event (at, record, about)
SELECT '2024-01-01T12:00:00Z', convert_to(n::text, 'UTF8'), ARRAY[convert_to('somebody', 'UTF8')]
FROM generate_series(1, 3) AS n
"""
SIGHTED = "SELECT count(*) FILTER (WHERE mark = 'somebody'::bytea), count(*) FROM assurance.sighting"


@pytest.fixture
async def trail(postgres_url, tmp_path_factory, monkeypatch):
    async with trail_of(postgres_url, tmp_path_factory) as made:
        settings = made.services.context.settings
        monkeypatch.setenv("SMARTBEAR_DATABASE_URL", made.url)
        monkeypatch.setenv("SMARTBEAR_HOME", str(settings.home))
        monkeypatch.setenv("SMARTBEAR_SECRET_KEY", "k" * 32)
        yield made


async def run(*arguments):
    """What a command prints, or what it fails with."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["audit", *map(str, arguments)])
    return done.output if done.exit_code == 0 else done.exception


async def test_a_trail_is_verified_exported_and_expired_by_commands(trail, tmp_path, monkeypatch):
    await trail.owner.execute(OLD_DAY)
    trail.services.context.clock.advance(datetime(2024, 1, 1, 12, 0, 1, tzinfo=UTC) - NOW)
    await trail.signed()
    trail.services.context.clock.advance(NOW - trail.services.context.clock.now())
    await trail.add(5)
    await trail.signed()
    assert "8 events" in await run("verify")

    key = (await run("key")).splitlines()[0]
    path = tmp_path / "audit.ndjson"
    assert "up to event 8" in await run("export", path, "--from", "2025-01-01", "--until", "2099-01-01")
    assert verify_audit.check(path, key, trail.services.files._folder).startswith("5 events")
    assert isinstance(await run("export", path), BadInput)
    recorded = await trail.owner.fetch("SELECT record FROM audit.event WHERE at > '2025-01-01'")
    assert [read(row["record"]).subtype for row in recorded].count("audit-export") == 1

    assert tuple(await trail.owner.fetchrow(SIGHTED)) == (1, 2)
    assert isinstance(await run("expire"), BadInput)
    monkeypatch.setenv("SMARTBEAR_ASSURANCE_RETENTION_DAYS", "365")
    assert (await run("expire")).startswith("1 days")
    assert (await run("expire")).startswith("0 days")
    assert await trail.owner.fetchval("SELECT to_regclass('audit.event_20240101')") is None
    assert tuple(await trail.owner.fetchrow(SIGHTED)) == (0, 1)
    assert "3 expired" in await run("verify")

    await trail.owner.execute(
        "DELETE FROM audit.event"
        " WHERE id = (SELECT ids[1] FROM assurance.checkpoint ORDER BY size DESC LIMIT 1)"
    )
    assert isinstance(await run("verify"), NotIntact)
