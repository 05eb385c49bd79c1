"""The ``claims`` parameter (OIDC Core §5.5): claims a client asks for by name."""

from collections.abc import Mapping
from typing import Any

from smartbear.identity.model.faults import OAuthFault
from smartbear.kit.body import parse_json
from smartbear.kit.errors import BadInput

_PLACES = ("userinfo", "id_token")
_LONGEST = 2048  # characters


def wanted_claims(text: str | None) -> Mapping[str, tuple[str, ...]]:
    """The names asked for in each place. Values and «essential» are hints nobody has to follow (§5.5.1)."""
    if text is None:
        return {}
    wanted = _parsed(text)
    return {place: tuple(wanted[place]) for place in _PLACES if isinstance(wanted.get(place), dict)}


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        wanted = parse_json(text.encode()) if len(text) <= _LONGEST else None
    except BadInput:
        wanted = None
    if not isinstance(wanted, dict):
        raise OAuthFault("invalid_request", "The claims are a small JSON object.")
    return wanted
