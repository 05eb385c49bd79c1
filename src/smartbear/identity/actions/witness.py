"""Who it was that signed in or changed an account: the audit trail is told once that is known."""

import hmac
from hashlib import sha256

from smartbear.contracts.audit import Action
from smartbear.contracts.roles import SYSTEM
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.tally import Tally
from smartbear.contracts.trail import by, did, saw
from smartbear.identity.model.accounts import Account, Client
from smartbear.identity.store import accounts
from smartbear.kit.context import Context
from smartbear.kit.db import Connection

_EACH, _MOST = 10, 120  # failures a minute with an event each: of one address, and in all
_PURPOSE = "identity failed names"
_SHOWN = 16  # characters of a digest


def person(account: Account | None, what: str) -> None:
    """The owner of an account did this; nobody knows who if there is none."""
    if account:
        by(
            AccessScope(
                role=account.role,
                account=account.id,
                username=account.username,
                organisations=(account.organisation,) if account.organisation else (),
                participant=account.participant,
            )
        )
    did(what, "E")


async def owner(tx: Connection, account: str, what: str) -> None:
    """``person``, where only the account's id is known; in the transaction of what was done."""
    person(await accounts.by_id(tx, account), what)


def account(account: str, what: str, action: Action) -> None:
    """An administrator, or a registration, did this to somebody's account."""
    saw(f"Account/{account}")
    did(what, action)


def client(asking: Client) -> None:
    """A program was given a token of its own."""
    by(AccessScope(role=SYSTEM, client=asking.id, scopes=tuple(asking.scopes)))
    did("token", "E")


def failures(context: Context) -> Tally:
    """Of one process."""
    return Tally(context, "sign-in-failed", each=_EACH, most=_MOST)


def failed(context: Context, failures: Tally, name: str, address: str) -> None:
    """Somebody at an address did not get in under a name, whether or not there is such an account.

    The name itself is not kept, it may be a password in the wrong field; the same name has the same mark.
    """
    if not failures.take(address):
        return
    mark = hmac.new(context.key(_PURPOSE), name.lower().encode(), sha256).hexdigest()
    saw(f"Name/{mark[:_SHOWN]}")
    did("sign-in-failed", "E")
