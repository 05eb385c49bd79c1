"""The provider's addresses, in the shape Keycloak gives them, so that one may take the place of the other."""
