"""The phone shows its own participant and nobody else."""

from smartbear.contracts.scope import PARTICIPANT, AccessScope
from smartbear.kit.errors import Forbidden


def own_subject(scope: AccessScope) -> str:
    """The repository id of the participant who is signed in; Forbidden for everyone else."""
    if scope.role != PARTICIPANT or scope.subject is None:
        raise Forbidden
    return scope.subject
