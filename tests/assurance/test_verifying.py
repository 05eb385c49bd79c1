"""What a superuser of the database does to the trail, and what the verification says of it."""

import pytest

from smartbear.assurance.actions import sequence, verifying, witnessing
from smartbear.assurance.actions.verifying import Trust
from tests.assurance.conftest import quiet, trail_of

EVENTS = 24


@pytest.fixture(scope="module")
async def spoiled(postgres_url, tmp_path_factory):
    """A signed trail; what a test does to it is undone with the test's transaction."""
    async with trail_of(postgres_url, tmp_path_factory) as trail:
        for _ in range(3):
            await trail.add(EVENTS // 3)
            await trail.signed()
        yield trail


async def found_after(trail, *statements):
    """The report after these statements of a superuser."""
    trust = Trust.of(trail.services)
    transaction = trail.owner.transaction()
    await transaction.start()
    try:
        await trail.owner.execute("SET LOCAL search_path = assurance")
        for statement in statements:
            assert not (await trail.owner.execute(statement)).endswith(" 0")
        return await verifying.verify(trail.owner, trust, quiet)
    finally:
        await transaction.rollback()


def nth(number):
    return f"(SELECT id FROM audit.event ORDER BY xid, id OFFSET {number} LIMIT 1)"


async def test_a_trail_that_nobody_touched_is_intact(spoiled):
    report = await verifying.verify_all(spoiled.services, quiet)
    assert (report.intact, report.events, report.waiting, report.findings) == (True, EVENTS, 0, [])
    assert report.checkpoints >= report.witnessed >= 3


CHANGES = {
    "changed": "UPDATE audit.event SET record = record || ' ' WHERE id = {third}",
    "another": "UPDATE audit.event SET record = overlay(record PLACING '9' FROM 12) WHERE id = {third}",
    "about": "UPDATE audit.event SET about = NULL WHERE id = {third}",
    "time": "UPDATE audit.event SET at = at + interval '1 microsecond' WHERE id = {third}",
    "missing": "DELETE FROM audit.event WHERE id = {third}",
    "inserted": "INSERT INTO audit.event (id, xid, at, record) OVERRIDING SYSTEM VALUE"
    " SELECT 900000, xid, at, record FROM audit.event WHERE id = {third}",
    "doubled": "INSERT INTO audit.event (id, xid, at, record) OVERRIDING SYSTEM VALUE"
    " SELECT id, xid, at + interval '1 second', record FROM audit.event WHERE id = {third}",
    "moved": "UPDATE audit.event SET xid = (SELECT max(xid) FROM audit.event) WHERE id = {third}",
    "swapped": "UPDATE audit.event e SET record = o.record, about = o.about, at = o.at FROM audit.event o"
    " WHERE (e.id, o.id) IN (({third}, {fourth}), ({fourth}, {third}))",
}
KINDS = {
    "another": "changed",
    "about": "changed",
    "time": "changed",
    "doubled": "inserted",
    "moved": "reordered",
    "swapped": "reordered",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_to_an_event_is_found_and_named(spoiled, change):
    report = await found_after(spoiled, CHANGES[change].format(third=nth(2), fourth=nth(3)))
    kind = KINDS.get(change, change)
    assert not report.intact
    assert set(report.counts) == {kind}
    event = 900000 if change == "inserted" else await spoiled.owner.fetchval(f"SELECT {nth(2)}")
    assert event in [each.event for each in report.findings]


@pytest.mark.parametrize(
    ("kind", "statements"),
    [
        ("tree", ["UPDATE tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 0"]),
        ("tree", ["DELETE FROM tile"]),
        ("tree", ["DELETE FROM checkpoint WHERE first = 0"]),
        ("tree", ["UPDATE log SET peaks = '{}'"]),
        ("tree", ["UPDATE log SET event = event + 1"]),
        ("tree", ["UPDATE checkpoint SET size = 900000000000000000 WHERE first = 0"]),
        ("tree", ["UPDATE checkpoint SET ids = ids || 7::bigint WHERE first > 0"]),
        ("tree", ["UPDATE checkpoint SET ids = '{}' WHERE first = 0"]),
        ("signature", ["UPDATE checkpoint SET note = replace(note, 'time', 'times') WHERE first = 0"]),
        ("signature", ["UPDATE checkpoint SET note = 'signed, honestly' WHERE first = 0"]),
    ],
)
async def test_a_change_to_the_log_is_found(spoiled, kind, statements):
    report = await found_after(spoiled, *statements)
    assert kind in report.counts


async def test_whoever_removes_the_newest_events_and_their_checkpoint_is_given_away_by_the_witness(spoiled):
    report = await found_after(
        spoiled,
        "DELETE FROM audit.event WHERE (xid, id) > (SELECT xid, event FROM checkpoint ORDER BY size LIMIT 1)",
        "DELETE FROM checkpoint WHERE first > 0",
    )
    assert report.counts["witness"] >= 2


async def test_whoever_signs_a_changed_trail_with_the_right_key_is_given_away_by_the_witness(own_trail):
    await own_trail.add(3)
    await own_trail.signed()
    await own_trail.owner.execute(
        "UPDATE audit.event SET record = record || ' ';"
        "TRUNCATE assurance.checkpoint, assurance.tile CASCADE;"
        "UPDATE assurance.log SET size = 0, peaks = '{}', xid = '0', event = 0"
    )
    await sequence.advance(own_trail.services)
    assert await witnessing.file(own_trail.services) == "inconsistent"
    report = await verifying.verify_all(own_trail.services, quiet)
    assert set(report.counts) == {"witness"}
    await own_trail.add(1)
    await sequence.advance(own_trail.services)
    assert await witnessing.file(own_trail.services) == "inconsistent"
