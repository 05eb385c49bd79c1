"""Who may go where: the one table of routes. What is not in it is a file of the web applications or refused.

A row speaks for its path and everything below it; the longest path wins. Roles and scopes say who may come in
at all; which rows of data they then see is decided by the component. `docs/reference/gateway.md` explains the
columns and repeats the rows; a test compares the two.
"""

from dataclasses import dataclass, replace
from typing import Literal

from smartbear.contracts.roles import DATA_SCIENTIST, PARTICIPANT, PROJECT, STAFF, SYSTEM
from smartbear.gateway.model.rates import (
    ALARMS,
    BULK,
    HEALTH,
    MESSAGES,
    PAGES,
    READINGS,
    RECORDS,
    SIGN_IN,
    Rate,
)

OWN = "gateway"  # answered by the front door itself
WEBSOCKET = "WEBSOCKET"
"""In the place of a method: the address takes websockets, which begin as a request of their own."""
_KB, _MB, _GB = 1 << 10, 1 << 20, 1 << 30
_READ = frozenset({"GET", "HEAD"})
_POST = frozenset({"POST"})
_WRITE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SIGNED_IN = frozenset({*STAFF, PARTICIPANT})
_CLINICAL = frozenset({"CCM", PARTICIPANT})
_NO_PERSON: frozenset[str] = frozenset()
_READERS = frozenset({*_CLINICAL, DATA_SCIENTIST})
_MACHINES, _PROJECTS = "system/", PROJECT

Space = Literal["none", "participant", "repository", "project", "translated"]
"""Whose ids stand in an address's requests and answers.

none: no person's. participant: those that staff and participants use (``SB-0001``). repository: those of the
record. project: a project's own. translated: the repository's, for a project's clients the project's.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the platform that can be reached from outside."""

    path: str
    component: str
    methods: frozenset[str]
    roles: frozenset[str] | None
    """Of people. None: anybody, without a token. A data scientist reads records as one of a project alone."""
    space: Space
    rate: Rate = PAGES
    scopes: tuple[str, ...] = ()
    """Beginnings of scopes with which machine clients come in; one of a project comes in as that alone."""
    body: int = 64 * _KB
    """Bytes a request may carry."""
    machine_body: int = 64 * _KB
    """The same for machine clients that are not a project's."""
    headers: int = 16 * _KB
    """Bytes of names and values."""
    timeout: float = 30.0
    """Seconds until the answer begins."""
    people: str = ""
    """The component that answers people, where it is another than answers machine clients."""

    def answering(self, role: str) -> "Row":
        """The row for callers of a role."""
        return replace(self, component=self.people) if self.people and role != SYSTEM else self

    def admits(self, role: str, scopes: tuple[str, ...]) -> bool:
        """Whether a caller who has been recognised may come in."""
        if self.roles is None:
            return True
        projects = sum(scope.startswith(_PROJECTS) for scope in scopes)
        if projects > 1:  # nobody could say whose ids are meant
            return False
        if role != SYSTEM:
            needs_project = role == DATA_SCIENTIST and self.space == "translated"
            return role in self.roles and (projects == 1 or not needs_project)
        if projects:
            return _PROJECTS in self.scopes
        return any(scope.startswith(self.scopes) for scope in scopes)


_ADMINISTRATORS = frozenset({"SysAdmin"})
_CARE_AND_TECH = frozenset({"CCM", "Tech"})
_PEOPLE = frozenset({"CCM", "Tech", PARTICIPANT})
_PLACES = frozenset({"CCM", "Tech", "SysAdmin"})
_AUDITORS = frozenset({"Auditor"})
_TRAIL = frozenset({"Auditor", PARTICIPANT})
_IDENTIFIERS = frozenset({"CCM", "DataScientist", "Auditor"})

TABLE = (
    Row("/realms/smartbear", "identity", _READ | _POST, None, "none", SIGN_IN),
    Row(
        *("/fhir", "cdr", _READ | _WRITE, _READERS, "translated", RECORDS, (_MACHINES, _PROJECTS)),
        body=8 * _MB,
        machine_body=64 * _MB,
        timeout=60,
    ),
    Row(
        *("/fhir/$import", "cdr", _READ | {"POST", "DELETE"}, _NO_PERSON, "repository", BULK, (_MACHINES,)),
        machine_body=_GB,
        timeout=600,
    ),
    Row("/fhir/websocket", "cdr", frozenset({WEBSOCKET}), _CLINICAL, "repository", ALARMS, (_MACHINES,)),
    Row(
        *("/fhir/AuditEvent", "cdr", _READ | _WRITE, _TRAIL, "translated", RECORDS, (_MACHINES, _PROJECTS)),
        body=8 * _MB,
        machine_body=64 * _MB,
        timeout=60,
        people="assurance",
    ),
    Row("/fhir/metadata", "cdr", _READ, None, "none", RECORDS),
    Row("/fhir/.well-known/smart-configuration", "identity", _READ, None, "none", SIGN_IN),
    Row("/api/me", "users", _READ, _SIGNED_IN, "participant"),
    Row("/api/accounts", "identity", _READ | _WRITE, _ADMINISTRATORS, "participant"),
    Row("/api/participants", "users", _READ | _WRITE, _PEOPLE, "participant"),
    Row("/api/erasures", "users", _READ | _POST, _ADMINISTRATORS, "participant"),
    Row("/api/profiles", "users", _READ, frozenset({"CCM"}), "none"),
    Row("/api/devices", "users", _READ, _CARE_AND_TECH, "participant"),
    Row("/api/organisations", "users", _READ | _POST, _PLACES, "none"),
    Row("/api/pilots", "users", _READ | {"POST", "PATCH"}, _PLACES, "none"),
    Row(
        *("/api/measurements", "measurements", _READ | _POST, _CLINICAL, "repository", READINGS),
        scopes=(_MACHINES,),
        body=_MB,
        machine_body=_MB,
    ),
    Row(
        *("/api/measurements/arrivals", "measurements", _READ, _CLINICAL | {"Tech"}, "none"),
        scopes=(_MACHINES,),
    ),
    Row("/api/decisions", "decisions", _READ | {"PUT"}, _CLINICAL, "repository", ALARMS),
    Row("/api/inbox", "notifications", _READ | _POST, _CLINICAL, "participant", ALARMS),
    Row("/api/messages", "notifications", _POST, frozenset({PARTICIPANT}), "none", MESSAGES),
    Row("/api/mobile", "mobile", _READ, frozenset({PARTICIPANT}), "participant", ALARMS),
    Row("/api/audit", "assurance", _READ | _POST, _AUDITORS, "participant", timeout=60),
    Row("/api/audit/events.ndjson", "assurance", _READ, _AUDITORS, "participant", BULK, timeout=60),
    Row("/api/audit/own", "assurance", _READ, frozenset({PARTICIPANT}), "repository"),
    Row("/api/audit/witness", "assurance", _POST, None, "none"),
    Row("/api/projects", OWN, _READ, _ADMINISTRATORS, "none"),
    Row("/api/pseudonyms", OWN, _POST, _IDENTIFIERS, "project"),
    Row("/api/docs", OWN, _READ, None, "none"),
    Row("/api/openapi.json", OWN, _READ, None, "none"),
    Row("/health", OWN, _READ, None, "none", HEALTH),
)
"""Every way in, in the order a reader meets the platform."""

_BY_PATH = {row.path: row for row in TABLE}
_DEEPEST = max(row.path.count("/") for row in TABLE)


def find(path: str) -> Row | None:
    """The row that speaks for a path, however long that is; None if no row does."""
    path = "/".join(path.split("/", _DEEPEST + 1)[: _DEEPEST + 1])
    while path:
        if path in _BY_PATH:
            return _BY_PATH[path]
        path = path.rpartition("/")[0]
    return None
