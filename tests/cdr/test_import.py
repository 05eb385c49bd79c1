import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.actions import import_run
from smartbear.cdr.app import serve
from smartbear.cdr.jobs import handlers
from smartbear.cdr.model import ndjson
from smartbear.cdr.model.gunzip import Gunzip
from smartbear.cdr.model.import_request import is_allowed
from smartbear.cdr.model.ndjson import Lines
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.kit.errors import TooLarge
from smartbear.kit.jobs import worker
from tests.cdr.bulk import ASYNC, Bulk
from tests.cdr.conftest import Fhir, issues, observation, patient
from tests.conftest import client_of

LINES = {"content_type": "application/fhir+ndjson"}


@pytest.fixture
async def work(service, database_url):
    async def work():
        await worker.drain(database_url, handlers(service.context), worker.Pauses(base=0))

    return work


@pytest.fixture
async def bulk(fhir, work):
    return Bulk(fhir, work)


@pytest.fixture
def make(service):
    """Resources under ids that no other test has."""

    def make(number):
        person = service.context.new_id()
        return [patient(id=person), *(observation(person, id=f"{person}-{n}") for n in range(number))]

    return make


def ndjson_of(resources):
    return b"".join(json.encode(one) + b"\n" for one in resources)


def paths(outcomes):
    return [(one["issue"][0]["diagnostics"].partition(":")[0], one["issue"][0]) for one in outcomes]


async def test_lines_become_resources_under_their_ids(bulk, fhir, make):
    resources = make(3)
    manifest = await bulk.manifest("$import", ndjson_of(resources), **LINES)
    assert (manifest["output"], manifest["error"]) == ([{"count": 4}], [])
    for one in resources:
        stored = await fhir.get(f"{one['resourceType']}/{one['id']}")
        assert stored | {"meta": None} == one | {"meta": None}
    assert len(await fhir.ids(f"Observation?patient={resources[0]['id']}")) == 3


async def test_an_import_that_is_repeated_changes_nothing(bulk, fhir, make):
    resources = [*make(2), observation(value=Decimal("71.50"), note=[{"text": "of an import"}])]
    for _ in range(2):
        await bulk.manifest("$import", ndjson_of(resources), **LINES)
    for one in resources[:3]:
        history = await fhir.get(f"{one['resourceType']}/{one['id']}/_history")
        assert history["total"] == 1
    found = await fhir.get("Observation?_content=import&_summary=count")
    assert found["total"] == 1, "without an id, the same content has the same one"


async def test_what_is_wrong_is_told_by_line_and_path(bulk, service, fhir, make):
    good, *_ = make(0)
    lines = [
        json.encode(good),
        b"",
        b'{"resourceType": "Patient", "gender": "f"}',
        b"{nonsense",
        b'{"resourceType": "Nonsense"}',
        json.encode(observation(effectiveDateTime="2026-02-30")),
    ]
    manifest = await bulk.manifest("$import", b"\n".join(lines), **LINES)
    assert manifest["output"] == [{"count": 1}]
    told = paths(await bulk.read(manifest, "error"))
    assert [line for line, _ in told] == ["line 3", "line 4", "line 5", "line 6"]
    assert [issue.get("expression") for _, issue in told][::3] == [
        ["Patient.gender"],
        ["Observation.effective"],
    ]
    assert (await fhir.send("GET", f"Patient/{good['id']}")).status_code == 200


async def test_only_clients_that_write_for_the_whole_system_may_import(service, make, work):
    lines = ndjson_of(make(0))
    for other in (
        await service.case_manager("north"),
        await service.participant("p"),
        await service.machine("system/*.read"),
    ):
        answer = await other.send("POST", "$import", lines, **(ASYNC | LINES))
        assert answer.status_code == 403
    narrow = Bulk(await service.machine("system/Observation.write"), work)
    manifest = await narrow.manifest("$import", lines, **LINES)
    assert manifest["output"] == [{"count": 0}]
    [[_, issue]] = paths(await narrow.read(manifest, "error"))
    assert issue["code"] == "forbidden"


async def test_an_interrupted_import_goes_on_where_it_was(service, bulk, fhir, make, monkeypatch):
    monkeypatch.setattr(ndjson, "PIECE", 1)
    resources = make(6)
    broken = [*resources[:3], {"resourceType": "Patient", "gender": "f"}, *resources[3:]]
    place = await bulk.start("$import", ndjson_of(broken), **LINES)
    write, does = import_run._Import._write, handlers(service.context)["cdr.bulk.run"]
    for steps in (0, 1, 4):
        left = [steps]

        async def stopping(self, source, numbered, left=left):
            written = await write(self, source, numbered)
            left[0] -= 1
            if left[0] < 0:  # written, and not yet settled
                raise ConnectionError
            return written

        with monkeypatch.context() as patched:
            patched.setattr(import_run._Import, "_write", stopping)
            with pytest.raises(ConnectionError):
                await does({"job": place.partition("/")[2]})
    await bulk.work()
    manifest = await fhir.get(place)
    assert manifest["output"] == [{"count": 7}]
    assert [line for line, _ in paths(await bulk.read(manifest, "error"))] == ["line 4"]
    for one in resources:
        assert (await fhir.get(f"{one['resourceType']}/{one['id']}/_history"))["total"] == 1


@pytest.fixture
async def source() -> AsyncIterator[tuple[str, dict[str, bytes]]]:
    """A server of files on loopback, and what it has; «moved» leads elsewhere."""
    files: dict[str, bytes] = {}

    async def answer(reader, writer):
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        found = files.get(path)
        status = b"302 Found\r\nlocation: /files/a.ndjson" if "moved" in path else b"200 OK"
        status = status if found is not None or "moved" in path else b"404 Not Found"
        writer.write(b"HTTP/1.1 %b\r\nconnection: close\r\n\r\n%b" % (status, found or b""))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/files", files


@pytest.fixture
async def allowed(service, source, monkeypatch):
    """The service, which may read from the server of files."""
    monkeypatch.setenv("SMARTBEAR_CDR_IMPORT_SOURCES", source[0])
    async with Repository.open(service.context) as repository:
        service.app._repository = repository
        yield repository


def inputs(*named):
    parts = ([{"name": "type", "valueCode": kind}, {"name": "url", "valueUri": url}] for kind, url in named)
    return {"resourceType": "Parameters", "parameter": [{"name": "input", "part": part} for part in parts]}


async def test_inputs_are_read_from_addresses_that_are_allowed(bulk, allowed, source, make, fhir):
    address, files = source
    person, *rates = make(3)
    files["/files/p.ndjson"], files["/files/o.ndjson"] = (
        ndjson_of([person]),
        gzip.compress(ndjson_of([person, *rates])),
    )
    asked = inputs(("Patient", f"{address}/p.ndjson"), ("Observation", f"{address}/o.ndjson"))
    manifest = await bulk.manifest("$import", asked)
    assert [(one["type"], one["inputUrl"], one["count"]) for one in manifest["output"]] == [
        ("Patient", f"{address}/p.ndjson", 1),
        ("Observation", f"{address}/o.ndjson", 3),
    ]
    assert manifest["error"][0]["inputUrl"] == f"{address}/o.ndjson"
    assert [line for line, _ in paths(await bulk.read(manifest, "error"))] == ["line 1"]
    assert len(await fhir.ids(f"Observation?patient={person['id']}")) == 3


@pytest.mark.parametrize("name", ["absent", "moved"])
async def test_an_address_that_does_not_have_it_is_told_in_the_end(bulk, allowed, source, name):
    place = await bulk.start("$import", inputs(("Patient", f"{source[0]}/{name}")))
    await bulk.work()
    answer = await bulk.fhir.send("GET", place)
    assert (answer.status_code, issues(answer)) == (500, [("exception", "")])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432/",
        "http://files.example.evil/in/a",
        "http://files.example@evil.example/in/a",
        "https://files.example/in/a",
        "http://files.example:81/in/a",
        "http://files.example/other/a",
        "http://files.example/in/../other",
        "http://files.example/in/%2e%2e/other",
        "http://files.example/in/\\..\\other",
        "http://files.example/inner/a",
        "http://[::1/in/a",
        "file:///in/a",
        "//files.example/in/a",
        "",
    ],
)
async def test_other_addresses_are_refused_before_anybody_is_asked(fhir, url):
    assert not is_allowed(url, ("http://files.example/in",))
    answer = await fhir.send("POST", "$import", inputs(("Patient", url or "x")), **ASYNC)
    assert (answer.status_code, issues(answer)[0][1]) == (400, "Parameters.parameter[0].part")


def test_addresses_below_an_allowed_one_are_allowed():
    assert is_allowed("http://Files.example:80/in/deep/a.ndjson?x=1", ("http://files.example/in",))


@given(st.binary(max_size=60), st.lists(st.integers(1, 9)), st.integers(1, 30))
def test_lines_come_out_as_they_went_in_however_they_are_cut(text, cuts, piece):
    expected = (text[:-1] if text.endswith(b"\n") else text).split(b"\n") if text else []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ndjson, "PIECE", piece)
        lines, found, start = Lines(longest=60), [], 0
        for size in [*cuts, len(text)]:
            found += list(lines.feed(text[start : start + size]))
            start += size
        found += list(lines.close())
        whole = Lines(longest=60)
        assert found == [*whole.feed(text), *whole.close()]
    assert [line for some in found for line in some] == expected


def test_a_line_without_end_is_refused():
    lines = Lines(longest=10)
    with pytest.raises(TooLarge):
        list(lines.feed(b"x" * 11))


@pytest.mark.parametrize(
    ("kind", "coding", "members"),
    [
        ("application/fhir+ndjson", "gzip", 1),
        ("application/fhir+ndjson", "GZIP", 3),
        ("application/gzip", "", 1),
        ("application/x-gzip", "identity", 2),
    ],
)
async def test_packed_lines_become_resources_too(bulk, fhir, make, kind, coding, members):
    lines = [json.encode(one) + b"\n" for one in make(5)]
    body = b"".join(gzip.compress(b"".join(lines[start::members])) for start in range(members))
    headers = {"content_type": kind} | ({"content_encoding": coding} if coding else {})
    manifest = await bulk.manifest("$import", body, **headers)
    assert (manifest["output"], manifest["error"]) == ([{"count": 6}], [])


def packed(content):
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}\n", {"content_encoding": "gzip"}, 400),
        (packed(b"{}\n" * 1000)[:-9], {"content_encoding": "gzip"}, 400),
        (packed(b"{}\n") + b"more", {"content_encoding": "gzip"}, 400),
        (packed(b"{}\n"), {"content_encoding": "gzip", "content_type": "application/gzip"}, 415),
        (b"{}\n", {"content_encoding": "zstd"}, 415),
        (b"{}\n", {"content_encoding": "gzip, gzip"}, 415),
        (packed((b" " * 9999 + b"\n") * 4000), {"content_encoding": "gzip"}, 413),
        (packed(b" " * 9_000_000), {"content_encoding": "gzip"}, 413),
    ],
    ids=["plain", "cut", "more", "twice", "zstd", "listed", "large", "long"],
)
async def test_what_is_not_well_packed_is_refused_before_it_takes_room(
    service, monkeypatch, body, headers, status
):
    monkeypatch.setenv("SMARTBEAR_CDR_IMPORT_BYTES", str(10 << 20))
    async with serve(service.context) as app, client_of(app, service.clock) as client:
        fhir = Fhir(client)
        tracemalloc.start()
        answer = await fhir.send("POST", "$import", body, **(ASYNC | LINES | headers))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answer.status_code == status, answer.text
    assert issues(answer)
    assert most < 30 << 20


@given(st.lists(st.binary(max_size=3000), max_size=4), st.integers(1, 400))
def test_gzip_is_unpacked_wherever_it_is_cut(members, size):
    packed, unpacking = b"".join(map(gzip.compress, members)), Gunzip(20_000)
    cut = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(piece for chunk in cut for piece in unpacking.feed(chunk)) == b"".join(members)
    unpacking.close()
