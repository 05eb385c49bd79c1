"""``smartbear pseudonyms``: the projects, their epochs, and tokens of an older epoch made anew.

These commands work on the folder of the keys, so that they need the account that owns it; a holder that runs
sees what they change with its next answer.
"""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from smartbear.kit.clock import Clock, SystemClock
from smartbear.kit.pseudonyms import spaces
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.record import Journal
from smartbear.kit.settings import PlatformSettings

_out = Console()


def create(settings: PlatformSettings, project: str, clock: Clock | None = None) -> None:
    """Make a project, with keys of its own."""
    now = (clock or SystemClock()).now()
    _folder(settings).change(lambda kept: spaces.created(kept, project, now))
    _out.print(f"{project} has keys now; tokens are made in epoch 1.")


def rotate(settings: PlatformSettings, project: str, clock: Clock | None = None) -> None:
    """Begin a new epoch of a project; tokens of the older ones are turned back until they are closed."""
    now = (clock or SystemClock()).now()
    kept = _folder(settings).change(lambda kept: spaces.rotated(kept, project, now))
    _out.print(f"New tokens of {project} are made in epoch {kept[project].current}.")


def close(settings: PlatformSettings, project: str, epoch: int, clock: Clock | None = None) -> None:
    """Turn back no token of an epoch any more."""
    now = (clock or SystemClock()).now()
    _folder(settings).change(lambda kept: spaces.closed(kept, project, epoch, now))
    _out.print(f"Tokens of epoch {epoch} of {project} are not turned back any more.")


def destroy(settings: PlatformSettings, project: str) -> None:
    """Destroy what a project's keys are made from: nobody can turn back its tokens, ever."""
    _folder(settings).change(lambda kept: spaces.destroyed(kept, project))
    _out.print(f"{project} is unlinked for good.")


def show(settings: PlatformSettings) -> None:
    """Print the projects and their epochs."""
    table = Table("Project", "Epoch", "Opened", "Closed", title="Projects")
    for name, space in _folder(settings).spaces().items():
        for epoch in space.epochs:
            ended = f"{epoch.closed:%d %b %Y %H:%M}" if epoch.closed else ""
            table.add_row(name, str(epoch.number), f"{epoch.opened:%d %b %Y %H:%M}", ended)
    _out.print(table if table.rows else "There is no project.")


def record(settings: PlatformSettings) -> None:
    """Print who asked and who agreed to find out whose token it was; BrokenRecord if it was changed."""
    table = Table(
        "At", "Project", "Token of a", "Asked by", "Agreed by", "Reason", title="Re-identifications"
    )
    for event in Journal(settings.identification_record).events():
        at = f"{event.at:%d %b %Y %H:%M}"
        table.add_row(at, event.space, event.kind, event.asked_by, event.agreed_by, event.reason)
    _out.print(table if table.rows else "Nobody asked.")


def renew(settings: PlatformSettings, project: str, kind: str, tokens: Iterable[str]) -> None:
    """Print each token, a comma, and what it is in the present epoch; nothing after the comma for none."""
    keyring = Keyring(_folder(settings))
    for token in map(str.strip, tokens):
        text = keyring.open(project, kind, token)
        fresh = keyring.seal(project, kind, text) if text is not None else None
        sys.stdout.write(f"{token if text is not None else ''},{fresh or ''}\n")


def _folder(settings: PlatformSettings) -> Folder:
    return Folder(settings.key_folder)
