"""What can be done with accounts, clients and tokens: one function for each use case."""

from smartbear.identity.actions.accounts import NewAccount, create_account, set_password
from smartbear.identity.actions.clients import NewClient, create_client, remove_client
from smartbear.identity.actions.keys import rotate

__all__ = [
    "NewAccount",
    "NewClient",
    "create_account",
    "create_client",
    "remove_client",
    "rotate",
    "set_password",
]
