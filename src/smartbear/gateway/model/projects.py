"""What of FHIR is offered to the callers that belong to a project."""

from smartbear.fhir.pseudonymisation import policy

_OPERATIONS = frozenset({"$everything", "$lastn"})
_EXPORT = "$export"
_READ = frozenset({"GET", "HEAD"})
_NO_RECORDS = frozenset({"Bundle", "OperationOutcome", "Parameters"})


def is_offered(method: str, segments: list[str]) -> bool:
    """Whether a project may do this at a path below ``/fhir``.

    It reads, searches, exports and adds resources. It changes and deletes none: who sees a part of a resource
    would take the rest away. It compares nothing with what it does not see (patches, conditions, validation).
    """
    first, last = segments[0], segments[-1]
    if first == _EXPORT:
        return method in _READ or (method == "DELETE" and len(segments) > 1)
    if not first or first.startswith(("_", "$")):
        return False
    if method in _READ:
        return not last.startswith("$") or last in _OPERATIONS or last == _EXPORT
    is_new = len(segments) == 1 and first in policy.released() - _NO_RECORDS
    return method == "POST" and (is_new or (len(segments) > 1 and last == "_search"))
