"""``python assurance-tests/load/large.py [N]``: does it stay as fast, small and calm with N Observations?

Prints, for a store of 10,000 Observations and then of N: the median time of searches; of the larger one also
bytes on disk for each Observation, the rate of the import that made them, and of an export of all: its rate,
the memory of the processes meanwhile (proportional set size, PostgreSQL apart), and how long reads take.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from clients import SystemClient
from platform_under_test import PlatformUnderTest, data_directory
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database

_SMALL = 10_000
_OF_ONE = 1000  # Observations of a patient
_CODES = ("8867-4", "29463-7", "2708-6", "8310-5", "41950-7")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_AT_ONCE = 50_000  # lines of an import
_ASKS = 200  # of each search
_ASYNC = {"prefer": "respond-async"}
_SIZE = """
    SELECT sum(pg_total_relation_size(c.oid))::bigint
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'cdr' AND c.relkind = 'r' AND c.relname NOT LIKE 'bulk%'"""


def observation(number: int) -> dict[str, object]:
    """One of the Observations that a person's devices make."""
    person, nth = divmod(number, _OF_ONE)
    code = _CODES[nth % len(_CODES)]
    coding = {"system": "http://loinc.org", "code": code}
    unit = {"unit": "1", "system": "http://unitsofmeasure.org", "code": "1"}
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"o-{number}",
        "status": "final",
        "identifier": [{"system": "urn:uuid", "value": f"{number:032x}"}],
        "category": [{"coding": [{"system": category, "code": "activity"}]}],
        "code": {"coding": [coding], "text": f"measurement {code}"},
        "subject": {"reference": f"Patient/p-{person}"},
        "device": {"reference": f"Device/d-{person}"},
        "effectiveDateTime": (_START + timedelta(minutes=13 * nth, seconds=person)).isoformat(),
        "valueQuantity": {"value": 50 + number % 97 / 10, **unit},
    }


def lines(first: int, end: int) -> Iterator[bytes]:
    """Patients and their Observations, as NDJSON."""
    for number in range(first, end):
        if number % _OF_ONE == 0:
            name = number // _OF_ONE
            identifier = [{"system": "urn:large", "value": f"{name}"}]
            person = {"resourceType": "Patient", "id": f"p-{name}", "identifier": identifier}
            yield json.dumps(person).encode() + b"\n"
        yield json.dumps(observation(number)).encode() + b"\n"


async def load(system: SystemClient, first: int, end: int) -> float:
    """Import Observations through the service; returns how many a second."""
    began = time.monotonic()
    headers = {**_ASYNC, "content-type": "application/fhir+ndjson"}
    for start in range(first, end, _AT_ONCE):
        body = b"".join(lines(start, min(end, start + _AT_ONCE)))
        answer = await system.request("POST", "/fhir/$import", content=body, headers=headers, timeout=120)
        manifest = await done(system, answer.headers["content-location"])
        assert manifest["error"] == [], manifest
    return (end - first) / (time.monotonic() - began)


async def done(system: SystemClient, place: str) -> dict[str, list[dict[str, str]]]:
    """The manifest of a job, when it has ended."""
    while True:
        answer = await system.request("GET", place)
        if answer.status_code != 202:
            manifest: dict[str, list[dict[str, str]]] = answer.raise_for_status().json()
            return manifest


def searches(people: int) -> dict[str, str]:
    """What dashboards and rules ask, about somebody."""
    one = random.randrange(people)
    code = "code=http://loinc.org|8867-4"
    about = f"Observation?subject=Patient/p-{one}"
    value = "code-value-quantity=http://loinc.org|8867-4$gt55"
    return {
        "read": f"Observation/o-{one * _OF_ONE}",
        "subject + code + date, newest 50": f"{about}&{code}&date=ge2026-01-02&_sort=-date&_count=50",
        "code, newest 50": f"Observation?{code}&_sort=-date&_count=50",
        "chain, 50": f"Observation?subject:Patient.identifier=urn:large|{one}&{code}&_count=50",
        "value above, 50": f"{about}&{value}&_count=50",
        "count of one patient": f"{about}&_summary=count",
        "count of all": "Observation?_summary=count",
        "include, 20": f"{about}&_sort=-date&_include=Observation:subject&_count=20",
    }


async def medians(system: SystemClient, people: int) -> dict[str, float]:
    """Milliseconds of each search."""
    taken: dict[str, list[float]] = {name: [] for name in searches(1)}
    for _ in range(_ASKS):
        for name, path in searches(people).items():
            began = time.perf_counter()
            (await system.request("GET", f"/fhir/{path}")).raise_for_status()
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


async def bytes_on_disk(home: Path) -> int:
    """Everything the repository keeps, indexes included, files of bulk jobs apart."""
    async with database(PlatformSettings(home=home)) as url:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("VACUUM")
            size: int = await connection.fetchval(_SIZE)
            return size
        finally:
            await connection.close()


async def export(under_test: PlatformUnderTest, system: SystemClient, people: int) -> dict[str, float]:
    """Export everything while somebody reads; figures of both."""
    reads: list[float] = []
    memory: dict[int, float] = {}
    watchers = [
        asyncio.create_task(read(system, people, reads)),
        asyncio.create_task(watch(under_test, memory)),
    ]
    began = time.monotonic()
    answer = await system.request("GET", "/fhir/$export", headers=_ASYNC)
    manifest = await done(system, answer.headers["content-location"])
    ready = time.monotonic() - began
    counts = [await download(system, file["url"]) for file in manifest["output"]]
    took = time.monotonic() - began
    for watcher in watchers:
        watcher.cancel()
    reads.sort()
    return {
        "resources exported": sum(counts),
        "exported a second, to the last byte": sum(counts) / took,
        "seconds to the manifest": ready,
        "p50 of a read meanwhile, ms": statistics.median(reads),
        "p99 of a read meanwhile, ms": reads[len(reads) * 99 // 100],
        "largest process but PostgreSQL, MB": max(memory.values()) / 1e6,
    }


async def read(system: SystemClient, people: int, taken: list[float]) -> None:
    """Read somebody's Observation again and again."""
    while True:
        began = time.perf_counter()
        (await system.request("GET", f"/fhir/{searches(people)['read']}")).raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.005)


async def watch(under_test: PlatformUnderTest, memory: dict[int, float]) -> None:
    """The most memory that each of our processes had."""
    mine = [one for one in under_test.processes() if one.name() != "postgres"]
    while True:
        for one in mine:
            try:
                memory[one.pid] = max(memory.get(one.pid, 0), one.memory_full_info().pss)
            except psutil.NoSuchProcess:
                continue
        await asyncio.sleep(0.5)


async def download(system: SystemClient, url: str) -> int:
    """How many lines a file has, read as it comes."""
    count = 0
    async for chunk in system.stream(url):
        count += chunk.count(b"\n")
    return count


async def measure(large: int) -> tuple[Table, Table]:
    """The searches of both stores side by side, and everything else about the larger one."""
    with data_directory() as home:
        under_test = PlatformUnderTest(home, ("serve",), environment={"SMARTBEAR_ENVIRONMENT": "test"})
        under_test.start()
        under_test.wait_until_ready()
        try:
            return await _measured(under_test, large)
        finally:
            under_test.stop()


async def _measured(under_test: PlatformUnderTest, large: int) -> tuple[Table, Table]:
    other = Table("what", "figure", title=f"{large:,} Observations")
    async with SystemClient(under_test) as system:
        empty = await bytes_on_disk(under_test.home)
        await load(system, 0, _SMALL)
        small = await medians(system, _SMALL // _OF_ONE)
        other.add_row("imported a second", f"{await load(system, _SMALL, large):,.0f}")
        size = (await bytes_on_disk(under_test.home) - empty) / large
        other.add_row("bytes on disk for an Observation", f"{size:,.0f}")
        grown = await medians(system, large // _OF_ONE)
        for name, value in (await export(under_test, system, large // _OF_ONE)).items():
            other.add_row(name, f"{value:,.1f}" if value < 1000 else f"{value:,.0f}")
    compared = Table("search, p50 in ms", f"{_SMALL:,}", f"{large:,}", "ratio")
    for name, before in small.items():
        compared.add_row(name, f"{before:.1f}", f"{grown[name]:.1f}", f"{grown[name] / before:.2f}")
    return compared, other


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("observations", type=int, nargs="?", default=1_000_000)
    for table in asyncio.run(measure(parser.parse_args().observations)):
        Console(width=110).print(table)


if __name__ == "__main__":
    main()
