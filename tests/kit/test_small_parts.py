import sys
import uuid
from datetime import timedelta

import psutil
import pytest
from pydantic import ValidationError

from smartbear.kit import processes, secrets, serving
from smartbear.kit.clock import SystemClock
from smartbear.kit.ids import new_id
from smartbear.kit.settings import PlatformSettings
from tests.conftest import eventually


def test_ids_are_uuids_of_version_seven_that_sort_by_time():
    made = [new_id() for _ in range(1000)]
    assert {uuid.UUID(one).version for one in made} == {7}
    assert {uuid.UUID(one).variant for one in made} == {uuid.RFC_4122}
    assert len(set(made)) == 1000
    assert [one[:13] for one in made] == sorted(one[:13] for one in made)


def test_a_frozen_clock_stands_until_it_is_moved(clock):
    before = clock.now()
    assert clock.now() == before
    assert before.utcoffset() == timedelta(hours=1)
    clock.advance(timedelta(minutes=5))
    assert clock.now() - before == timedelta(minutes=5)


def test_the_system_clock_knows_its_offset():
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_replicas_that_share_a_data_directory_share_their_keys(tmp_path):
    settings = PlatformSettings(home=tmp_path)
    first, second = secrets.deriver(settings), secrets.deriver(settings)
    assert first("scope") == second("scope")
    assert first("scope") != first("paging")


def test_the_root_key_is_readable_by_its_owner_alone(tmp_path):
    secrets.deriver(PlatformSettings(home=tmp_path))
    assert (tmp_path / "secrets" / "deployment.key").stat().st_mode & 0o077 == 0


def test_replicas_without_a_shared_directory_share_a_key_from_the_settings(tmp_path):
    keys = {
        secrets.deriver(PlatformSettings(home=tmp_path / name, secret_key="s" * 32))("scope") for name in "ab"
    }
    assert len(keys) == 1


def test_a_short_secret_key_is_refused(monkeypatch):
    monkeypatch.setenv("SMARTBEAR_SECRET_KEY", "short")
    with pytest.raises(ValidationError):
        PlatformSettings()


def test_public_addresses_come_from_the_port_unless_they_are_given(monkeypatch):
    assert PlatformSettings(port=9000).addresses() == ("http://localhost:9000", "http://127.0.0.1:9000")
    monkeypatch.setenv("SMARTBEAR_PUBLIC_URLS", "https://care.example/, https://other.example")
    assert PlatformSettings().addresses() == ("https://care.example", "https://other.example")


def test_a_taken_port_is_a_clear_error_before_anything_starts():
    with serving.listen("127.0.0.1", 0) as listener, pytest.raises(serving.PortTaken, match="SMARTBEAR_PORT"):
        serving.listen("127.0.0.1", listener.getsockname()[1])


async def test_a_child_is_started_again_when_it_dies_and_ends_with_its_parent(tmp_path):
    script = (
        "import pathlib, os, sys;"
        "folder = pathlib.Path(sys.argv[1]); (folder / str(os.getpid())).touch();"
        "len(list(folder.iterdir())) > 1 and sys.stdin.read()"
    )
    async with processes.kept_alive([str(tmp_path)], program=(sys.executable, "-c", script)):
        await eventually(lambda: len(list(tmp_path.iterdir())) == 2)
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert not any(psutil.pid_exists(pid) for pid in pids)
