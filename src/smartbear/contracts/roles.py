"""Names of roles, as tokens and scopes carry them, and the project that a machine client belongs to."""

from collections.abc import Sequence

STAFF = ("Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech")
PARTICIPANT, SYSTEM, SERVICE, ANONYMOUS = "Participant", "system", "service", "anonymous"

_PROJECT = "project."


def project_of(role: str, scopes: Sequence[str]) -> str | None:
    """The project a machine client belongs to by its scope ``project.<name>``; None for all other callers."""
    if role != SYSTEM:
        return None
    return next((each.removeprefix(_PROJECT) for each in scopes if each.startswith(_PROJECT)), None)
