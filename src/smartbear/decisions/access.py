"""Who may see which decisions, and who may set limits. What nobody thought of is denied."""

from smartbear.contracts.scope import ANONYMOUS, PARTICIPANT, SERVICE, AccessScope
from smartbear.decisions.model.rows import Visible
from smartbear.kit.errors import Forbidden


def decisions(scope: AccessScope) -> Visible:
    """Limits and episodes: case managers their organisation's, participants their own, system clients all."""
    if scope.role == "CCM":
        return Visible(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.subject:
        return Visible(subject=scope.subject)
    if scope.sees_stored_data:
        return Visible(everything=True)
    raise Forbidden


def setting_limits(scope: AccessScope) -> Visible:
    """Only case managers, in their own organisation."""
    if scope.role != "CCM":
        raise Forbidden
    return Visible(organisations=scope.organisations)


def rules(scope: AccessScope) -> None:
    """Everybody who has signed in may know by which rules the platform judges."""
    if scope.role == ANONYMOUS:
        raise Forbidden


def component(scope: AccessScope) -> None:
    """Only another component may ask; no person and no machine client."""
    if scope.role != SERVICE:
        raise Forbidden
