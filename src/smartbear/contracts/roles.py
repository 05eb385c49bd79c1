"""Names of roles, as tokens and scopes carry them, and the scopes that come with membership of a project."""

STAFF = ("Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech")
DATA_SCIENTIST = "DataScientist"
PARTICIPANT, SYSTEM, SERVICE, ANONYMOUS = "Participant", "system", "service", "anonymous"

PROJECT = "project."
"""What the scope of a project begins with, before its name."""


def scopes_of_member(role: str, project: object) -> tuple[str, ...]:
    """What somebody may do for whom an account names a project: read it, in the project's own terms."""
    if role != DATA_SCIENTIST or not isinstance(project, str) or not project:
        return ()
    return f"{PROJECT}{project}", "system/*.rs"
