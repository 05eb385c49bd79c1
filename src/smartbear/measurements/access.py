"""Who may send readings for whom, and who may see which.

What nobody thought of is denied: Forbidden for the role, and for a person outside the caller's rows the same
NotFound as for one that does not exist.
"""

from smartbear.contracts.scope import PARTICIPANT, SERVICE, AccessScope
from smartbear.kit.errors import FieldError, Forbidden, Unprocessable
from smartbear.measurements.model.rows import Visible


def sending(scope: AccessScope, named: str | None) -> str:
    """The subject a batch is for: participants send their own; components and system clients name one."""
    if scope.role == PARTICIPANT and scope.subject:
        if named not in (None, scope.subject):
            fault = FieldError("subject", "not_yours", "Readings can be sent for yourself only.")
            raise Unprocessable(errors=(fault,))
        return scope.subject
    if not scope.sees_stored_data:
        raise Forbidden
    if named is None:
        fault = FieldError("subject", "missing", "Say whose readings these are.")
        raise Unprocessable(errors=(fault,))
    return named


def sender_id(scope: AccessScope) -> str:
    """Whose idempotency keys these are: an account's, a machine client's or a component's."""
    if scope.account:
        return f"account {scope.account}"
    return f"client {scope.client}" if scope.client else f"component {scope.service}"


def readings(scope: AccessScope) -> Visible:
    """Values: case managers their organisation's, participants their own, system clients all."""
    if scope.role == "CCM":
        return Visible(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.subject:
        return Visible(subject=scope.subject)
    if scope.sees_stored_data:
        return Visible(everything=True)
    raise Forbidden


def transmissions(scope: AccessScope) -> Visible:
    """What arrived when, without values: technicians too."""
    if scope.role == "Tech":
        return Visible(organisations=scope.organisations)
    return readings(scope)


def component(scope: AccessScope) -> None:
    """Only another component may ask; no person and no machine client."""
    if scope.role != SERVICE:
        raise Forbidden
