"""Whether a resource is what FHIR R4 says it must be.

Owns: structure, cardinality, JSON types, the lexical space of primitives, required bindings, targets of
references, contained resources, narratives, and every invariant of the specification.

Refuses to know: whether references exist, terminologies that are not enumerable here, and profiles (those
are in `fhir.profiles`).
"""

from typing import Any

from smartbear.fhir.issues import Issue
from smartbear.fhir.issues import step as _step
from smartbear.fhir.validation.fault import LIMIT
from smartbear.fhir.validation.structure import resource_check


def validate(resource: Any) -> tuple[Issue, ...]:
    """Everything wrong with one resource (values as `fhir.json.decode` gives them), in document order.

    Empty means valid. At most `fault.LIMIT` issues are reported.
    """
    faults = resource_check(resource)
    if not faults:
        return ()
    named = resource.get("resourceType") if isinstance(resource, dict) else None
    root = _step(named)[1:] if isinstance(named, str) else "$this"
    return tuple(Issue("error", f.code, f.message, root + f.path) for f in faults[:LIMIT])
