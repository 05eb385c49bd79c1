"""What can be done with accounts, clients and tokens: one function for each use case."""

from smartbear.identity.actions.accounts import NewAccount, create_account, set_password
from smartbear.identity.actions.clients import create_client

__all__ = ["NewAccount", "create_account", "create_client", "set_password"]
