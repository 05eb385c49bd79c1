"""The commands for projects, and the process that holds their keys, as the platform starts it."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smartbear.__main__ import app
from smartbear.contracts.scope import AccessScope, sign
from smartbear.kit import processes, secrets
from smartbear.kit.clock import SystemClock
from smartbear.kit.errors import Conflict, NotFound, Unavailable
from smartbear.kit.pseudonyms.client import Pseudonyms
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.record import BrokenRecord
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.key_holder import PROGRAM

REASON = "A finding that the participant must know of."


@pytest.fixture
def home(monkeypatch):
    """A short path: a socket's address has few bytes."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        monkeypatch.setenv("SMARTBEAR_HOME", folder)
        yield Path(folder)


def said(*arguments, typed=""):
    done = CliRunner().invoke(app, ["pseudonyms", *arguments], input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*arguments, typed=""):
    done = CliRunner().invoke(app, ["pseudonyms", *arguments], input=typed)
    assert done.exit_code == 1
    return done.exception


def test_a_project_is_made_rotated_and_closed(home):
    assert "no project" in said("list")
    said("create", "holobalance")
    assert "epoch 2" in said("rotate", "holobalance")
    said("close", "holobalance", "1")
    assert said("list").count("holobalance") == 2
    assert isinstance(refused("close", "holobalance", "2"), Conflict)
    assert isinstance(refused("rotate", "another"), NotFound)


def test_tokens_of_an_older_epoch_are_renewed(home):
    said("create", "holobalance")
    keyring = Keyring(Folder(home / "pseudonyms"))
    old = keyring.seal("holobalance", "Patient", "p1")
    said("rotate", "holobalance")
    new = keyring.seal("holobalance", "Patient", "p1")
    assert said("renew", "holobalance", typed=f"{old}\nnone\n").splitlines() == [f"{old},{new}", ","]


def test_a_record_that_was_changed_is_told(home):
    assert "Nobody asked" in said("record")
    (home / "pseudonyms").mkdir()
    (home / "pseudonyms" / "re-identifications.jsonl").write_text("{}\n")
    assert isinstance(refused("record"), BrokenRecord)


def test_a_project_is_destroyed_only_when_that_is_confirmed(home):
    said("create", "holobalance")
    refused("destroy", "holobalance", typed="n\n")
    assert "holobalance" in said("list")
    said("destroy", "holobalance", typed="y\n")
    said("create", "holobalance")
    said("destroy", "holobalance", "--yes")
    assert "no project" in said("list")


async def test_the_platforms_child_holds_the_keys_and_identifies_for_two_people(home):
    settings = PlatformSettings()
    said("create", "holobalance")
    client = Pseudonyms(settings.key_socket)
    async with processes.kept_alive([], program=PROGRAM):
        token = await _token(client)
        ticket = await client.ask(
            "holobalance", ("Patient", token), REASON, _signed(settings, "DataScientist")
        )
        told = await client.agree(ticket, _signed(settings, "CCM"))
        assert told.text == "p1"
        assert said("record").count(REASON[:9]) == 2
        await client.close()
    with pytest.raises(Unavailable):
        await client.describe("holobalance")


def _signed(settings, role):
    scope = AccessScope(role=role, account=f"account of {role}", scopes=("project.holobalance",))
    return sign(scope, secrets.deriver(settings)("scope"), SystemClock().now())


async def _token(client):
    for _ in range(200):
        try:
            return (await client.tokens("holobalance", [("Patient", "p1")]))[("Patient", "p1")]
        except Unavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("The key holder did not start.")
