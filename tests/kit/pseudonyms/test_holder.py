"""The process that holds the keys: its answers, its socket, and that nobody re-identifies alone."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvloop

from smartbear.kit.errors import BadInput, Forbidden, NotFound, Unauthenticated, Unavailable
from smartbear.kit.pseudonyms import hardening, service, spaces
from smartbear.kit.pseudonyms.client import Pseudonyms
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.holder import Holder, Person
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.record import BrokenRecord, Journal
from smartbear.kit.sockets import SocketPathTooLong

PEOPLE = {
    "scientist": Person("s", may_ask=True, may_agree=False),
    "clinician": Person("c", may_ask=True, may_agree=True),
    "auditor": Person("a", may_ask=True, may_agree=True),
    "technician": Person("t", may_ask=False, may_agree=False),
}
REASON = "A finding that the participant must know of."


def identified(caller):
    if caller not in PEOPLE:
        raise Unauthenticated
    return PEOPLE[caller]


@pytest.fixture
def place():
    """A short path: a socket's address has few bytes."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        yield Path(folder)


@pytest.fixture
def folder(place, clock):
    found = Folder(place / "keys")
    for name in ("holobalance", "smart4health"):
        found.change(lambda kept, name=name: spaces.created(kept, name, clock.now()))
    return found


@pytest.fixture
def journal(place, folder):
    return Journal(place / "journal")


@pytest.fixture
def holder(folder, journal, clock):
    return Holder(Keyring(folder), journal, identified, clock)


@pytest.fixture
async def pseudonyms(holder, place):
    client = Pseudonyms(place / "s")
    async with service.serving(holder, place / "s", {os.geteuid()}):
        yield client
        await client.close()


@pytest.fixture
async def token(pseudonyms):
    return (await pseudonyms.tokens("holobalance", [("Patient", "p1")]))[("Patient", "p1")]


async def test_a_hundred_ids_are_exchanged_both_ways_in_one_round_trip_each(pseudonyms):
    texts = [("Observation", f"o{number}") for number in range(100)]
    tokens = await pseudonyms.tokens("holobalance", texts)
    assert len(set(tokens.values())) == 100
    pairs = [("Observation", token) for token in tokens.values()]
    assert list((await pseudonyms.texts("holobalance", pairs)).values()) == [text for _, text in texts]


async def test_what_is_no_token_of_the_project_has_no_text(pseudonyms, token):
    assert await pseudonyms.texts("smart4health", [("Patient", token), ("Patient", "p1")]) == {}


async def test_nothing_is_asked_when_nothing_is_wanted(place):
    nobody = Pseudonyms(place / "nobody")
    assert await nobody.tokens("x", []) == {}
    assert await nobody.texts("x", []) == {}


async def test_a_space_says_how_its_dates_move(pseudonyms):
    told = await pseudonyms.describe("holobalance")
    assert (told.epoch, told.days % 7) == (1, 0)


async def test_the_names_of_all_spaces_are_told_as_they_are_now(pseudonyms, folder):
    assert await pseudonyms.spaces() == ["holobalance", "smart4health"]
    folder.change(lambda kept: spaces.destroyed(kept, "holobalance"))
    assert await pseudonyms.spaces() == ["smart4health"]


async def test_a_change_of_the_spaces_is_seen_at_once(pseudonyms, folder, clock):
    folder.change(lambda kept: spaces.rotated(kept, "holobalance", clock.now()))
    assert (await pseudonyms.describe("holobalance")).epoch == 2


async def test_a_project_without_keys_is_not_found(pseudonyms):
    with pytest.raises(NotFound):
        await pseudonyms.tokens("x", [("Patient", "p1")])


async def test_questions_at_the_same_time_get_their_own_answers(pseudonyms):
    asked = [[("Patient", str(number))] for number in range(20)]
    told = await asyncio.gather(*(pseudonyms.tokens("holobalance", each) for each in asked))
    assert [list(each) for each in told] == asked


async def test_without_a_holder_pseudonyms_are_unavailable_and_come_back_with_it(holder, place):
    client = Pseudonyms(place / "s")
    with pytest.raises(Unavailable):
        await client.describe("holobalance")
    for _ in range(2):
        async with service.serving(holder, place / "s", {os.geteuid()}):
            assert (await client.describe("holobalance")).epoch == 1
            await client.close()
    with pytest.raises(Unavailable):
        await client.describe("holobalance")


async def test_a_process_of_another_account_is_not_answered(holder, place):
    async with service.serving(holder, place / "s", {os.geteuid() + 1}):
        client = Pseudonyms(place / "s")
        with pytest.raises(Unavailable):
            await client.describe("holobalance")


async def test_where_the_kernel_does_not_tell_who_asks_the_mode_of_the_socket_decides(
    holder, place, monkeypatch
):
    monkeypatch.delattr(socket, "SO_PEERCRED")
    client = Pseudonyms(place / "s")
    async with service.serving(holder, place / "s", {os.geteuid(), os.geteuid() + 1}):
        assert (place / "s").stat().st_mode & 0o777 == 0o600
        assert (await client.describe("holobalance")).epoch == 1
        await client.close()


async def test_a_holder_of_another_account_lets_its_peers_reach_the_socket(holder, place):
    async with service.serving(holder, place / "s", {os.geteuid() + 1}):
        assert (place / "s").stat().st_mode & 0o777 == 0o666


async def test_the_socket_is_its_accounts_alone(pseudonyms, place):
    assert (place / "s").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("sent", [b"\0\0\0\1\xc1", b"\xff\xff\xff\xff", b"\0\0\0\2\x81", b"x", b"\0\0\0\0"])
async def test_what_is_no_request_ends_the_connection_and_nothing_else(pseudonyms, place, sent):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place / "s"))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        assert await asyncio.to_thread(connection.recv, 10) == b""
    assert (await pseudonyms.describe("holobalance")).epoch == 1


async def test_a_second_holder_waits_for_the_first_and_takes_over(holder, place):
    client = Pseudonyms(place / "s")
    entered = asyncio.Event()

    async def second():
        async with service.serving(holder, place / "s", {os.geteuid()}):
            entered.set()
            assert (await client.describe("holobalance")).epoch == 1

    async with service.serving(holder, place / "s", {os.geteuid()}):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.05)
        assert not entered.is_set()
    await waiting
    await client.close()


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_data_directory_may_be_deeper_than_an_address_is_long(holder, place, factory):
    deep = place / ("x" * 60) / ("y" * 60) / "keys.sock"

    async def talk():
        client = Pseudonyms(deep)
        async with service.serving(holder, deep, {os.geteuid()}):
            assert (await client.describe("holobalance")).epoch == 1
            await client.close()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(talk())
    assert not deep.exists()


async def test_a_path_too_long_for_a_socket_is_named(holder, place):
    with pytest.raises(SocketPathTooLong):
        async with service.serving(holder, place / ("x" * 101), set()):
            pass


async def test_two_people_re_identify_with_a_reason_and_both_are_on_record(pseudonyms, token, journal, place):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")
    told = await pseudonyms.agree(ticket, "clinician")
    assert (told.text, told.reason, told.asked_by) == ("p1", REASON, "s")
    text = (place / "journal").read_text()
    assert '"asked_by":"s","agreed_by":"c"' in text
    assert '"p1"' not in text
    assert [event.step for event in journal.events()] == ["asked", "agreed"]


async def test_nobody_re_identifies_alone(pseudonyms, token):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "clinician")
    with pytest.raises(Forbidden):
        await pseudonyms.agree(ticket, "clinician")


@pytest.mark.parametrize("caller", ["scientist", "technician"])
async def test_who_may_not_agree_learns_nothing(pseudonyms, token, caller):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "auditor")
    with pytest.raises(Forbidden):
        await pseudonyms.agree(ticket, caller)


async def test_who_may_not_ask_and_who_is_nobody_is_refused(pseudonyms, token):
    with pytest.raises(Forbidden):
        await pseudonyms.ask("holobalance", ("Patient", token), REASON, "technician")
    with pytest.raises(Unauthenticated):
        await pseudonyms.ask("holobalance", ("Patient", token), REASON, "forged")


async def test_what_is_no_token_cannot_be_asked(pseudonyms, token):
    with pytest.raises(NotFound):
        await pseudonyms.ask("smart4health", ("Patient", token), REASON, "scientist")


async def test_a_forged_ticket_is_none(pseudonyms):
    with pytest.raises(NotFound):
        await pseudonyms.agree("p" + "A" * 80, "clinician")


async def test_a_ticket_is_good_for_a_day(pseudonyms, token, clock):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")
    clock.advance(timedelta(days=1, seconds=1))
    with pytest.raises(NotFound):
        await pseudonyms.agree(ticket, "clinician")


async def test_a_ticket_for_a_closed_epoch_tells_nothing(pseudonyms, token, folder, clock):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")
    folder.change(lambda kept: spaces.rotated(kept, "holobalance", clock.now()))
    folder.change(lambda kept: spaces.closed(kept, "holobalance", 1, clock.now()))
    with pytest.raises(NotFound):
        await pseudonyms.agree(ticket, "clinician")


@pytest.mark.parametrize("reason", ["", "because", " " * 20, "x" * 1025, "€" * 400])
async def test_a_reason_is_a_sentence_and_is_refused_before_it_is_recorded(pseudonyms, token, place, reason):
    with pytest.raises(BadInput):
        await pseudonyms.ask("holobalance", ("Patient", token), reason, "scientist")
    assert not (place / "journal").exists()


async def test_without_a_record_there_is_no_answer(pseudonyms, token, place):
    ticket = await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")
    (place / "journal").unlink()
    (place / "journal").mkdir()
    with pytest.raises(Unavailable):
        await pseudonyms.agree(ticket, "clinician")
    with pytest.raises(Unavailable):
        await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")


async def test_a_journal_that_was_changed_shows_it(pseudonyms, token, journal, place):
    for _ in range(3):
        await pseudonyms.ask("holobalance", ("Patient", token), REASON, "scientist")
    whole = (place / "journal").read_bytes()
    lines = whole.splitlines(keepends=True)
    for changed in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]], [b"{}\n", *lines[1:]]):
        (place / "journal").write_bytes(b"".join(changed))
        with pytest.raises(BrokenRecord):
            journal.events()
    (place / "journal").write_bytes(whole.replace(b'"asked_by":"s"', b'"asked_by":"x"', 1))
    with pytest.raises(BrokenRecord):
        journal.events()
    (place / "journal").write_bytes(whole)
    assert len(journal.events()) == 3


def test_a_journal_begins_empty(tmp_path):
    assert Journal(tmp_path / "none").events() == []


HARDENED = """
import ctypes, os, resource
from smartbear.kit.pseudonyms.hardening import harden

def can_be_read(is_hardened):
    ready, told = os.pipe()
    child = os.fork()
    if not child:
        if is_hardened:
            assert harden()["not_readable"]
            assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        os.write(told, b"x")
        os.read(os.pipe()[0], 1)
    os.read(ready, 1)
    try:
        open(f"/proc/{child}/mem", "rb").close()
        return True
    except PermissionError:
        return False
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)

if os.geteuid() == 0:  # whom nothing stops
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
print(can_be_read(False), can_be_read(True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems offer less")
def test_a_hardened_process_cannot_be_read_even_by_its_own_account_and_dumps_no_core():
    done = subprocess.run([sys.executable, "-c", HARDENED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True False"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems offer less")
@pytest.mark.parametrize(("prctl", "mlockall"), [(0, 0), (-1, 0), (0, -1)])
def test_a_measure_that_the_kernel_refuses_is_not_claimed(monkeypatch, prctl, mlockall):
    kernel = SimpleNamespace(prctl=lambda *_given: prctl, mlockall=lambda *_given: mlockall)
    monkeypatch.setattr(hardening.ctypes, "CDLL", lambda *_given, **_named: kernel)
    monkeypatch.setattr(hardening.resource, "setrlimit", lambda *_limit: None)
    measures = hardening.harden()
    assert (measures["not_readable"], measures["not_swapped"]) == (prctl == 0, mlockall == 0)


def test_where_the_system_offers_less_no_more_is_claimed(monkeypatch):
    limits = []
    monkeypatch.setattr(hardening.sys, "platform", "another")
    monkeypatch.setattr(hardening.resource, "setrlimit", lambda *limit: limits.append(limit))
    measures = hardening.harden()
    assert measures == {"no_core_dump": True, "not_readable": False, "not_swapped": False}
    assert limits == [(hardening.resource.RLIMIT_CORE, (0, 0))]
