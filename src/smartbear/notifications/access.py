"""Whose inbox a caller may open: case managers their organisation's, participants their own, others none."""

from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit.errors import Forbidden
from smartbear.notifications.model.rows import Rows


def inbox(scope: AccessScope) -> Rows:
    """The rows of the caller's inbox."""
    if scope.role == "CCM":
        return Rows(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.participant:
        return Rows(participant=scope.participant)
    raise Forbidden


def closing(scope: AccessScope) -> Rows:
    """Only the care team closes a notice."""
    if scope.role != "CCM":
        raise Forbidden
    return Rows(organisations=scope.organisations)
