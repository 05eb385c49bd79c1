"""User administration (reference document §5.1.3): one port, ``model.people.Directory``, and two adapters."""

from smartbear.identity.actions.directory.embedded import Embedded

__all__ = ["Embedded"]
