"""Names of roles, as tokens and scopes carry them."""

STAFF = ("Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech")
PARTICIPANT, SYSTEM, SERVICE, ANONYMOUS = "Participant", "system", "service", "anonymous"
