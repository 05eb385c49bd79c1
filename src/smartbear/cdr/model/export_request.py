"""The parameters of ``$export`` (https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.cdr.model.bulk import Filter
from smartbear.fhir import definitions
from smartbear.fhir.search.dates import date_range
from smartbear.kit.errors import BadInput, FieldError

_FORMATS = frozenset({"application/fhir+ndjson", "application/ndjson", "ndjson"})
_NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]+\?)")  # commas also part the values inside a search
_NAME = re.compile(r"(?:([A-Z][A-Za-z]+)\.)?[a-z][A-Za-z]*")
_MOST_FILTERS = 100
_ONCE = frozenset({"_outputFormat", "_since", "_until"})
_KNOWN = _ONCE | {"_type", "_typeFilter", "_elements", "patient"}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for. No types: all there are. ``patients``: references as they came."""

    types: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    elements: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()


def read_request(given: Sequence[tuple[str, str]], *, lenient: bool) -> ExportRequest:
    """The request that names and values make; BadInput with every fault by parameter.

    What is not known here is a fault too, unless the caller is ``lenient``.
    """
    reading = _Reading(given)
    if not lenient:
        reading.refuse_unknown()
    reading.expect_ndjson()
    request = ExportRequest(
        types=reading.types(),
        filters=reading.filters(),
        since=reading.instant("_since"),
        until=reading.instant("_until"),
        elements=reading.elements(),
        patients=tuple(reading.all("patient")),
    )
    if reading.faults:
        raise BadInput("The export cannot be started.", errors=tuple(reading.faults))
    return request


def pairs_of(given: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Names and values as an address says them; a reference stands for what it refers to."""
    return [
        (name, str(value.get("reference", "") if isinstance(value, dict) else value)) for name, value in given
    ]


class _Reading:
    """What is wrong so far."""

    def __init__(self, given: Sequence[tuple[str, str]]) -> None:
        self._given = given
        self.faults: list[FieldError] = []
        for name in _ONCE:
            if len(self.all(name)) > 1:
                self._fault(name, "give this parameter once")

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for given, value in self._given if given == name]

    def refuse_unknown(self) -> None:
        """Parameters that this operation does not have."""
        unknown = dict.fromkeys(name for name, _ in self._given if name not in _KNOWN)
        for name in unknown:
            self._fault(name[:100], "is not a parameter of this operation", "not-supported")

    def expect_ndjson(self) -> None:
        """The one format there is."""
        if any(value not in _FORMATS for value in self.all("_outputFormat")):
            self._fault("_outputFormat", "write application/fhir+ndjson", "not-supported")

    def types(self) -> tuple[str, ...]:
        """``_type``, each once."""
        named = dict.fromkeys(name for name in _listed(self.all("_type")))
        if any(name not in definitions.resource_types() for name in named):
            self._fault("_type", "write names of FHIR R4 resource types, joined by commas")
        return tuple(named)

    def filters(self) -> tuple[Filter, ...]:
        """``_typeFilter``: searches, each of one type."""
        texts = [text for value in self.all("_typeFilter") for text in _NEXT_FILTER.split(value) if text]
        found = [Filter(*text.partition("?")[::2]) for text in texts[:_MOST_FILTERS]]
        if any(one.type not in definitions.resource_types() or not one.query for one in found):
            self._fault("_typeFilter", "write searches such as Observation?code=8867-4")
        if len(texts) > _MOST_FILTERS:
            self._fault("_typeFilter", f"give at most {_MOST_FILTERS}")
        return tuple(found)

    def elements(self) -> tuple[str, ...]:
        """``_elements``: names of top-level elements, with a type in front or without."""
        names = tuple(_listed(self.all("_elements")))
        types = definitions.resource_types()
        matches = [_NAME.fullmatch(name) for name in names]
        if not all(match and (match[1] is None or match[1] in types) for match in matches):
            self._fault("_elements", "write names of elements, such as Patient.birthDate")
        return names

    def instant(self, name: str) -> datetime | None:
        """A point in time."""
        for value in self.all(name):
            found = date_range(value.replace(" ", "+"))  # a «+» in a query is a space
            if found:
                return found.start
            self._fault(name, "write an instant such as 2026-05-01T08:00:00Z", "value")
        return None

    def _fault(self, name: str, message: str, code: str = "value") -> None:
        self.faults.append(FieldError(name, code, message))


def _listed(values: Iterable[str]) -> Iterable[str]:
    return (name.strip() for value in values for name in value.split(",") if name.strip())
