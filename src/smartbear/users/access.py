"""Who may see and change which people.

Each function turns a scope into the ``Rows`` that the store's queries are bound to; what nobody thought of is
denied, with Forbidden for the role and an empty ``Rows`` for the data.
"""

from smartbear.contracts.scope import PARTICIPANT, SERVICE, AccessScope
from smartbear.kit.errors import Forbidden
from smartbear.users.model.rows import Rows

CLINICAL = ("CCM",)
TECHNICAL = ("Tech",)
ADMINISTRATION = ("SysAdmin",)


def participants(scope: AccessScope) -> Rows:
    """Case managers and technicians: their organisation's; participants: themselves; nobody else."""
    if scope.role in CLINICAL + TECHNICAL:
        return Rows(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.participant:
        return Rows(participant=scope.participant)
    raise Forbidden


def heeds_consent(scope: AccessScope) -> bool:
    """Whether withdrawn consent hides a person from the caller: from everybody but the person."""
    return scope.role != PARTICIPANT


def clinical(scope: AccessScope) -> bool:
    """Whether health may be shown: profiles, standing, conditions, age and sex. Not to technicians."""
    return scope.role not in TECHNICAL


def enrolling(scope: AccessScope) -> Rows:
    """Who may enrol and change participants: case managers, in their own organisation."""
    if scope.role not in CLINICAL:
        raise Forbidden
    return Rows(organisations=scope.organisations)


def consenting(scope: AccessScope) -> Rows:
    """Whose consent may be seen and entered: one's own, and by case managers that of their organisation."""
    if scope.role in CLINICAL:
        return Rows(organisations=scope.organisations)
    if scope.role == PARTICIPANT and scope.participant:
        return Rows(participant=scope.participant)
    raise Forbidden


def equipping(scope: AccessScope) -> Rows:
    """Who may hand out devices: case managers and technicians, in their own organisation."""
    if scope.role not in CLINICAL + TECHNICAL:
        raise Forbidden
    return Rows(organisations=scope.organisations)


def organisations(scope: AccessScope) -> Rows:
    """Staff see their own organisation and its pilot; administrators all of them."""
    if scope.role in ADMINISTRATION:
        return Rows(every_organisation=True)
    if scope.role in CLINICAL + TECHNICAL:
        return Rows(organisations=scope.organisations)
    raise Forbidden


def administering(scope: AccessScope) -> None:
    """Only administrators set up organisations and pilots."""
    if scope.role not in ADMINISTRATION:
        raise Forbidden


def erasing(scope: AccessScope) -> None:
    """Only administrators have people erased."""
    if scope.role not in ADMINISTRATION:
        raise Forbidden


def component(scope: AccessScope) -> None:
    """Only another component of the platform may ask; no person and no machine client."""
    if scope.role != SERVICE:
        raise Forbidden
