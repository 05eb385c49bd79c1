"""Whose inbox a caller may open: case managers their organisation's, participants their own, others none."""

from smartbear.contracts.scope import PARTICIPANT, SERVICE, AccessScope
from smartbear.kit.errors import Forbidden
from smartbear.notifications.model.rows import Rows


def inbox(scope: AccessScope) -> Rows:
    """The rows of the caller's inbox."""
    if scope.role == "CCM":
        return Rows(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.participant:
        return Rows(participant=scope.participant)
    raise Forbidden


def component(scope: AccessScope) -> None:
    """Only another component may tell; no person and no machine client."""
    if scope.role != SERVICE:
        raise Forbidden


def writing(scope: AccessScope) -> str:
    """The repository id of the participant who writes to the care team; nobody else does."""
    if scope.role != PARTICIPANT or scope.subject is None:
        raise Forbidden
    return scope.subject


def closing(scope: AccessScope) -> Rows:
    """Only the care team closes a notice."""
    if scope.role != "CCM":
        raise Forbidden
    return Rows(organisations=scope.organisations)
