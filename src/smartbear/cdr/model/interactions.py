"""What an address asks for, in the words of https://hl7.org/fhir/R4/valueset-type-restful-interaction.html.

The audit trail says these, and of the address what does not identify anybody.
"""

import re
from typing import Literal

from smartbear.fhir import definitions

Action = Literal["C", "R", "U", "D", "E"]
"""https://hl7.org/fhir/R4/valueset-audit-event-action.html."""

_WRITES: dict[str, tuple[Action, str]] = {
    "POST": ("C", "create"),
    "PUT": ("U", "update"),
    "PATCH": ("U", "patch"),
    "DELETE": ("D", "delete"),
}
_LEVELS = ("history-system", "history-type", "history-instance", "vread")
_KNOWN = frozenset({"_history", "_search", "*"})
_OPERATION = re.compile(r"\$[a-z-]{1,40}")


def interaction_name(method: str, path: tuple[str, ...]) -> tuple[Action, str]:
    """Action and name of what a method does at a path below the service's address.

    An operation is named as it is called; searches and operations are executed (IHE BALP, Query).
    """
    operation = next((part for part in path if part[0] == "$"), None)
    if operation:
        return "E", operation if _OPERATION.fullmatch(operation) else "operation"
    if path[-1:] == ("_search",):
        return "E", _search(path[:-1])
    if "_history" in path:
        return "R", _LEVELS[min(path.index("_history") + (path[-1] != "_history"), 3)]
    if method in {"GET", "HEAD"}:
        return "E", _search(path)
    return _WRITES.get(method, ("E", "operation")) if path else ("E", "bundle")


def _search(path: tuple[str, ...]) -> str:
    return "search-type" if path else "search-system"


def anonymous(path: tuple[str, ...]) -> str:
    """A path with ``{id}`` for whatever is not the name of a type, an operation or a part of the service."""
    return "/".join(part if _is_name(part) else "{id}" for part in path)


def _is_name(part: str) -> bool:
    return part in _KNOWN or part in definitions.resource_types() or bool(_OPERATION.fullmatch(part))
