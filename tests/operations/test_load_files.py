import bz2
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.kit.errors import BadInput
from smartbear.operations.load import sources
from smartbear.operations.load.bundles import repeatable
from smartbear.operations.load.journal import Journal
from smartbear.operations.load.report import Report, faults_of

PATIENT = {"resourceType": "Patient", "gender": "female"}
URN = "urn:uuid:0f3c1b6e-2f4e-4c5c-9d3a-1f6d0c6b5a11"


def test_folders_are_searched_and_other_files_in_them_passed_over(tmp_path):
    for name in ("b.ndjson", "a.json", "sub/c.json.bz2", "sub/d.ndjson.gz", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = sources.find([tmp_path])
    assert [(source.path.name, source.lines) for source in found] == [
        ("a.json", False),
        ("b.ndjson", True),
        ("c.json.bz2", False),
        ("d.ndjson.gz", True),
    ]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere"):
        sources.find([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("suffix", "compress"), [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress)]
)
def test_lines_are_read_whatever_the_compression(tmp_path, suffix, compress):
    path = tmp_path / f"x.ndjson{suffix}"
    path.write_bytes(compress(b'{"a": 1}\n\n{"b": 2}\n'))
    assert list(sources.find([path])[0].documents()) == [(1, b'{"a": 1}\n'), (3, b'{"b": 2}\n')]


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_a_file_cut_in_half_is_damaged(tmp_path, suffix, compress):
    path = tmp_path / f"x.json{suffix}"
    whole = compress(json.dumps(list(range(5000))).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="damaged"):
        list(sources.find([path])[0].documents())


def entry(**request):
    return {"fullUrl": URN, "resource": PATIENT, "request": request}


def transaction(*entries):
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def test_a_create_becomes_an_update_under_the_id_of_its_full_url():
    [sent] = repeatable(transaction(entry(method="POST", url="Patient")), "digest")["entry"]
    assert sent["request"] == {"method": "PUT", "url": f"Patient/{URN[9:]}"}
    assert sent["resource"]["id"] == URN[9:]
    assert sent["fullUrl"] == URN


def test_a_conditional_create_stays_what_it_is():
    given_entry = entry(method="POST", url="Patient", ifNoneExist="identifier=x|1")
    assert repeatable(transaction(given_entry), "digest")["entry"] == [given_entry]


def test_a_resource_by_itself_is_a_transaction_of_one():
    sent = repeatable(PATIENT | {"id": "p1"}, "digest")
    assert [each["request"]["url"] for each in sent["entry"]] == ["Patient/p1"]


def test_a_collection_is_loaded_as_its_entries():
    sent = repeatable(transaction({"resource": PATIENT}) | {"type": "collection"}, "digest")
    assert (sent["type"], sent["entry"][0]["request"]["method"]) == ("transaction", "PUT")


@given(st.text(min_size=1), st.integers(1, 5))
def test_the_same_input_asks_for_the_same_ids_every_time(origin, count):
    document = transaction(*({"resource": PATIENT, "request": {"method": "POST", "url": "Patient"}},) * count)
    first, second = repeatable(document, origin), repeatable(document, origin)
    assert first == second
    assert len({each["request"]["url"] for each in first["entry"]}) == count


def test_what_cannot_be_prepared_is_left_for_the_repository_to_judge():
    odd = [3, {"resource": "text"}, {"resource": {"noType": 1}}]
    assert repeatable(transaction(*odd), "digest")["entry"] == odd


@pytest.mark.parametrize("document", [{"resourceType": "Bundle"}, transaction() | {"entry": 3}])
def test_a_bundle_without_a_usable_form_is_refused(document):
    with pytest.raises(BadInput):
        repeatable(document, "digest")


def test_a_journal_is_read_again_after_an_interruption(tmp_path):
    journal = Journal(tmp_path / "journal")
    journal.note("aa", "100")
    journal.note("bb", "all")
    journal.close()
    with (tmp_path / "journal").open("a") as file:
        file.write("cc")
    again = Journal(tmp_path / "journal")
    assert (again.lines_done("aa"), again.is_finished("aa")) == (100, False)
    assert again.is_finished("bb")
    assert not again.is_finished("cc")
    again.close()


def test_faults_name_entry_and_path():
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "diagnostics": "is not a date",
                "expression": ["Bundle.entry[3].resource.birthDate"],
            },
            {"severity": "warning", "diagnostics": "never mind"},
            {"severity": "fatal", "code": "exception"},
        ],
    }
    first, second = faults_of("a.json", outcome)
    assert (first.place, first.path, first.reason) == ("entry[3]", "resource.birthDate", "is not a date")
    assert (second.place, second.reason) == ("", "exception")
    assert {fault.place for fault in faults_of("a.ndjson", outcome, "line 4")} == {"line 4"}


def test_a_report_counts_by_type_what_was_created_and_what_was_there():
    report = Report()
    sent = {"entry": [{"resource": PATIENT}] * 3}
    statuses = ("201 Created", "200 OK", "400 Bad Request")
    report.count(sent, {"entry": [{"response": {"status": status}} for status in statuses]})
    assert (report.created, report.updated) == ({"Patient": 1}, {"Patient": 1})
