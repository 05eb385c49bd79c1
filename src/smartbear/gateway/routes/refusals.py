"""What the front door refuses itself, in the form that callers of the part behind it expect."""

from starlette.responses import Response

from smartbear.fhir import json
from smartbear.fhir.outcome import outcome_of_error
from smartbear.gateway.model.table import WEBSOCKET, Row
from smartbear.kit.errors import MethodNotAllowed, PlatformError
from smartbear.kit.problems import problem_response

_FHIR = "cdr"
_KEPT = ("allow", "retry-after", "www-authenticate")


def refusal(row: Row | None, error: PlatformError, request_id: str) -> Response:
    """Problem details; below ``/fhir`` an OperationOutcome, which is all that FHIR's clients read."""
    problem = problem_response(error, request_id)
    if row is not None and isinstance(error, MethodNotAllowed):  # RFC 9110 15.5.6: which methods are
        problem.headers["allow"] = ", ".join(sorted(row.methods - {WEBSOCKET}))
    if row is None or row.component != _FHIR:
        return problem
    headers = {name: problem.headers[name] for name in _KEPT if name in problem.headers}
    outcome = json.encode(outcome_of_error(error))
    return Response(outcome, error.status, headers, media_type="application/fhir+json")
