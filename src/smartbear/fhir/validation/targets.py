"""References: what they may point at, as far as the text of the reference tells."""

import re
from typing import Any

from smartbear.fhir import references
from smartbear.fhir.validation.fault import Check, Fault, Faults, LocalReference

_FORM = "must be a type of FHIR R4 and an id (Patient/1), an address, or # and the id of a contained resource"

_NOTHING = "(?!)"  # a pattern without matches


def reference_check(targets: tuple[str, ...], inner: Check) -> Check:
    """A check of a Reference to one of `targets` (empty: any type); `inner` checks its structure.

    A reference into `contained` comes out as `LocalReference`, for the resource around it to settle. The type
    behind `urn:uuid:…` is known only to the Bundle it travels in, and is not judged here.
    """
    expected = f"must refer to {' or '.join(targets)}"
    plain = re.compile(rf"(?:{'|'.join(targets) or _NOTHING})/{references.ID}").fullmatch

    def check(value: Any) -> Faults:
        found = inner(value)
        text = value.get("reference") if value.__class__ is dict else None
        if found or text is None or plain(text):
            return found
        literal = references.parse(text)
        if literal.kind == "contained":
            return [_local(literal.id, targets)]
        if literal.kind == "unreadable":
            return [Fault("value", _FORM, ".reference")]
        if literal.type and targets and literal.type not in targets:
            return [Fault("value", expected, ".reference")]
        return None

    return check


def _local(target: str, targets: tuple[str, ...]) -> Fault:
    message = "ref-1: must be contained in this resource, with a type allowed here"
    return LocalReference("invariant", message, ".reference", id=target, targets=targets)
