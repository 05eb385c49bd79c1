"""User administration (reference document §5.1.3): one port, ``model.people.Directory``, and two adapters."""

from smartbear.identity.actions.directory.embedded import Embedded
from smartbear.identity.actions.directory.keycloak import Keycloak

__all__ = ["Embedded", "Keycloak"]
