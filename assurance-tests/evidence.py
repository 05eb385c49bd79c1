"""``make evidence``: what is too long for every run, and a dated report of it under docs/reference/evidence.

The bodies of public data are not part of the project; say where they are, and their tests run too:

    SMARTBEAR_FHIR_EXAMPLES=… SMARTBEAR_FHIR_TEST_CASES=… SMARTBEAR_SYNTHEA=… make evidence
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform as machine
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from faults import crash, tamper
from platform_under_test import ROOT, data_directory

_REPORTS = ROOT / "docs" / "reference" / "evidence"
_CORPORA = ("SMARTBEAR_FHIR_EXAMPLES", "SMARTBEAR_FHIR_TEST_CASES", "SMARTBEAR_SYNTHEA")
_console = Console()


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    title: str
    command: str
    good: bool
    seconds: float
    details: str

    def written(self) -> str:
        """A section of the report."""
        verdict = "**kept**" if self.good else "**broken**"
        return (
            f"## {self.title}: {verdict}\n\n`{self.command}`, {self.seconds:.0f} s\n\n"
            f"```\n{self.details.strip()}\n```\n"
        )


def main() -> None:
    """Run everything; the exit status says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--tamperings", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    findings = [
        crashes(arguments.kills, arguments.seed),
        tampering(arguments.tamperings, arguments.seed),
        identity(),
        *corpora(),
    ]
    path = _REPORTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([_head(), *(finding.written() for finding in findings)]), encoding="utf-8")
    _console.print(f"{path.relative_to(ROOT)}: {'all kept' if all(f.good for f in findings) else 'broken'}")
    sys.exit(not all(finding.good for finding in findings))


def crashes(kills: int, seed: int) -> Finding:
    """``kill -9`` while readings pour in."""
    began = time.monotonic()
    with _console.status(f"Killing the platform {kills} times"), data_directory() as home:
        verdict = asyncio.run(crash.run(home, kills, seed))
    took = time.monotonic() - began
    lines = [f"{name}: {value}" for name, value in asdict(verdict).items()]
    command = f"python assurance-tests/faults/crash.py <new data directory> {kills} {seed}"
    title = "Every acknowledged reading is there exactly once, no alert is lost"
    return Finding(title, command, verdict.good, took, "\n".join(lines))


def tampering(times: int, seed: int) -> Finding:
    """Somebody with all rights in the database changes the audit trail."""
    began = time.monotonic()
    with _console.status(f"Tampering with the audit trail {times} times"), data_directory() as home:
        verdict = asyncio.run(tamper.run(home, times, events=500, seed=seed, counted=100_000))
    took = time.monotonic() - began
    lines = [f"{name}: {value}" for name, value in asdict(verdict).items()]
    command = f"python assurance-tests/faults/tamper.py --times {times} --seed {seed}"
    return Finding("Every change to the audit trail shows", command, verdict.good, took, "\n".join(lines))


def identity() -> Finding:
    """Strangers' software, a real Keycloak in the provider's place, forged tokens and addresses."""
    words = ["-m", "pytest", "-q", "-rs", "-m", "evidence", "tests/identity"]
    began = time.monotonic()
    with _console.status("Signing in with other people's software, and forging tokens"):
        run = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    title = "Nobody gets in who should not, and other people's software gets in as it is"
    command = f"python {' '.join(words)}"
    return Finding(title, command, run.returncode == 0, time.monotonic() - began, run.stdout)


def corpora() -> list[Finding]:
    """The tests of public data, for the bodies whose folder is given."""
    given = [name for name in _CORPORA if os.environ.get(name)]
    if not given:
        _console.print(f"No corpus checks: none of {', '.join(_CORPORA)} is set")
        return []
    words = ["-m", "pytest", "-q", "-rs", "-m", "corpus", "tests"]
    began = time.monotonic()
    with _console.status("Validating public data"):
        run = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    command = f"{' '.join(f'{name}=…' for name in given)} python {' '.join(words)}"
    title = "Public data is read as the specification says"
    return [Finding(title, command, run.returncode == 0, time.monotonic() - began, run.stdout)]


def _head() -> str:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    processor = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")),
        machine.processor(),
    )
    return (
        f"# Evidence of {datetime.now(UTC):%d %B %Y, %H:%M} UTC\n\n"
        f"{os.cpu_count()} cores, {processor}; {machine.system()} {machine.release()}; "
        f"Python {machine.python_version()}; commit {commit.stdout.strip()}.\n"
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
