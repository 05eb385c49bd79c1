"""Compartments (https://hl7.org/fhir/R4/compartmentdefinition.html): who is in one, and since when."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import SearchType, parameters

_OWN = "{def}"
_CARE = (
    "date",
    "period",
    "created",
    "started",
    "onset-date",
    "effective-time",
    "effective",
    "whenhandedover",
    "datetime",
    "authored",
    "occurrence",
    "sent",
    "start-date",
    "authored-on",
    "collected",
    "datewritten",
    "identified",
    "recorded",
)
"""Search parameters that say when care was given, the better first; no type's record-keeping dates."""


CENTRES = ("Device", "Encounter", "Patient", "Practitioner", "RelatedPerson")
"""Types whose resources have a compartment."""


def members(compartment: str) -> Iterator[tuple[str, str]]:
    """Type and search parameter of every reference that puts a resource in."""
    found = definitions.compartment(compartment)
    for resource_type, codes in found.members.items() if found else ():
        yield from ((resource_type, code) for code in codes if code != _OWN)


@cache
def care_dates() -> Mapping[str, str]:
    """Type → the search parameter that tells when the care was; types without one are absent."""
    found = ((resource_type, _care_date(resource_type)) for resource_type in definitions.resource_types())
    return MappingProxyType({resource_type: code for resource_type, code in found if code})


def _care_date(resource_type: str) -> str | None:
    known = parameters(resource_type)
    return next((code for code in _CARE if code in known and known[code].type is SearchType.DATE), None)
