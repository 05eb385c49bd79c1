"""OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html): how the FHIR API says what went wrong."""

from collections.abc import Iterable
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.issues import Issue
from smartbear.kit import errors

_MOST_ISSUES = 100  # a Bundle may hold thousands of faults, and an answer must not outgrow its request
_ISSUE_TYPES = "http://hl7.org/fhir/ValueSet/issue-type"

_CODES: dict[type[errors.PlatformError], str] = {
    errors.PlatformError: "exception",
    errors.BadInput: "invalid",
    errors.Unauthenticated: "login",
    errors.Forbidden: "forbidden",
    errors.NotFound: "not-found",
    errors.MethodNotAllowed: "not-supported",
    errors.NotAcceptable: "not-supported",
    errors.RequestTimeout: "timeout",
    errors.Conflict: "conflict",
    errors.Gone: "deleted",
    errors.PreconditionFailed: "conflict",
    errors.TooLarge: "too-long",
    errors.HeadersTooLarge: "too-long",
    errors.UnsupportedMediaType: "not-supported",
    errors.Unprocessable: "processing",
    errors.TooManyRequests: "throttled",
    errors.Unavailable: "transient",
    errors.TooCostly: "too-costly",
}


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The resource for these issues; without any, one that says that all is well (`issue` is 1..*)."""
    found = [_issue(issue) for issue in issues]
    fine = {"severity": "information", "code": "informational", "diagnostics": "No issues were found."}
    return {"resourceType": "OperationOutcome", "issue": found or [fine]}


def outcome_of_error(error: errors.PlatformError) -> dict[str, Any]:
    """The resource for an error: an issue per field error, up to 100, or one for the error as a whole."""
    code = next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
    severity: str = "fatal" if code == "exception" else "error"
    general = {"severity": severity, "code": code, "diagnostics": error.detail}
    told = error.errors[:_MOST_ISSUES]
    fields = [_issue(Issue("error", _issue_type(f.code, code), f.message, f.path)) for f in told]
    if untold := len(error.errors) - len(told):
        fields.append(_issue(Issue("information", "informational", f"{untold} more faults are not listed.")))
    return {"resourceType": "OperationOutcome", "issue": fields or [general]}


def field_errors(issues: Iterable[Issue]) -> tuple[errors.FieldError, ...]:
    """Issues of severity error or fatal, as the `errors` of a PlatformError that refuses the resource."""
    serious = (issue for issue in issues if issue.severity in {"error", "fatal"})
    return tuple(errors.FieldError(issue.expression, issue.code, issue.diagnostics) for issue in serious)


def _issue(issue: Issue) -> dict[str, Any]:
    members = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.diagnostics}
    return members | ({"expression": [issue.expression]} if issue.expression else {})


def _issue_type(code: str, otherwise: str) -> str:
    """Codes of other protocols (`unknown_unit`) are not in IssueType."""
    known = definitions.value_set(_ISSUE_TYPES)
    return code if known and any(code in codes for codes in known.systems.values()) else otherwise
