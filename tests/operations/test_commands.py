"""Commands as an operator runs them, on a database of its own."""

import asyncio
import json
import os
import sys

import pytest

from tests.conftest import fresh_database

URN = "urn:uuid:0f3c1b6e-2f4e-4c5c-9d3a-{:012d}"


@pytest.fixture
async def smartbear(postgres_url, tmp_path):
    """Run a command; returns its exit status and what it printed."""
    async with fresh_database(postgres_url, ()) as url:
        environment = os.environ | {
            "SMARTBEAR_HOME": str(tmp_path / "home"),
            "SMARTBEAR_DATABASE_URL": url,
            "COLUMNS": "200",
        }

        async def run(*arguments):
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "smartbear", *map(str, arguments)),
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            printed, _ = await asyncio.wait_for(child.communicate(), 60)
            return child.returncode, printed.decode()

        yield run


def entry(number, resource, **request):
    asked = request or {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": URN.format(number), "resource": resource, "request": asked}


def patient(**fields):
    return {"resourceType": "Patient", "birthDate": "1950-01-02", **fields}


def condition(patient_number, practitioner=None):
    extra = (
        {"recorder": {"reference": f"Practitioner?identifier=urn:x|{practitioner}"}} if practitioner else {}
    )
    return {
        "resourceType": "Condition",
        "subject": {"reference": URN.format(patient_number)},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}]},
    } | extra


def write(path, *entries, kind="transaction"):
    path.write_text(json.dumps({"resourceType": "Bundle", "type": kind, "entry": list(entries)}))
    return path


def row(printed, kind):
    """The numbers of a type's row in the table."""
    line = next(line for line in printed.splitlines() if line.strip("│ ").startswith(kind))
    return [int(word) for word in line.replace("│", " ").split() if word.isdigit()]


async def test_bundles_are_loaded_with_references_and_a_second_load_changes_nothing(smartbear, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    write(data / "a.json", entry(1, patient()), entry(2, condition(1, practitioner="7")))
    practitioner = {"resourceType": "Practitioner", "identifier": [{"system": "urn:x", "value": "7"}]}
    create = {"method": "POST", "url": "Practitioner", "ifNoneExist": "identifier=urn:x|7"}
    write(data / "b.json", entry(3, practitioner, **create), kind="batch")
    status, printed = await smartbear("load", data)
    assert (status, row(printed, "Condition"), row(printed, "Practitioner")) == (0, [1, 0], [1, 0]), printed
    assert "0 errors" in printed
    status, printed = await smartbear("load", data)
    assert (status, row(printed, "all")) == (0, [0, 0])
    assert "2 files had been loaded before" in printed
    (tmp_path / "home" / "load" / "journal").unlink()
    status, printed = await smartbear("load", data)
    assert (status, row(printed, "all")[0]) == (0, 0), "nothing is created twice even without the journal"


async def test_damage_is_named_by_file_entry_and_path_and_the_rest_is_loaded(smartbear, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    good = write(data / "good.json", entry(1, patient()))
    (data / "cut.json").write_bytes(good.read_bytes()[:-20])
    write(data / "type.json", entry(2, patient()), entry(3, patient(birthDate=1950)))
    write(data / "dangling.json", entry(4, patient()), entry(5, condition(99)))
    lines = [
        json.dumps(patient(id="p1")),
        json.dumps(patient(id="p2", gender=7)),
        "{",
        json.dumps(patient(id="p4")),
    ]
    (data / "lines.ndjson").write_text("\n".join(lines))
    status, printed = await smartbear("load", data)
    assert status == 1
    assert "✗ cut.json : The body is not valid JSON" in printed
    assert "✗ type.json entry[1] resource.birthDate: " in printed
    assert "✗ dangling.json entry[1] resource.subject.reference: " in printed
    assert "✗ lines.ndjson line 2 resource.gender: " in printed
    assert "✗ lines.ndjson line 3: " in printed
    assert row(printed, "Patient") == [3, 0], (
        "one of good.json and two lines; nothing of a failed transaction"
    )


async def test_a_path_that_is_not_there_is_one_sentence_and_status_one(smartbear):
    status, printed = await smartbear("load", "/nowhere/at/all")
    assert (status, printed.strip()) == (1, "There is no file or folder /nowhere/at/all.")


async def test_a_client_is_printed_as_json_and_settings_that_are_wrong_are_named(smartbear, monkeypatch):
    status, printed = await smartbear("client", "create", "bench", "--scope", "system/*.*")
    made = json.loads(printed.splitlines()[-1])
    assert (status, set(made)) == (0, {"client_id", "client_secret"})


async def test_the_first_administrator_is_made_from_the_command_line(smartbear):
    status, printed = await smartbear("account", "create", "root", "--role", "SysAdmin")
    made = json.loads(printed.splitlines()[-1])
    assert (status, made["username"], len(made["password"])) == (0, "root", 16)
    status, printed = await smartbear("account", "create", "root", "--role", "SysAdmin")
    assert (status, printed.strip()) == (1, "An account of this name exists already.")
    status, printed = await smartbear("account", "password", "root")
    again = json.loads(printed.splitlines()[-1])
    assert again["password"] != made["password"]
    status, printed = await smartbear("account", "create", "x", "--role", "Participant")
    assert (status, printed.startswith("Participant is not a role of staff.")) == (1, True)


async def test_the_jobs_put_aside_are_listed_without_their_payloads(smartbear):
    await smartbear("migrate")
    assert await smartbear("jobs", "list") == (0, "No job has been put aside.\n")
    status, printed = await smartbear("jobs", "replay", "7")
    assert (status, printed.strip()) == (1, "There is no quarantined job 7.")


async def test_nobody_is_erased_without_a_reason_a_number_and_a_yes(smartbear):
    for arguments, told in (
        (("SB-0001", "--reason", "because", "--yes"), "no_longer_needed"),
        (("SB-0001", "--reason", "objection", "--yes"), "no such participant"),
        (("SB-0001", "--reason", "objection"), "Aborted"),
    ):
        status, printed = await smartbear("participant", "erase", *arguments)
        assert (status, told in printed) == (1, True), printed
    assert await smartbear("participant", "erasures") == (0, "")
