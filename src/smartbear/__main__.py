"""The command line. ``smartbear --help`` lists what it can do; the work itself is in ``operations/``."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console

from smartbear import system
from smartbear.identity.actions import NewClient
from smartbear.kit import logs
from smartbear.kit.errors import BadInput, FieldError, PlatformError
from smartbear.kit.settings import PlatformSettings
from smartbear.operations import (
    accounts,
    audit,
    clients,
    jobs,
    key_holder,
    participants,
    pseudonyms,
    realm,
    schemas,
    serve,
)
from smartbear.operations.demo import run as demo
from smartbear.operations.load import run as load

app = typer.Typer(help="SMART BEAR: looking after older adults at home.", no_args_is_help=True)
client_app = typer.Typer(help="Programs that ask for tokens.", no_args_is_help=True)
realm_app = typer.Typer(help="The realm as a Keycloak imports it.", no_args_is_help=True)
key_app = typer.Typer(help="Keys that tokens are signed with.", no_args_is_help=True)
account_app = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
jobs_app = typer.Typer(help="Jobs put aside after five failed tries.", no_args_is_help=True)
pseudonyms_app = typer.Typer(help="Projects and the keys of their pseudonyms.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit trail and its proofs.", no_args_is_help=True)
participant_app = typer.Typer(help="Participants who are to be erased.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
app.add_typer(client_app, name="client")
app.add_typer(key_app, name="key")
app.add_typer(realm_app, name="realm")
app.add_typer(account_app, name="account")
app.add_typer(jobs_app, name="jobs")
app.add_typer(participant_app, name="participant")
app.add_typer(pseudonyms_app, name="pseudonyms")

_errors = Console(stderr=True)

Components = Annotated[
    list[str] | None, typer.Argument(help="Components to run here; all when none is named.")
]
Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
Project = Annotated[str, typer.Argument(help="The project's name.")]
Number = Annotated[int, typer.Argument(help="The job's number, as `smartbear jobs list` prints it.")]


def _settings() -> PlatformSettings:
    try:
        return PlatformSettings()
    except ValidationError as error:
        faults = tuple(
            FieldError(f"SMARTBEAR_{'.'.join(map(str, fault['loc'])).upper()}", fault["type"], fault["msg"])
            for fault in error.errors()
        )
        raise BadInput("The settings are not valid.", errors=faults) from None


def _run(work: Coroutine[Any, Any, None], settings: PlatformSettings) -> None:
    logs.configure(settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def _known(components: list[str] | None) -> tuple[str, ...]:
    unknown = sorted(set(components or ()) - set(system.NAMES))
    if unknown:
        raise BadInput(f"No component is called {unknown[0]}. There are: {', '.join(system.NAMES)}.")
    return tuple(components or system.NAMES)


@app.command("serve")
def serve_command(
    components: Components = None,
    *,
    worker: Annotated[bool, typer.Option(help="Also run the jobs of these components.")] = True,
) -> None:
    """Run the platform, or only the components named, until Ctrl-C."""
    settings = _settings()
    _run(serve.serve(settings, _known(components), with_worker=worker), settings)


@app.command("beside", hidden=True)
def beside_command(listener: int, place: int, components: Components = None) -> None:
    """Serve at a socket the parent process listens on, until it is gone."""
    settings = _settings()
    _run(serve.serve_beside(settings, listener, place, _known(components)), settings)


@app.command("record", hidden=True)
def record_command(place: int) -> None:
    """Serve requests to the record that the parent process passes on, until it is gone."""
    settings = _settings()
    _run(serve.serve_record(settings, place), settings)


@app.command("worker")
def worker_command(
    components: Components = None,
    *,
    follow_stdin: Annotated[bool, typer.Option(hidden=True, help="Stop when standard input closes.")] = False,
) -> None:
    """Run jobs only, until Ctrl-C."""
    settings = _settings()
    _run(serve.work(settings, _known(components), follow_stdin=follow_stdin), settings)


@app.command("demo")
def demo_command() -> None:
    """Run the platform with a synthetic pilot to look at, until Ctrl-C."""
    os.environ["SMARTBEAR_ENVIRONMENT"] = "demo"  # the worker, a child process, must know too
    os.environ.setdefault("SMARTBEAR_LOG_LEVEL", "warning")
    settings = _settings()
    _run(demo.run(settings), settings)


@app.command("seed")
def seed_command() -> None:
    """Enrol the synthetic pilot in a platform that runs already, whole or split; what is there is kept."""
    settings = _settings()
    _run(demo.seed(settings), settings)


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date without serving."""
    settings = _settings()
    _run(schemas.migrate(settings), settings)


@app.command("load")
def load_command(
    paths: Annotated[list[Path], typer.Argument(help="FHIR Bundles, NDJSON, .gz, .bz2, or folders of them.")],
) -> None:
    """Load FHIR resources into the repository; may be interrupted and started again."""
    settings = _settings()
    _run(load.run(settings, paths), settings)


@client_app.command("create")
def client_create(
    name: Annotated[str, typer.Argument(help="What the client is called in the audit trail.")],
    scope: Annotated[str, typer.Option(help="Scopes, separated by spaces.")] = "system/*.read",
    service: Annotated[list[str] | None, typer.Option(help="A component its tokens are good for.")] = None,
    redirect: Annotated[list[str] | None, typer.Option(help="Exact address people come back to.")] = None,
    after_logout: Annotated[list[str] | None, typer.Option(help="Exact address after signing out.")] = None,
    backchannel_logout: Annotated[str | None, typer.Option(help="Address told of each sign-out.")] = None,
    keys: Annotated[Path | None, typer.Option(help="JWK set of public keys, in place of a secret.")] = None,
    *,
    ours: Annotated[bool, typer.Option(help="Part of the platform: people need not allow it first.")] = False,
) -> None:
    """Create a client and print its id and secret as JSON; the secret is shown only here."""
    settings = _settings()
    new = NewClient(
        name=name,
        scope=scope,
        services=tuple(service or ()),
        redirects=tuple(redirect or ()),
        after_logout=tuple(after_logout or ()),
        backchannel_logout=backchannel_logout,
        keys=clients.read_keys(keys),
        is_ours=ours,
    )
    _run(clients.create(settings, new), settings)


@client_app.command("remove")
def client_remove(client: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Remove a client; its tokens are over within five minutes."""
    settings = _settings()
    _run(clients.remove(settings, client), settings)


@key_app.command("rotate")
def key_rotate(
    *, at_once: Annotated[bool, typer.Option(help="Refuse what the keys so far have signed.")] = False
) -> None:
    """Make the next key that tokens are signed with; it signs in an hour, when everybody knows it."""
    settings = _settings()
    _run(clients.rotate_key(settings, at_once=at_once), settings)


@realm_app.command("export")
def realm_export(
    address: Annotated[list[str], typer.Option(help="Address users type.")],
) -> None:
    """Print the realm as a Keycloak imports it, with redirects below these addresses and no other."""
    realm.export(address)


@account_app.command("create")
def account_create(
    username: Username,
    role: Annotated[str, typer.Option(help="One of the seven roles of staff, such as SysAdmin or CCM.")],
    organisation: Annotated[str | None, typer.Option(help="Its id, for CCM and Tech.")] = None,
) -> None:
    """Create a staff account and print its password as JSON; the password is shown only here."""
    settings = _settings()
    _run(accounts.create(settings, username, role, organisation), settings)


@account_app.command("password")
def account_password(username: Username) -> None:
    """Give an account a new password, sign it out everywhere, and print the password as JSON."""
    settings = _settings()
    _run(accounts.reset(settings, username), settings)


@participant_app.command("erase")
def participant_erase(
    participant: Annotated[str, typer.Argument(help="Such as SB-0001.")],
    reason: Annotated[str, typer.Option(help="One of the grounds of Art. 17(1) GDPR.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a participant from every component, for good; the platform's worker does it."""
    if not yes:
        typer.confirm(f"Everything about {participant} will be removed for good. Go on?", abort=True)
    settings = _settings()
    _run(participants.erase(settings, participant, reason), settings)


@participant_app.command("erasures")
def participant_erasures() -> None:
    """List who has been erased, or is to be, and what was removed where."""
    settings = _settings()
    _run(participants.show(settings), settings)


@jobs_app.command("list")
def jobs_list() -> None:
    """List jobs that failed five times."""
    settings = _settings()
    _run(jobs.show(settings), settings)


@jobs_app.command("replay")
def jobs_replay(number: Number) -> None:
    """Give a job five tries more."""
    settings = _settings()
    _run(jobs.replay(settings, number), settings)


@jobs_app.command("drop")
def jobs_drop(number: Number) -> None:
    """Delete a job for good."""
    settings = _settings()
    _run(jobs.drop(settings, number), settings)


@pseudonyms_app.command("create")
def pseudonyms_create(project: Project) -> None:
    """Give a project keys of its own."""
    pseudonyms.create(_settings(), project)


@pseudonyms_app.command("list")
def pseudonyms_list() -> None:
    """List the projects and their epochs."""
    pseudonyms.show(_settings())


@pseudonyms_app.command("rotate")
def pseudonyms_rotate(project: Project) -> None:
    """Make a project's new tokens with new keys; the old ones stay readable until their epoch is closed."""
    pseudonyms.rotate(_settings(), project)


@pseudonyms_app.command("renew")
def pseudonyms_renew(
    project: Project,
    kind: Annotated[str, typer.Argument(help="What the tokens name: a resource type.")] = "Patient",
) -> None:
    """Read tokens from standard input, a line each, and print each with the token that takes its place."""
    pseudonyms.renew(_settings(), project, kind, sys.stdin)


@pseudonyms_app.command("close")
def pseudonyms_close(
    project: Project, epoch: Annotated[int, typer.Argument(help="Its number, as `list` prints it.")]
) -> None:
    """Turn back no token of an older epoch any more."""
    pseudonyms.close(_settings(), project, epoch)


@pseudonyms_app.command("destroy")
def pseudonyms_destroy(
    project: Project, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False
) -> None:
    """Unlink a project for good: nobody can turn back its tokens any more."""
    if not yes:
        typer.confirm(f"Nobody will ever be able to turn back the tokens of {project}. Go on?", abort=True)
    pseudonyms.destroy(_settings(), project)


@pseudonyms_app.command("record")
def pseudonyms_record() -> None:
    """List who asked and who agreed to find out whose a token is; fails if the record was changed."""
    pseudonyms.record(_settings())


@pseudonyms_app.command("serve")
def pseudonyms_serve() -> None:
    """Hold the keys in a process of an account of its own, until Ctrl-C."""
    settings = _settings()
    _run(key_holder.serve(settings), settings)


@audit_app.command("verify")
def audit_verify() -> None:
    """Verify events, hashes, signatures and what the witness has seen; exit status 1 if any is wrong."""
    settings = _settings()
    _run(audit.verify(settings), settings)


@audit_app.command("export")
def audit_export(
    path: Annotated[Path, typer.Argument(help="The file to write.")],
    since: Annotated[
        datetime | None, typer.Option("--from", help="From this day or time on, in UTC.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this day or time, in UTC.")] = None,
) -> None:
    """Write events with their proofs, signed, for `verify_audit.py` to check anywhere; that is recorded."""
    settings = _settings()
    window = (each and each.replace(tzinfo=UTC) for each in (since, until))
    _run(audit.write_export(settings, path, *window), settings)


@audit_app.command("key")
def audit_key() -> None:
    """Print the keys that this log's checkpoints, and its signatures as a witness, are checked with."""
    settings = _settings()
    _run(audit.show_keys(settings), settings)


@audit_app.command("expire")
def audit_expire() -> None:
    """Remove the events that are older than the settings want them kept; their proofs stay."""
    settings = _settings()
    _run(audit.expire(settings), settings)


def main() -> None:
    """Run a command; an error we know is one sentence and exit status 1, never a traceback."""
    try:
        app()
    except PlatformError as error:
        _errors.print(f"[bold red]{error.detail}[/]")
        for fault in error.errors:
            _errors.print(f"  {fault.path}: {fault.message}", highlight=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
