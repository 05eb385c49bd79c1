"""``make bench``: the platform's figures, each the median of five runs, with machine and versions.

Everything is measured from outside, on a platform started as users start it, on a fresh data directory. The
load generator runs on the same machine and is not subtracted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform as machine
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.table import Table

from clients import Person, SystemClient
from load import gateway, ingest, large, latency, pseudonyms
from platform_under_test import ROOT, PlatformUnderTest, free_port

_IDLE = 20  # seconds without requests before memory is read
_console = Console(width=110)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    target: str
    values: list[float]
    unit: str

    def shown(self) -> tuple[str, str, str, str]:
        """Name, target, median, and the smallest and largest value."""
        median = statistics.median(self.values)
        return (
            self.name,
            self.target,
            f"{median:,.2f} {self.unit}" if median < 100 else f"{median:,.0f} {self.unit}",
            f"{min(self.values):,.2f} to {max(self.values):,.2f} ({len(self.values)} runs)",
        )


def fresh_machine(runs: int) -> Figure:
    """Seconds from ``make run`` in a fresh clone, with empty package caches, to the login page."""
    values = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            clone, home = Path(folder) / "clone", Path(folder) / "home"
            subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
            port = free_port()
            environment = os.environ | {
                "SMARTBEAR_HOME": str(home),
                "SMARTBEAR_PORT": str(port),
                "PIP_NO_CACHE_DIR": "1",
                "npm_config_cache": f"{folder}/npm",
            }
            environment.pop("VIRTUAL_ENV", None)
            under_test = PlatformUnderTest(home, port=port)
            began = time.monotonic()
            log = (Path(folder) / "log").open("wb")
            make = subprocess.Popen(
                ["make", "run"],
                cwd=clone,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, to be interrupted whole as a terminal does
            )
            under_test.process = make
            under_test.wait_for_login_page(within=600)
            values.append(time.monotonic() - began)
            os.killpg(make.pid, signal.SIGINT)
            make.wait(60)
            log.close()
    return Figure("fresh machine, `make run` to the login page", "< 240 s", values, "s")


def warm_start(under_test: PlatformUnderTest, runs: int) -> Figure:
    """Seconds from the command to the login page on a data directory that is there."""
    values = []
    for _ in range(runs):
        began = time.monotonic()
        under_test.start()
        under_test.wait_for_login_page()
        values.append(time.monotonic() - began)
        under_test.wait_until_ready()
        under_test.stop()
    return Figure("warm start to the login page", "< 8 s", values, "s")


def memory(under_test: PlatformUnderTest, runs: int) -> Figure:
    """Megabytes of everything, PostgreSQL included, after a pause without requests."""
    values = []
    for _ in range(runs):
        time.sleep(_IDLE)
        values.append(under_test.memory() / 1e6)
    return Figure("whole platform, memory when idle", "< 800 MB", values, "MB")


async def loaded(under_test: PlatformUnderTest, runs: int) -> list[Figure]:
    """The figures that need a running platform and people."""
    async with (
        SystemClient(under_test) as system,
        Person(under_test, "test_clinician", under_test.password()) as clinician,
    ):
        waited = await latency.measure(under_test, system, clinician, runs)
        accepted, complete = await ingest.measure(under_test, system, runs)
    return [
        Figure("reading accepted → in the open inbox, p95, 50 readings/s", "< 2 s", waited, "s"),
        Figure("readings accepted, batches of 100", "≥ 4,000/s", accepted, "/s"),
        Figure("the same, until the last is in the repository too", "-", complete, "/s"),
    ]


def pseudonymised(runs: int) -> Figure:
    """Milliseconds from the bytes of a Bundle to those that leave; each run is the median of 50 Bundles."""
    values = [statistics.median(pseudonyms.measured(50)["wall"]) for _ in range(runs)]
    return Figure("a Bundle of 100 Observations pseudonymised", "≤ 10 ms", values, "ms")


def front_door(runs: int) -> list[Figure]:
    """What the way through the front door costs, and the tokens it verifies; each run has 1,000 requests."""
    costs, verified = [], []
    for _ in range(runs):
        found, rates = gateway.measured(5)
        costs.append(statistics.median(found["through"]) - statistics.median(found["direct"]))
        verified.append(statistics.median(rates))
    return [
        Figure("the gateway's cost over calling the component, p50", "≤ 1 ms", costs, "ms"),
        Figure("token verifications, of one core's time", "≥ 5,000/s", verified, "/s"),
    ]


def versions(under_test: PlatformUnderTest) -> str:
    """Machine and versions, for the head of the table."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        machine.processor(),
    )
    up = httpx.get(f"{under_test.address}/health/live").json()["version"]
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return (
        f"{os.cpu_count()} cores, {model}; Linux {machine.release()}; Python {machine.python_version()}; "
        f"PostgreSQL 18; smartbear {up} ({commit.stdout.strip()})"
    )


def main() -> None:
    """Measure and print; ``--json FILE`` also writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--fresh-runs", type=int, default=1, help="clones to install; each takes minutes")
    parser.add_argument("--large", type=int, metavar="N", help="also measure a store of N Observations")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="smartbear-bench-"))
    folder.chmod(0o711)
    under_test = PlatformUnderTest(folder / "home")
    figures = []
    if arguments.fresh_runs:
        figures.append(_told("fresh machine", lambda: fresh_machine(arguments.fresh_runs)))
    under_test.start()
    under_test.wait_until_ready()
    under_test.wait_until_seeded()
    under_test.stop()
    figures.append(_told("warm start", lambda: warm_start(under_test, arguments.runs)))
    under_test.start()
    under_test.wait_until_ready()
    figures.append(_told("memory", lambda: memory(under_test, arguments.runs)))
    figures += _told("under load", lambda: asyncio.run(loaded(under_test, arguments.runs)))
    head = versions(under_test)
    under_test.stop()
    shutil.rmtree(folder, ignore_errors=True)
    figures.append(_told("pseudonyms", lambda: pseudonymised(arguments.runs)))
    figures += _told("the front door", lambda: front_door(arguments.runs))
    _show(figures, head)
    if arguments.large:
        for table in _told("a large store", lambda: asyncio.run(large.measure(arguments.large))):
            _console.print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(figure) for figure in figures], indent=2))


def _told(what: str, measure: Callable[[], list[Figure] | Figure] | Callable[[], Awaitable[None]]):
    """Measure with a line that says what is going on."""
    with _console.status(f"Measuring: {what}"):
        return measure()


def _show(figures: list[Figure], head: str) -> None:
    table = Table("figure", "target", "median", "range", title=head)
    for figure in figures:
        table.add_row(*figure.shown())
    _console.print(table)


if __name__ == "__main__":
    main()
