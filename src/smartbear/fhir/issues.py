"""One finding about a resource, in the terms of OperationOutcome.issue."""

import re
from dataclasses import dataclass
from typing import Literal

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """`code` is from IssueType, `expression` a FHIRPath location (`Observation.component[1].code`).

    `diagnostics` never quotes a value that was sent, since outcomes end up in logs and screenshots. An empty
    `expression` means the content as a whole.
    """

    severity: Severity
    code: str
    diagnostics: str
    expression: str = ""


def step(name: str) -> str:
    """A property as a step of a location; names that could not be an element's are not repeated."""
    return "." + (name if _NAME.fullmatch(name) else "?")
