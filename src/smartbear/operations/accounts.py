"""``smartbear account``: staff accounts from the command line, the first administrator's among them."""

import secrets
import sys

import orjson

from smartbear import system
from smartbear.contracts.people import StaffMember
from smartbear.contracts.roles import STAFF
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import NewAccount, create_account, set_password
from smartbear.kit.errors import BadInput
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database
from smartbear.operations.witness import recorded

_BYTES = 12  # of a password: more than anybody guesses, few enough to copy by hand


async def create(settings: PlatformSettings, username: str, role: str, organisation: str | None) -> None:
    """Create a staff account with a random password and print both as one line of JSON."""
    if role not in STAFF:
        raise BadInput(f"{role} is not a role of staff. There are: {', '.join(STAFF)}.")
    password = secrets.token_urlsafe(_BYTES)
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity", "users")) as running:
            new = NewAccount(username=username, role=role, name=username, organisation=organisation)
            identity = running.contexts["identity"]
            with recorded(identity, "account create"):
                account = await create_account(identity, new, password, must_be_new=True)
            async with UsersClient(running.contexts["users"]) as users:
                member = StaffMember.model_validate(
                    {"name": username, "role": role, "organisation_id": organisation}
                )
                await users.put_staff(account, member)
    _print(username, password)


async def reset(settings: PlatformSettings, username: str) -> None:
    """Give an account a new random password, sign it out everywhere, and print the password."""
    password = secrets.token_urlsafe(_BYTES)
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity",)) as running:
            with recorded(running.contexts["identity"], "account password"):
                await set_password(running.contexts["identity"], username, password)
    _print(username, password)


def _print(username: str, password: str) -> None:
    sys.stdout.write(orjson.dumps({"username": username, "password": password}).decode() + "\n")
