"""The order of the trail: nothing twice, nothing lost, whatever ends when and whoever signs."""

import asyncio
import stat
from datetime import timedelta

import pytest

from smartbear.assurance.actions import sequence, verifying, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.actions.verifying import Trust
from smartbear.assurance.settings import AssuranceSettings
from smartbear.assurance.store.files import Files
from smartbear.assurance.store.signing import Signers, SigningKeyExposed
from smartbear.kit.audit import Sealed, append
from smartbear.kit.errors import BadInput
from tests.assurance.conftest import quiet
from tests.conftest import NOW, eventually


async def ordered(trail):
    rows = await trail.owner.fetch("SELECT ids FROM assurance.checkpoint ORDER BY size")
    return [event for row in rows for event in row["ids"]]


async def test_an_event_waits_for_a_transaction_that_began_earlier_and_has_not_ended(own_trail):
    async with own_trail.writer.connection() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await append(slow, [Sealed(b'"slow"', b"")])
        await own_trail.add(1)
        await sequence.advance(own_trail.services)
        assert await ordered(own_trail) == []
        await transaction.commit()
    await own_trail.signed()
    [first, second] = await ordered(own_trail)
    assert await own_trail.owner.fetchval("SELECT record FROM audit.event WHERE id = $1", first) == b'"slow"'
    assert first != second


async def test_replicas_that_sign_at_once_sign_every_event_once(own_trail):
    await own_trail.add(20)

    async def is_done():
        await asyncio.gather(*(sequence.advance(own_trail.services, most=3) for _ in range(4)))
        return len(await ordered(own_trail)) == 20

    await eventually(is_done, within=20)
    numbers = await ordered(own_trail)
    rows = await own_trail.owner.fetch("SELECT id FROM audit.event ORDER BY xid, id")
    assert numbers == [row["id"] for row in rows]
    assert (await verifying.verify_all(own_trail.services, quiet)).checkpoints == 7


async def test_nothing_is_signed_twice_while_nothing_happens(own_trail):
    await own_trail.add(1)
    await own_trail.signed()
    assert await sequence.advance(own_trail.services) == 0
    assert await witnessing.file(own_trail.services) == "current"
    assert len(list(own_trail.services.files.notes(own_trail.services.files.last()))) == 1


async def test_the_signing_key_is_made_once_for_its_owner_alone_and_is_nowhere_in_the_database(own_trail):
    home = own_trail.services.context.settings.home
    path = home / "assurance" / "signing.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Signers.of(AssuranceSettings(), home)
    assert again.log.verifier == own_trail.services.signers.log.verifier
    assert again.log.verifier.public != again.witness.verifier.public
    path.chmod(0o640)
    with pytest.raises(SigningKeyExposed):
        Signers.of(AssuranceSettings(), home)
    path.chmod(0o600)
    given = AssuranceSettings(signing_key="A" * 43 + "=")
    assert Signers.of(given, home / "unused").log.verifier == Signers.of(given, home).log.verifier
    assert not (home / "unused").exists()
    with pytest.raises(BadInput):
        Signers.of(AssuranceSettings(signing_key="!" * 44), home)


async def test_checkpoints_signed_with_a_former_key_are_believed_if_the_settings_say_so(own_trail):
    await own_trail.add(2)
    await own_trail.signed()
    old, context = own_trail.services.signers.log.verifier, own_trail.services.context
    changed = AssuranceSettings(signing_key="A" * 43 + "=")
    report = await verifying.verify_all(Services.of(context, changed), quiet)
    assert set(report.counts) == {"signature"}
    knowing = changed.model_copy(update={"former_keys": (str(old),)})
    assert (await verifying.verify_all(Services.of(context, knowing), quiet)).intact


def test_a_line_that_a_crash_cut_short_is_left_out_and_cut_off(tmp_path):
    files = Files(tmp_path / "w")
    with files.alone():
        files.append("one", NOW.date())
        files.append("two", NOW.date())
    [path] = (tmp_path / "w").iterdir()
    with path.open("ab") as file:
        file.write(b'"thr')
    assert files.last() == "two"
    with files.alone():
        files.append("four", NOW.date())
    assert list(files.notes("four")) == ["one", "two", "four"]
    with path.open("ab") as file:
        file.write(b'"fi')
    files.append("six", NOW.date() + timedelta(days=1))
    assert list(files.notes("six")) == ["one", "two", "four", "six"]
    assert files.last() == "six"


async def test_events_that_were_removed_when_their_time_was_over_are_expired_and_others_missing(own_trail):
    await own_trail.add(4)
    await own_trail.signed()
    await own_trail.owner.execute("DELETE FROM audit.event WHERE id IN (SELECT id FROM audit.event LIMIT 3)")
    keeping = Services.of(own_trail.services.context, AssuranceSettings(retention_days=365))
    assert (await verifying.verify_all(keeping, quiet)).counts == {"missing": 3}
    own_trail.services.context.clock.advance(NOW - NOW.replace(year=2024))
    report = await verifying.verify_all(keeping, quiet)
    assert (report.intact, report.expired, report.events) == (True, 3, 4)
    assert Trust.of(keeping).expired_before is not None


async def test_a_folder_that_cannot_be_written_is_told_as_a_witness_that_is_away(own_trail, tmp_path):
    await own_trail.add(1)
    await own_trail.signed()
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    elsewhere = AssuranceSettings(witness_folder=tmp_path / "file")
    assert await witnessing.file(Services.of(own_trail.services.context, elsewhere)) == "unreachable"
    state = "SELECT state, size FROM assurance.witness WHERE name = 'files'"
    assert tuple(await own_trail.owner.fetchrow(state)) == ("unreachable", 1)


@pytest.mark.parametrize("line", ["not JSON", "17", '"no note"'])
async def test_a_witness_whose_file_was_changed_is_no_witness_and_that_is_said(own_trail, line, caplog):
    await own_trail.add(1)
    await own_trail.signed()
    [path] = own_trail.services.files._folder.iterdir()
    path.write_text(f"{line}\n", encoding="utf-8")
    report = await verifying.verify_all(own_trail.services, quiet)
    assert (set(report.counts), report.witnessed) == ({"witness"}, 0)
    assert await witnessing.file(own_trail.services) == "inconsistent"
    [alarm] = [record for record in caplog.records if record.message == "audit_log_changed"]
    assert (alarm.levelname, alarm.fields) == ("ERROR", {"witness": "files", "count": 0})
