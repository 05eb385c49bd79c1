"""The demo from start to stop: serve, seed, say where to look, wait. Or seed alone, where others serve."""

import secrets
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from smartbear import system
from smartbear.kit import processes
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database
from smartbear.operations.demo.pilot import demo_pilot
from smartbear.operations.demo.seed import Seeding, steps
from smartbear.operations.demo.state import State
from smartbear.operations.serve import platform

_console = Console()


async def run(settings: PlatformSettings) -> None:
    """Run the demo until Ctrl-C. A pilot that is there is kept."""
    async with AsyncExitStack() as stack:
        with _console.status("Starting the database and the platform"):
            up = await stack.enter_async_context(platform(settings))
        await _seed(settings, up.system)
        _welcome(up.address, demo_password(settings.home))
        await processes.until_told()
        _console.print("Stopping")


async def seed(settings: PlatformSettings) -> None:
    """Enrol the pilot in a platform that others serve: through their sockets, and else on its database."""
    here = [name for name in system.NAMES if name not in {*settings.component_urls, "gateway"}]
    async with database(settings) as url, system.assemble(settings, url, only=here) as running:
        await _seed(settings, running)
    _welcome(settings.addresses()[0], demo_password(settings.home))


def demo_password(home: Path) -> str:
    """The password of all demo accounts: random for each data directory, so that none is known in advance."""
    path = home / "demo" / "password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii")


async def _seed(settings: PlatformSettings, running: system.System) -> None:
    state = State(settings.home / "demo" / "state.json")
    identity, password = running.contexts["identity"], demo_password(settings.home)
    columns = (TextColumn("Enrolling the demo pilot:"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=_console, transient=True) as progress:
        task = progress.add_task("organisations and staff", total=steps())
        async with Seeding.open(identity, state, password) as seeding:
            await seeding.run(lambda done: progress.update(task, description=done, advance=1))


def _welcome(address: str, password: str) -> None:
    accounts = Table("account", "role", "where", box=None)
    told = demo_pilot()
    for person in told.staff:
        accounts.add_row(person.username, person.role, address)
    for participant in told.participants:
        if participant.username:
            accounts.add_row(participant.username, "Participant", f"{address}/app/")
    _console.print(accounts)
    _console.print(Panel(f"Password of all demo accounts: [bold]{password}[/]\nCtrl-C stops the platform."))
    _console.print(
        "[yellow]A demo: staff sign in with the password alone. In production a second step is asked.[/]"
    )
    _console.print(f"SMART BEAR is ready at [bold]{address}[/]")
