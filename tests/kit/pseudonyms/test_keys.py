"""Keys of spaces and epochs, and the folder they are kept in."""

import itertools
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.kit.errors import BadInput, Conflict, NotFound
from smartbear.kit.pseudonyms import spaces
from smartbear.kit.pseudonyms.folder import Folder, KeysExposed
from smartbear.kit.pseudonyms.keyring import Keyring

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = Folder(tmp_path_factory.mktemp("keys") / "pseudonyms")
    for name in ("holobalance", "smart4health"):
        add(found, name)
    return found


@pytest.fixture(scope="module")
def keyring(folder):
    return Keyring(folder)


def add(folder, name):
    folder.change(lambda kept: spaces.created(kept, name, NOW))


def change(folder, how, *given_):
    folder.change(lambda kept: how(kept, *given_, NOW))


@given(st.uuids().map(str))
def test_ids_of_one_person_have_nothing_in_common_between_spaces_and_kinds(keyring, text):
    places = itertools.product(("holobalance", "smart4health"), ("Patient", "Group"))
    tokens = {place: keyring.seal(*place, text) for place in places}
    assert len(set(tokens.values())) == len(tokens)
    for (space, kind), token in tokens.items():
        readers = [place for place in tokens if keyring.open(*place, token)]
        assert readers == [(space, kind)]


def test_a_kind_that_is_no_word_has_no_tokens(keyring):
    assert keyring.seal("holobalance", "Pat|ient", "x") is None
    assert keyring.open("holobalance", "", "p" * 60) is None


def test_a_space_that_is_not_there_is_not_found(keyring):
    for ask in (
        lambda: keyring.seal("x", "Patient", "1"),
        lambda: keyring.open("x", "Patient", "p"),
        lambda: keyring.days("x"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_dates_of_a_project_move_by_whole_weeks_of_its_own(folder, keyring):
    for number in range(30):
        add(folder, f"p{number}")
    days = {keyring.days(f"p{number}") for number in range(30)}
    assert all(each % 7 == 0 and 7 <= abs(each) <= 182 for each in days)
    assert len(days) > 10


def test_a_rotation_makes_other_tokens_and_reads_the_old_ones_until_their_epoch_is_closed(folder, keyring):
    add(folder, "rotated")
    old, days = keyring.seal("rotated", "Patient", "x"), keyring.days("rotated")
    change(folder, spaces.rotated, "rotated")
    new = keyring.seal("rotated", "Patient", "x")
    assert new != old
    assert [keyring.open("rotated", "Patient", each) for each in (old, new)] == ["x", "x"]
    change(folder, spaces.closed, "rotated", 1)
    assert [keyring.open("rotated", "Patient", each) for each in (old, new)] == [None, "x"]
    assert keyring.days("rotated") == days


def test_the_epoch_in_use_is_not_closed_and_no_epoch_twice(folder):
    add(folder, "closing")
    with pytest.raises(Conflict):
        change(folder, spaces.closed, "closing", 1)
    change(folder, spaces.rotated, "closing")
    change(folder, spaces.closed, "closing", 1)
    with pytest.raises(NotFound):
        change(folder, spaces.closed, "closing", 1)


def test_a_destroyed_project_is_unlinked_even_when_its_name_is_used_again(folder, keyring):
    add(folder, "destroyed")
    token = keyring.seal("destroyed", "Patient", "x")
    folder.change(lambda kept: spaces.destroyed(kept, "destroyed"))
    add(folder, "destroyed")
    assert keyring.open("destroyed", "Patient", token) is None


@pytest.mark.parametrize("name", ["", "x", "Upper", "1x", "a b", "x" * 41, "a|b", "../x"])
def test_a_name_that_is_none_is_refused(folder, name):
    with pytest.raises(BadInput):
        add(folder, name)


def test_a_project_is_made_once(folder):
    with pytest.raises(Conflict):
        add(folder, "holobalance")


def test_a_change_that_fails_leaves_everything_as_it_was(folder):
    before = folder.spaces()
    with pytest.raises(ZeroDivisionError):
        folder.change(lambda kept: kept.clear() or 1 / 0)
    assert folder.spaces() == before


def test_changes_at_the_same_time_are_all_kept(tmp_path):
    folder = Folder(tmp_path / "keys")
    threads = [threading.Thread(target=add, args=(folder, f"project-{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.spaces()) == 8


def test_there_is_one_root_for_all_who_come_first(tmp_path):
    found = []
    threads = [threading.Thread(target=lambda: found.append(Folder(tmp_path / "k").root())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("path", ["", "root.key"])
def test_keys_that_others_can_read_are_refused(tmp_path, path):
    folder = Folder(tmp_path / "k")
    folder.root()
    (tmp_path / "k" / path).chmod(0o750)
    with pytest.raises(KeysExposed):
        Keyring(folder)


def test_the_files_are_their_owners_alone(tmp_path):
    folder = Folder(tmp_path / "k")
    add(folder, "project")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "k").iterdir()} == {
        "root.key": "0o600",
        "spaces.json": "0o600",
    }


def test_an_empty_folder_has_no_spaces(tmp_path):
    folder = Folder(tmp_path / "k")
    assert folder.spaces() == {}
    assert folder.version() == (0, 0)


def test_a_keyring_forgets_ciphers_when_there_are_many(folder, keyring, monkeypatch):
    monkeypatch.setattr("smartbear.kit.pseudonyms.keyring._MOST", 2)
    tokens = [keyring.seal("holobalance", kind, "x") for kind in ("A", "B", "C", "A")]
    assert tokens[0] == tokens[3]
