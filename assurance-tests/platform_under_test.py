"""A platform started as its users start it, in a process of its own, and clients of it.

Everything here goes over loopback sockets. Processes are found by the data directory they were started with,
so that only what a test started is ever measured or ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
Victim = Literal["platform", "database", "everything"]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def data_directory() -> Iterator[Path]:
    """A fresh one that PostgreSQL's own account can pass through; removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="smartbear-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class PlatformUnderTest:
    """``smartbear <command>`` on a data directory and a port."""

    home: Path
    command: tuple[str, ...] = ("demo",)
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    kept_running: bool = False
    """Whether somebody starts it again when it ends."""

    @property
    def address(self) -> str:
        """Where the front door is."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start the process; returns at once."""
        self.home.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "SMARTBEAR_HOME": str(self.home),
            "SMARTBEAR_PORT": str(self.port),
            **self.environment,
        }
        with (self.home / "platform.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "smartbear", *self.command], env=environment, stdout=log, stderr=log
            )

    def wait_until_ready(self, within: float = 90.0) -> float:
        """Seconds until ``/health/ready`` answers 200, from now."""
        return self._wait("/health/ready", within)

    def wait_for_login_page(self, within: float = 90.0) -> float:
        """Seconds until the dashboard is served and the identity provider answers, from now."""
        began = time.monotonic()
        self._wait("/realms/smartbear/.well-known/openid-configuration", within)
        self._wait("/", within)
        return time.monotonic() - began

    def _wait(self, path: str, within: float) -> float:
        began = time.monotonic()
        while time.monotonic() - began < within:
            if not self.kept_running and self.process and self.process.poll() is not None:
                raise RuntimeError(f"the platform ended; see {self.home / 'platform.log'}")
            try:
                if httpx.get(f"{self.address}{path}", timeout=2).status_code == httpx.codes.OK:
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise TimeoutError(path)

    def wait_until_seeded(self, within: float = 180.0) -> None:
        """Wait until the demo pilot is complete."""
        state, began = self.home / "demo" / "state.json", time.monotonic()
        while time.monotonic() - began < within:
            if state.exists() and "readings/12" in json.loads(state.read_bytes()):
                return
            time.sleep(0.1)
        raise TimeoutError("the demo pilot")

    def stop(self) -> float:
        """End it as Ctrl-C does; returns the seconds that took."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - began

    def kill(self, what: Victim) -> None:
        """``kill -9``, all victims at once; a killed ``database`` is the platform's to start again."""
        process = self.process
        assert process
        ours = [each.pid for each in self.processes()]
        database = [each.pid for each in self.processes() if _is_postgres(each)]
        victims = {"platform": [process.pid], "database": database, "everything": [process.pid, *ours]}
        for pid in victims[what]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if what != "database":
            process.wait(30)

    def processes(self) -> list[psutil.Process]:
        """Every process of this platform, PostgreSQL included."""
        found = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
                ours = process.environ().get("SMARTBEAR_HOME") == str(self.home) and "smartbear" in words
                data = process.name() == "postgres" and str(self.home / "postgres" / "data") in words
                if ours or data:
                    found += [process, *process.children(recursive=True)]
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return list({process.pid: process for process in found}.values())

    def memory(self) -> int:
        """Bytes of the whole platform: proportional set size, so that shared pages count once."""
        return sum(map(_share, self.processes()))

    def cli(self, *arguments: str) -> str:
        """Standard output of a ``smartbear`` command on the same data directory."""
        environment = os.environ | {"SMARTBEAR_HOME": str(self.home), **self.environment}
        run = subprocess.run(
            [sys.executable, "-m", "smartbear", *arguments], env=environment, capture_output=True, check=True
        )
        return run.stdout.decode()

    def password(self) -> str:
        """Of the demo accounts."""
        return (self.home / "demo" / "password").read_text(encoding="ascii")


def _is_postgres(process: psutil.Process) -> bool:
    """Whether it is one of PostgreSQL's; not if it has ended meanwhile."""
    try:
        return bool(process.name() == "postgres")
    except psutil.NoSuchProcess:
        return False


def _share(process: psutil.Process) -> int:
    """A process's part of the memory; none if it has ended meanwhile, as PostgreSQL's workers do."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
