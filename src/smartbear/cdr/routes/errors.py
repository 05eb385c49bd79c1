"""Every error as an OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html)."""

from smartbear.cdr.routes.http import Answer
from smartbear.fhir import json
from smartbear.fhir.outcome import outcome_of_error
from smartbear.kit.errors import PlatformError, Unauthenticated


def error_answer(error: PlatformError, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """The answer that tells a caller about an error; it quotes nothing the caller sent."""
    if error.retry_after is not None:
        headers += ((b"retry-after", str(error.retry_after).encode()),)
    if isinstance(error, Unauthenticated):
        headers += ((b"www-authenticate", b"Bearer"),)
    return Answer(error.status, json.encode(outcome_of_error(error)), headers)
