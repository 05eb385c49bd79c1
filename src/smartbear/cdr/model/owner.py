"""Whose record a resource is part of: the patient it is about.

A resource is in the compartments its references put it in (https://hl7.org/fhir/R4/compartmentdefinition-
patient.html). It belongs to the patient it names as its patient or subject; where its type has neither, to
the only patient that any of its compartment references names. One that names nobody, or several, belongs to
nobody, and only those who see everything see it. For Observations this is the patient ``obs`` holds.
"""

from collections.abc import Iterable
from functools import cache

from smartbear.cdr.model.references import LocalId, local_id
from smartbear.fhir import definitions
from smartbear.fhir.search.values import Indexes

_FIRST = ("patient", "subject")
_ALSO = {"Device": ("patient",)}  # handed to a person: ours, R4 has Device in no patient's compartment


@cache
def may_be_owned(resource_type: str) -> bool:
    """Whether resources of this type can be part of a patient's record at all."""
    compartment = definitions.compartment("Patient")
    owned = compartment.members.get(resource_type) if compartment else None
    return bool(owned) or resource_type == "Patient" or resource_type in _ALSO


def owner_of(resource_type: str, resource_id: str, indexes: Indexes, bases: Iterable[str]) -> str | None:
    """The id of the patient the resource belongs to."""
    if resource_type == "Patient":
        return resource_id
    compartment = definitions.compartment("Patient")
    members = compartment.members.get(resource_type, ()) if compartment else ()
    codes = _ALSO.get(resource_type, members)
    about = [code for code in codes if code in _FIRST] or codes
    named = {found.id for code in about for found in _patients(indexes, code, bases)}
    return named.pop() if len(named) == 1 else None


def _patients(indexes: Indexes, code: str, bases: Iterable[str]) -> list[LocalId]:
    found = (local_id(reference, bases) for reference in indexes.references.get(code, ()))
    return [target for target in found if target and target.type == "Patient"]
