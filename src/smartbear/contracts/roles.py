"""Names of roles, as tokens and scopes carry them, and the project that a caller belongs to."""

from collections.abc import Sequence

STAFF = ("Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech")
DATA_SCIENTIST = "DataScientist"
PARTICIPANT, SYSTEM, SERVICE, ANONYMOUS = "Participant", "system", "service", "anonymous"

_PROJECT = "project."


def project_of(role: str, scopes: Sequence[str]) -> str | None:
    """The project a caller belongs to by the scope ``project.<name>``; None for all who belong to none.

    Machine clients have their scopes from an administrator, data scientists from ``scopes_of_member``.
    """
    if role not in (SYSTEM, DATA_SCIENTIST):
        return None
    return next((each.removeprefix(_PROJECT) for each in scopes if each.startswith(_PROJECT)), None)


def scopes_of_member(role: str, project: object) -> tuple[str, ...]:
    """What somebody may do for whom an account names a project: read it, in the project's own terms."""
    if role != DATA_SCIENTIST or not isinstance(project, str) or not project:
        return ()
    return f"{_PROJECT}{project}", "system/*.rs"
