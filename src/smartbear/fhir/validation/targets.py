"""References: what they may point at, as far as the text of the reference tells."""

import re
from typing import Any

from smartbear.fhir import references
from smartbear.fhir.validation.fault import Check, Fault, Faults, LocalReference

_FORM = "must be a type of FHIR R4 and an id (Patient/1), an address, or # and the id of a contained resource"

_OTHER_TYPE = "must be a type allowed here, and that of the reference"
_DEFINITIONS = "http://hl7.org/fhir/StructureDefinition/"

_NOTHING = "(?!)"  # a pattern without matches


def reference_check(targets: tuple[str, ...], inner: Check) -> Check:
    """A check of a Reference to one of `targets` (empty: any type); `inner` checks its structure.

    A reference into `contained` comes out as `LocalReference`, for the resource around it to settle. The type
    behind `urn:uuid:…` is known only to the Bundle it travels in, and is not judged here.
    """
    plain = re.compile(rf"(?:{'|'.join(targets) or _NOTHING})/{references.ID}").fullmatch

    def check(value: Any) -> Faults:
        found = inner(value)
        if found:
            return found
        text = value.get("reference")
        if "type" in value and not _is_consistent(value["type"], text, targets):
            return [Fault("value", _OTHER_TYPE, ".type")]
        return None if text is None or plain(text) else _unusual(text, targets)

    return check


def _unusual(text: str, targets: tuple[str, ...]) -> Faults:
    literal = references.parse(text)
    if literal.kind == "contained":
        message = "ref-1: must be contained in this resource, with a type allowed here"
        return [LocalReference("invariant", message, ".reference", id=literal.id, targets=targets)]
    if literal.kind == "unreadable":
        return [Fault("value", _FORM, ".reference")]
    if literal.type and targets and literal.type not in targets:
        return [Fault("value", f"must refer to {' or '.join(targets)}", ".reference")]
    return None


def _is_consistent(named: Any, text: str | None, targets: tuple[str, ...]) -> bool:
    """Whether Reference.type is a type allowed here, and that of the literal reference if it names one."""
    kind = str(named).removeprefix(_DEFINITIONS)
    literal = references.parse(text).type if text else ""
    return literal in ("", kind) and (kind in targets or not targets)
