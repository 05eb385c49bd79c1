"""Who may go where: the one table of routes. What is not in it is a file of the web applications or refused.

A row speaks for its path and everything below it; the longest path wins. Roles say who may come in at all;
which rows of data they then see is decided by the component.
"""

from dataclasses import dataclass

from smartbear.contracts.roles import PARTICIPANT, STAFF, SYSTEM

OWN = "gateway"  # answered by the front door itself
WEBSOCKET = "WEBSOCKET"
"""In the place of a method: the address takes websockets, which begin as a request of their own."""
_KB, _MB = 1 << 10, 1 << 20
_READ = frozenset({"GET", "HEAD"})
_WRITE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SIGNED_IN = frozenset({*STAFF, PARTICIPANT})
_CLINICAL = frozenset({"CCM", PARTICIPANT})


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the platform that can be reached from outside."""

    path: str
    component: str
    methods: frozenset[str]
    roles: frozenset[str] | None
    """None: anybody, without a token."""
    body: int = 64 * _KB
    """Bytes a request may carry."""
    machine_body: int = 64 * _KB
    """The same for machine clients."""
    is_limited: bool = True
    """Whether requests count towards the caller's rate."""
    has_projects: bool = False
    """Identifier space: whether clients of a project come in, with its ids for those that are stored."""


TABLE = (
    Row("/realms/smartbear", "identity", _READ | {"POST"}, None),
    Row("/fhir", "cdr", _READ | _WRITE, _CLINICAL | {SYSTEM}, 8 * _MB, 64 * _MB, has_projects=True),
    Row("/fhir/$import", "cdr", _READ | _WRITE, frozenset({SYSTEM}), machine_body=1 << 30),
    Row("/fhir/websocket", "cdr", frozenset({WEBSOCKET}), _CLINICAL | {SYSTEM}),
    Row("/fhir/metadata", "cdr", _READ, None),
    Row("/fhir/.well-known/smart-configuration", "identity", _READ, None),
    Row("/api/me", "users", _READ, _SIGNED_IN),
    Row("/api/accounts", "identity", _READ | _WRITE, frozenset({"SysAdmin"})),
    Row("/api/participants", "users", _READ | _WRITE, frozenset({"CCM", "Tech", PARTICIPANT})),
    Row("/api/profiles", "users", _READ, frozenset({"CCM"})),
    Row("/api/devices", "users", _READ, frozenset({"CCM", "Tech"})),
    Row("/api/organisations", "users", _READ | _WRITE, frozenset({"CCM", "Tech", "SysAdmin"})),
    Row("/api/pilots", "users", _READ | _WRITE, frozenset({"CCM", "Tech", "SysAdmin"})),
    Row("/api/measurements", "measurements", _READ | {"POST"}, _CLINICAL | {SYSTEM}, _MB, _MB),
    Row("/api/measurements/arrivals", "measurements", _READ, _CLINICAL | {"Tech", SYSTEM}),
    Row("/api/decisions", "decisions", _READ | {"POST", "PUT"}, _CLINICAL),
    Row("/api/inbox", "notifications", _READ | {"POST", "PUT", "DELETE"}, _CLINICAL),
    Row("/api/mobile", "mobile", _READ, frozenset({PARTICIPANT})),
    Row("/api/pseudonyms", OWN, frozenset({"POST"}), frozenset({"CCM", "DataScientist", "Auditor"})),
    Row("/api/docs", OWN, _READ, None),
    Row("/api/openapi.json", OWN, _READ, None),
    Row("/health", OWN, _READ, None, is_limited=False),
)
"""Every way in, in the order a reader meets the platform."""

_BY_PATH = {row.path: row for row in TABLE}


def find(path: str) -> Row | None:
    """The row that speaks for a path; None if no row does."""
    while path:
        if path in _BY_PATH:
            return _BY_PATH[path]
        path = path.rpartition("/")[0]
    return None
