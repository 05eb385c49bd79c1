"""A platform whose components run in processes of their own and meet over sockets alone.

They share a PostgreSQL, the data directory with the deployment's key, and nothing else. The front door, the
identity provider and the app's own component share a process, because nobody else asks them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Self

from platform_under_test import LOOPBACK, PlatformUnderTest, free_port
from smartbear.kit import postgres

_FRONT = ("gateway", "identity", "mobile", "assurance")
_APART = ("users", "cdr", "measurements", "decisions", "notifications")


@dataclass
class SplitPlatform(PlatformUnderTest):
    """The front door's process is this one; ``parts`` are the others."""

    command: tuple[str, ...] = ("serve", *_FRONT)
    parts: list[PlatformUnderTest] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Started and seeded while the block runs; the front door stops first."""
        with ExitStack() as stack:
            server = postgres.start(self.home)
            stack.callback(server.stop)
            ports = {name: free_port() for name in _APART}
            urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
            self.environment = {
                "SMARTBEAR_DATABASE_URL": server.url,
                "SMARTBEAR_COMPONENT_URLS": json.dumps(urls),
                "SMARTBEAR_ENVIRONMENT": "demo",
                "SMARTBEAR_PUBLIC_URLS": self.address,
            }
            for name, port in ports.items():
                part = PlatformUnderTest(self.home, ("serve", name), port, self.environment)
                self.parts.append(part)
            for process in (*self.parts, self):
                process.start()
                stack.callback(process.stop)
            self.wait_until_ready()
            self.cli("seed")
            yield self
