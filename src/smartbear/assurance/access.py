"""Who may read what of the trail: auditors all, participants what is about them, nobody else anything."""

from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit.errors import Forbidden


def auditing(scope: AccessScope) -> None:
    """Only auditors: not those who run the platform, nor those who work with it."""
    if scope.role != "Auditor":
        raise Forbidden


def own(scope: AccessScope) -> str:
    """The id under which the trail knows the participant who asks."""
    if scope.role != PARTICIPANT or not scope.subject:
        raise Forbidden
    return scope.subject
