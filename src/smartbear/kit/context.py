"""What a component is given when it starts: everything it may depend on, and nothing global."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp

from smartbear.kit.audit.journal import Journal
from smartbear.kit.clock import Clock
from smartbear.kit.db import Database
from smartbear.kit.settings import PlatformSettings

Handler = Callable[[dict[str, Any]], Awaitable[None]]
"""Does one job; raising means «try again later»."""


@dataclass(frozen=True, slots=True)
class Context:
    """The dependencies of one component in one process."""

    component: str
    settings: PlatformSettings
    db: Database
    connect: Callable[[str], httpx.AsyncClient]
    """A client of another component, wherever it runs. Close it when done."""
    local: Callable[[str], ASGIApp | None]
    """Another component's application when it runs in this process; for the gateway alone."""
    clock: Clock
    new_id: Callable[[], str]
    key: Callable[[str], bytes]
    """A 32-byte key for a purpose, the same on every replica of the deployment."""
    ready: Callable[[], Awaitable[Mapping[str, bool]]]
    """What the platform needs to be up, by name, and whether it is."""
    journal: Journal | None = None
    """Where what is shown is recorded first, if not in the database itself."""


Handlers = Mapping[str, Handler]
"""Task name → handler, as a component's ``jobs.py`` offers them."""
